// The page in its own pane: it goes to the field in hand by itself and frames it. It can be dragged and zoomed
// with the mouse; nothing needs that.
import { h } from "./dom.js";
import { pageImageUrl } from "./api.js";
import { t } from "./texts.js";

const IMAGE_WIDTH = 1600;
/** The widest field fills this share of the pane; one magnification for the whole page, so that it only scrolls. */
const FIELD_SHARE = 0.93;
const MAX_ZOOM = 2.2;
/** A field that stands between these shares of the pane's height is not moved; others come to rest at the third. */
const BAND = [0.16, 0.7, 0.4];
const SVG = "http://www.w3.org/2000/svg";

/** Shows pages inside `root`. */
export class PagePane {
  constructor(root) {
    this.frame = document.createElementNS(SVG, "polygon");
    this.frame.setAttribute("class", "frame");
    const svg = document.createElementNS(SVG, "svg");
    svg.append(this.frame);
    this.svg = svg;
    this.image = h("img", { alt: t("page.alt"), draggable: "false" });
    this.sheet = h("div", { class: "sheet" }, this.image, svg);
    this.root = root;
    root.replaceChildren(this.sheet);
    this.turner = h("button", { type: "button", class: "small turner", hidden: true, tabindex: "-1", onclick: () => this.turn() });
    this.paper = h("p", { class: "paper", hidden: true });
    root.append(this.turner, this.paper);
    this.page = null;
    this.field = null;
    new ResizeObserver(() => this.place()).observe(root);
    this.listen();
  }

  /**
   * Shows the pages of an entry, the first one first; without any, `words` in their place. `quads` are all that
   * will be gone to on the first page; none where the fields have no places on it.
   */
  open(pages, quads, words = "") {
    this.pages = pages;
    this.quads = quads;
    this.at = 0;
    this.paper.hidden = pages.length > 0;
    this.sheet.hidden = pages.length === 0;
    this.paper.textContent = words;
    this.sayTurn();
    this.page = null;
    if (pages.length) this.show(pages[0], quads);
  }

  /** Goes to the entry's next page, after the last to the first. */
  turn() {
    if ((this.pages?.length ?? 0) < 2) return false;
    const { field } = this;
    this.at = (this.at + 1) % this.pages.length;
    this.show(this.pages[this.at], this.at === 0 ? this.quads : []);
    if (this.at === 0) this.goTo(field ?? this.wanted);
    this.sayTurn();
    return true;
  }

  sayTurn() {
    this.turner.hidden = this.pages.length < 2;
    this.turner.replaceChildren(t("pane.turn", { at: this.at + 1, all: this.pages.length }), " ", h("kbd", {}, "Alt+PageDown"));
  }

  /** Shows a page `{id, width, height}` whole, without a frame; `quads` are all that will be gone to. */
  show(page, quads = []) {
    this.page = page;
    this.field = null;
    this.view = null;
    const widest = quads.map(outline).reduce((a, b) => (b.width > (a?.width ?? 0) ? b : a), null);
    this.widest = widest?.width ?? page.width;
    this.column = widest ? turned(widest.cx, widest.cy, -widest.angle)[0] : page.width / 2;
    this.image.src = pageImageUrl(page.id, IMAGE_WIDTH);
    this.svg.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
    this.sheet.classList.add("still");
    this.place();
  }

  /** Goes to a field by its quad (pixels of the page), or to the whole page. */
  goTo(quad) {
    this.wanted = quad;
    this.field = this.at === 0 && this.quads?.length > 0 ? quad : null;
    this.place();
    requestAnimationFrame(() => this.sheet.classList.remove("still"));
  }

  place() {
    if (!this.page || this.root.clientWidth === 0) return;
    const pane = { w: this.root.clientWidth, h: this.root.clientHeight };
    const whole = pane.w / this.page.width;
    this.frame.style.visibility = this.field ? "visible" : "hidden";
    if (!this.field) {
      const fit = Math.min(whole, pane.h / this.page.height);
      this.set({ scale: fit, x: (pane.w - this.page.width * fit) / 2, y: 0, angle: 0 });
      return;
    }
    const { width, height, angle, points, cx, cy } = outline(this.field);
    this.frame.setAttribute("points", points);
    const scale = Math.max(whole, Math.min((pane.w * FIELD_SHARE) / this.widest, whole * MAX_ZOOM));
    const [u, v] = turned(cx, cy, -angle);
    const same = this.view && Math.abs(this.view.scale - scale) < 1e-3 && Math.abs(this.view.angle - angle) < 0.004;
    const at = { x: pane.w / 2 - this.column * scale, y: same ? this.view.y : Number.NaN };
    const x = settled(at.x, (u - width / 2) * scale, width * scale, [14, pane.w - 14, (pane.w - width * scale) / 2]);
    const y = settled(at.y, (v - height / 2) * scale, height * scale, BAND.map((share) => share * pane.h));
    this.set({ scale, angle: same ? this.view.angle : angle, ...this.kept({ x, y }, scale, pane) });
  }

  /** Keeps the sheet's edges at the pane's edges as far as the sheet is larger than the pane. */
  kept(at, scale, pane) {
    const w = this.page.width * scale;
    const hgt = this.page.height * scale;
    const within = (v, size, room) => (size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, v)));
    return { x: within(at.x, w, pane.w), y: within(at.y, hgt, pane.h) };
  }

  set(view) {
    this.view = view;
    const { width, height } = this.page;
    Object.assign(this.sheet.style, {
      width: `${width}px`, height: `${height}px`,
      transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale}) rotate(${-view.angle}rad)`,
    });
    this.frame.style.strokeWidth = `${2.5 / view.scale}px`;
  }

  listen() {
    let from = null;
    this.root.addEventListener("pointerdown", (e) => {
      if (!this.view || e.button !== 0 || e.target.closest("button")) return;
      from = { x: e.clientX - this.view.x, y: e.clientY - this.view.y };
      this.root.setPointerCapture(e.pointerId);
      this.sheet.classList.add("still");
    });
    this.root.addEventListener("pointermove", (e) => {
      if (from) this.set({ ...this.view, x: e.clientX - from.x, y: e.clientY - from.y });
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.root.addEventListener(end, () => {
        from = null;
        this.sheet.classList.remove("still");
      });
    }
    // The pane must not take the focus from the field in hand.
    this.root.addEventListener("mousedown", (e) => e.preventDefault());
    this.root.addEventListener("wheel", (e) => this.wheel(e), { passive: false });
  }

  wheel(event) {
    if (!this.view) return;
    event.preventDefault();
    const box = this.root.getBoundingClientRect();
    const factor = Math.exp(-event.deltaY * 0.0015);
    const low = Math.min(this.root.clientWidth / this.page.width, this.root.clientHeight / this.page.height);
    const scale = Math.max(low, Math.min(this.view.scale * factor, 3));
    const k = scale / this.view.scale;
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    this.sheet.classList.add("still");
    this.set({ ...this.view, scale, x: x - (x - this.view.x) * k, y: y - (y - this.view.y) * k });
  }
}

/**
 * Where the sheet must stand along one axis: where it is, if the field (`start`, `size`, on the sheet) then lies
 * between `low` and `high` of the pane; else so that the field begins at `rest`.
 */
function settled(now, start, size, [low, high, rest]) {
  if (now + start >= low && now + start + size <= high) return now;
  return rest - start;
}

/** Centre, size and angle of a quad, and its points with a little room around for the frame. */
function outline(quad) {
  const cx = quad.reduce((sum, p) => sum + p[0], 0) / 4;
  const cy = quad.reduce((sum, p) => sum + p[1], 0) / 4;
  const [a, b, , d] = quad;
  const width = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const height = Math.hypot(d[0] - a[0], d[1] - a[1]);
  const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
  const room = Math.min(height, width) * 0.1;
  const points = quad.map(([x, y], i) => {
    const [u, v] = turned(x, y, -angle);
    const du = i === 0 || i === 3 ? -room : room;
    const dv = i < 2 ? -room : room;
    return turned(u + du, v + dv, angle).join(",");
  });
  return { cx, cy, width, height, angle, points: points.join(" ") };
}

/** A point turned about the origin. */
function turned(x, y, angle) {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [x * c - y * s, x * s + y * c];
}
