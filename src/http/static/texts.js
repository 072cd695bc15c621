// Texts in the reader's language, and numbers and times as people in Việt Nam write them.
import { pageData } from "./dom.js";

const texts = pageData("texts");
export const lang = document.documentElement.lang;
const locale = lang === "en" ? "en-GB" : "vi-VN";

/** The text under `key`, with `{name}` replaced from `values`. A missing text must not stop anyone's work. */
export function t(key, values = {}) {
  const text = texts[key];
  if (text === undefined) {
    console.error(`no text for ${key}`);
    return key;
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** A whole number with separators: 12.345. */
export const number = (n) => new Intl.NumberFormat(locale).format(n);

/** Bytes as kB or MB with one decimal. */
export function bytes(n) {
  const one = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return n < 1_000_000 ? `${one.format(n / 1000)} kB` : `${one.format(n / 1_000_000)} MB`;
}

/** A moment in milliseconds UTC as day and minute in Việt Nam. */
export function moment(ms) {
  const format = new Intl.DateTimeFormat(locale, {
    timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit",
  });
  return format.format(new Date(ms));
}

/** How people name a book: "Sổ KS 01/2007 · UBND xã Tân Lập". */
export function bookName(book) {
  return t("book.name", { kind: book.kind, number: book.number, year: book.year_opened, office: book.office });
}
