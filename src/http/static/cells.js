// Fields on screen: each a cell with its label, its ink and, right below at the same left edge and width, its
// value. Cells that share a line on the paper share a line here, so that hand and eye know where they are.
import { h } from "./dom.js";
import { t } from "./texts.js";
import { cropUrl } from "./api.js";

/** Room around the quad that the server leaves in a crop (2 mm), as a share of one line's height (8.3 mm). */
const CROP_MARGIN = 0.24;
const MAX_LINE_PX = 54;
const MAX_LINES = 3.2;
const MIN_CELL_PX = 132;

/** Width and height of a quad in pixels of the page. */
export function quadSize(quad) {
  const [a, b, , d] = quad;
  return { w: Math.hypot(b[0] - a[0], b[1] - a[1]), h: Math.hypot(d[0] - a[0], d[1] - a[1]) };
}

/** Height of one written line on the page: the lowest field that is not a choice. */
function lineHeight(fields) {
  const heights = fields.filter((f) => f.kind !== "choice").map((f) => quadSize(f.quad).h / (f.lines || 1));
  return Math.min(...heights, Infinity) || 1;
}

/**
 * How the fields of an entry stand on screen: one scale for all, so that every line of ink is equally high.
 * Sets per field `lines`, `inkHeight`, `basis` (px of width wished) and `line` (number of the paper's line).
 */
export function layOut(fields, widthPx) {
  const unit = lineHeight(fields);
  const margin = unit * CROP_MARGIN;
  const text = fields.filter((f) => f.kind !== "choice");
  const widest = Math.max(...(text.length ? text : fields).map((f) => quadSize(f.quad).w + 2 * margin));
  const scale = Math.min(widthPx / widest, MAX_LINE_PX / unit);
  let line = 0;
  let before = null;
  return fields.map((field) => {
    const { w, h: height } = quadSize(field.quad);
    const lines = field.kind === "choice" ? 1 : field.lines || 1;
    if (!before || field.group !== before.group || !sameLine(before.quad, field.quad, unit)) line += 1;
    before = field;
    const shown = field.kind === "choice" ? MAX_LINES * unit : Math.min(height, MAX_LINES * unit);
    return { field, lines, line, inkHeight: (shown + 2 * margin) * scale, basis: Math.max(MIN_CELL_PX, (w + 2 * margin) * scale) };
  });
}

function sameLine(a, b, unit) {
  const middle = (q) => (q[0][1] + q[3][1]) / 2;
  return Math.abs(middle(a) - middle(b)) < unit / 2 && b[0][0] > a[0][0];
}

/** The picture of a field's ink. */
export function ink(entryId, place) {
  const { field, inkHeight } = place;
  if (field.no_ink) return h("div", { class: "ink none" });
  const image = h("img", { src: cropUrl(entryId, field.key), alt: t("field.ink", { label: field.label }), draggable: "false", decoding: "async" });
  return h("div", { class: "ink", style: { height: `${Math.round(inkHeight)}px` } }, image);
}

/** Puts cells into groups with their headings and into the lines of the paper. */
export function arrange(root, groups, cells) {
  const sections = groups.map((group) => {
    const own = cells.filter((cell) => cell.place.field.group === group.id);
    if (own.length === 0) return null;
    const lines = new Map();
    for (const cell of own) lines.set(cell.place.line, [...(lines.get(cell.place.line) || []), cell.element]);
    const rows = [...lines.values()].map((elements) => h("div", { class: "line" }, elements));
    return h("section", { class: "group", "aria-labelledby": `g-${group.id}` }, h("h2", { id: `g-${group.id}` }, group.title), rows);
  });
  root.replaceChildren(...sections.filter(Boolean));
}

/** Scrolls only as far as needed for `element` to stand well inside `box`; never for what is already there. */
export function bringIntoView(box, element, smooth) {
  const outer = box.getBoundingClientRect();
  const inner = element.getBoundingClientRect();
  const room = Math.min(96, (outer.height - inner.height) / 2);
  if (inner.top >= outer.top + room * 0.5 && inner.bottom <= outer.bottom - room) return;
  const top = box.scrollTop + inner.top - outer.top - Math.max(0, (outer.height - inner.height) * 0.38);
  box.scrollTo({ top, behavior: smooth ? "smooth" : "instant" });
}

/** What contradicts a field, as a sentence. */
export const hintWords = (hint) => t(`hint.${hint.code}`, { label: hint.other_label ?? "" });

/** One word for a contradiction, to tell it from others; empty for none. */
export const hintWord = (hint) => (hint ? `${hint.code} ${hint.other ?? ""}` : "");

/** The line that tells what contradicts a field, hidden where nothing does. */
export function hintLine(field) {
  const { hint } = field;
  return h("p", { class: "hint", id: `h-${field.key}`, hidden: !hint }, hint ? hintWords(hint) : "");
}

/** Words for a value that is not text. */
export const stateWord = (state) => t(`state.${state}`);

/** A value as people read it. */
export function valueWords(value) {
  return value.state === "written" ? value.text : stateWord(value.state);
}

/** Loads an entry's pictures ahead of time. */
export function warmImages(urls) {
  for (const url of urls) new Image().src = url;
}
