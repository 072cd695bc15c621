// One lot: its plan and how sharp it is, the way to its sample, and what inspection says once it is decided.
import { byId, h, setText } from "./dom.js";
import { bookName, lang, moment, number, t } from "./texts.js";
import * as api from "./api.js";
import { stateWord } from "./cells.js";
import "./bar.js";

const lotId = document.querySelector("main").dataset.lot;
const locale = lang === "en" ? "en-GB" : "vi-VN";
const round = (value, digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
const SVG = "http://www.w3.org/2000/svg";
/** The chart's size and margins, in its own units. */
const CHART = { width: 290, height: 190, left: 38, right: 10, top: 10, bottom: 38 };

function shape(name, attributes, text = "") {
  const el = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
  el.textContent = text;
  return el;
}

/** The share of wrong entries at which a lot passes with this probability, between two points of the curve. */
function shareAt(curve, chance) {
  const i = curve.findIndex((point) => point.accepted <= chance);
  if (i <= 0) return curve.at(-1).wrong;
  const [a, b] = [curve[i - 1], curve[i]];
  return a.wrong + ((a.accepted - chance) / (a.accepted - b.accepted)) * (b.wrong - a.wrong);
}

/** The operating characteristic as a small chart, and the same in a sentence. */
function showCurve(curve) {
  const { width, height, left, right, top, bottom } = CHART;
  const end = curve.at(-1).wrong || 1;
  const x = (wrong) => left + (wrong / end) * (width - left - right);
  const y = (accepted) => top + (1 - accepted) * (height - top - bottom);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("lot.curve"), class: "curve" });
  for (const part of [0, 0.5, 1]) {
    svg.append(shape("line", { x1: left, x2: width - right, y1: y(part), y2: y(part), class: "grid" }),
      shape("text", { x: left - 6, y: y(part) + 4, "text-anchor": "end" }, round(part * 100, 0)));
    svg.append(shape("text", { x: x(part * end), y: height - bottom + 16, "text-anchor": part === 1 ? "end" : "middle" }, round(part * end * 100, 1)));
  }
  svg.append(shape("polyline", { points: curve.map((p) => `${x(p.wrong).toFixed(1)},${y(p.accepted).toFixed(1)}`).join(" ") }));
  svg.append(shape("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, t("lot.curve.x")));
  const words = t("lot.curve.half", { half: round(shareAt(curve, 0.5) * 100, 1), tenth: round(shareAt(curve, 0.1) * 100, 1) });
  byId("curve").replaceChildren(h("p", { class: "quiet" }, t("lot.curve.y")), svg, h("figcaption", {}, words));
}

function showPlan(lot) {
  const { terms } = lot;
  const severity = lot.severity ? t(`procedure.${lot.severity}`) : "";
  const shown = { aql: terms.aql_percent, limiting_quality: terms.limit_percent }[terms.scheme];
  setText(byId("plan-kind"), t(`lot.plan.${terms.scheme}`, { percent: round(shown, 3), level: t(`level.${terms.level}`), severity }));
  setText(byId("plan-words"), t("lot.plan.words", { size: number(lot.size), n: number(lot.sample_size), accept: number(lot.accept) }));
  showCurve(lot.curve);
}

/** While the sample is inspected: how much is left, and the way to it. */
function showWork(lot) {
  const left = lot.sample_size - lot.inspected;
  byId("work").hidden = lot.state !== "inspection";
  const way = lot.left_for_me > 0 ? h("a", { class: "button", id: "inspect", href: `/lots/${lotId}/inspect` }, t("lot.inspect")) : h("p", { class: "quiet" }, t("lot.not_mine"));
  byId("work").replaceChildren(h("p", {}, t("lot.left", { left: number(left), mine: number(lot.left_for_me) })), way);
}

function showStatement(lot) {
  const { result } = lot;
  byId("statement").hidden = !result;
  if (!result) return;
  const { entries, fields } = result;
  const whole = lot.sample_size === lot.size;
  const line = (key, values = {}) => h("p", {}, t(key, values));
  byId("statement").replaceChildren(
    h("h2", {}, t("lot.statement")),
    h("p", { class: lot.state === "accepted" ? "verdict-words" : "verdict-words wrong" }, t(`lot.statement.${lot.state}`)),
    line("lot.entries", { wrong: number(entries.wrong), n: number(entries.inspected) }),
    whole ? line("lot.whole") : line("lot.entries.rate", { low: round(entries.low * 100, 2), high: round(entries.high * 100, 2) }),
    line("lot.fields", { wrong: number(fields.wrong), n: number(fields.inspected) }),
    whole ? "" : line("lot.fields.rate", { low: round(fields.low * 10_000, 1), high: round(fields.high * 10_000, 1) }),
    result.planted > 0 ? line("lot.planted", { found: number(result.planted_found), n: number(result.planted) }) : "",
    h("p", { class: "quiet" }, `${t("lot.seed")}: `, h("code", {}, result.seed)));
  byId("findings-box").hidden = result.findings.length === 0;
  byId("contested").hidden = lot.state !== "accepted";
  byId("findings").replaceChildren(...result.findings.map(findingRow));
}

function findingRow(finding) {
  const value = ({ state, text }) => (state === "written" ? text : h("i", {}, stateWord(state)));
  const name = finding.number ? t("entry.number", { n: finding.number }) : t("lot.finding.entry");
  return h("tr", {}, h("td", {}, h("a", { href: `/books/${finding.book_id}/entries` }, name)), h("td", {}, finding.label), h("td", {}, value(finding.recorded)), h("td", {}, value(finding.found)));
}

try {
  const lot = await api.lot(lotId);
  setText(byId("lot-state"), t(`lot.state.${lot.state}`) + (lot.decided_at ? ` · ${moment(lot.decided_at)}` : ""));
  showPlan(lot);
  showWork(lot);
  showStatement(lot);
  byId("books").replaceChildren(...lot.books.map((book) => h("li", {}, h("a", { href: `/books/${book.id}` }, bookName({ ...book, kind: lot.kind })))));
  document.querySelector("#inspect")?.focus();
} catch (error) {
  if (error.status === 401) location.assign(`/login?next=${location.pathname}`);
  setText(byId("trouble"), error.message);
}
