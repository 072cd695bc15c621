// Small helpers around the DOM; nothing here knows what a page or an entry is.

/** Makes an element: attributes by name, `on…` functions as listeners, `class`, `dataset`, children or text. */
export function h(tag, attrs = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(el.dataset, value);
    else if (name === "style") Object.assign(el.style, value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

/** The one element with this id; a missing one is a mistake in the template, said at once. */
export function byId(id) {
  const el = document.getElementById(id);
  if (!el) throw new Error(`no element #${id}`);
  return el;
}

/** Replaces text only when it differs, so that a refresh disturbs neither layout nor screen readers. */
export function setText(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

/** Data that the server put into the page, `<script type="application/json" id=…>`. */
export function pageData(id) {
  return JSON.parse(byId(id).textContent);
}

/** Whether the person asked the system for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
