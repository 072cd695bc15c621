// A book's entries as one bar: the further along, the darker; what is in dispute asks for a look.
import { h } from "./dom.js";
import { number, t } from "./texts.js";

export const ENTRY_STATES = ["delivered", "approved", "accepted", "adjudicated", "verified", "disputed", "typed", "proposed", "unscannable"];

/** All entries of a book, without what is held to be none. */
export function total(entries = {}) {
  return ENTRY_STATES.reduce((sum, state) => sum + (entries[state] || 0), 0);
}

/** Entries that two people agree on, or that have gone further. */
export function settled(entries = {}) {
  return ["verified", "adjudicated", "accepted", "approved", "delivered"].reduce((sum, state) => sum + (entries[state] || 0), 0);
}

/** Entries that a typist has handed in, or that have gone further. */
export function typed(entries = {}) {
  return total(entries) - (entries.proposed || 0) - (entries.unscannable || 0);
}

/**
 * The bar; its words are there for everyone as a title and for screen readers as its name. Where more entries are
 * expected than are there, the rest of the bar stays empty.
 */
export function progressBar(entries = {}, expected = 0) {
  const parts = ENTRY_STATES.filter((state) => entries[state] > 0);
  const words = parts.map((state) => `${t(`entries.${state}`)} ${number(entries[state])}`).join(" · ") || t("entries.none");
  const blocks = parts.map((state) => h("span", { class: "part", dataset: { state }, style: { flexGrow: String(entries[state]) } }));
  const missing = Math.max(0, expected - total(entries));
  if (missing > 0) blocks.push(h("span", { class: "part", style: { flexGrow: String(missing) } }));
  return h("div", { class: "bar", role: "img", "aria-label": words, title: words }, blocks);
}

/** The same in words, each with its swatch. */
export function progressWords(entries = {}) {
  const parts = ENTRY_STATES.filter((state) => entries[state] > 0);
  return h("ul", { class: "legend" }, parts.map((state) => h("li", {}, h("span", { class: "swatch", dataset: { state } }), `${t(`entries.${state}`)} ${number(entries[state])}`)));
}
