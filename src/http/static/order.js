// The order of one book: what its numbers say is missing or stands twice, control totals, and moving pages.
import { byId, h, setText } from "./dom.js";
import { number, t } from "./texts.js";
import * as api from "./api.js";
import "./bar.js";

const { dataset } = document.querySelector("main");
const bookId = dataset.book;
const mayOrder = dataset.may === "true";
let view = null;

const range = (from, to) => (from === to ? number(from) : `${number(from)}–${number(to)}`);

/** "thiếu số 57–58 giữa trang 41 và 42", for numbers of entries and of pages. */
function oddWords(odd, of) {
  const [before, after] = odd.between ?? [];
  const values = { from: odd.from, to: odd.to, range: odd.what === "missing" ? range(odd.from, odd.to) : "", count: number(odd.count ?? 0), before, after, read: odd.read, wanted: odd.wanted, page: odd.page };
  if (odd.what === "missing" && odd.count < odd.to - odd.from + 1) return t(`odd.${of}.some_missing`, values);
  if (odd.what === "extra" && odd.from === odd.to) return t(`odd.${of}.twice`, values);
  if (odd.what === "unfit" && odd.wanted === null) return t(`odd.${of}.unfit`, values);
  return t(`odd.${of}.${odd.what === "unfit" ? "unfit_wanted" : odd.what}`, values);
}

function showOdd() {
  const words = [...view.entries.map((odd) => [odd, "entry"]), ...view.pages.map((odd) => [odd, "page"])];
  const rank = { missing: 0, extra: 1, unfit: 2 };
  words.sort(([a], [b]) => rank[a.what] - rank[b.what]);
  byId("nothing-odd").hidden = words.length > 0;
  byId("odd").replaceChildren(...words.map(([odd, of]) => h("li", { dataset: { what: odd.what } }, h("span", { class: odd.what === "unfit" ? "quiet" : "mark look" }, oddWords(odd, of)))));
}

function showBetter() {
  const { better } = view;
  byId("better").hidden = !better;
  if (!better) return;
  const trouble = h("p", { class: "problem", role: "alert" });
  const take = h("button", { type: "button", class: "main", onclick: () => reorder(better.page_ids, t(`better.reason.${better.by}`), trouble) }, t("better.take"));
  byId("better").replaceChildren(h("p", {}, t(`better.${better.by}`, { n: number(better.moved) })), mayOrder ? take : "", trouble);
}

function showTotals() {
  const { closing, expected, found } = view.totals;
  const row = (key, totals) => h("tr", {}, h("th", { scope: "row" }, t(`totals.${key}`)), ...["pages", "entries"].map((of) => h("td", { class: "count" }, totals[of] === null ? "–" : number(totals[of]))));
  byId("totals").replaceChildren(row("expected", expected), row("closing", closing), row("found", found));
  const differs = ["pages", "entries"].filter((of) => closing[of] !== null && closing[of] !== found[of]);
  const words = differs.map((of) => t(`totals.${of}_differ`, { n: number(Math.abs(closing[of] - found[of])), side: t(closing[of] > found[of] ? "totals.less" : "totals.more") }));
  const told = closing.pages !== null || closing.entries !== null;
  setText(byId("totals-words"), words.length ? words.join(" ") : told ? t("totals.agree") : "");
  byId("totals-words").classList.toggle("look", words.length > 0);
  for (const [name, value] of [["closing_pages", closing.pages], ["closing_entries", closing.entries], ["pages_expected", expected.pages], ["entries_expected", expected.entries]]) {
    const input = byId(name);
    if (document.activeElement !== input) input.value = value ?? "";
  }
}

function showPages() {
  byId("lie").replaceChildren(...view.lie.map((page) => h("tr", { dataset: { page: page.id } },
    h("td", { class: "count" }, String(page.ordinal)),
    h("td", {}, h("a", { href: api.pageImageUrl(page.id, 1600), target: "_blank", rel: "noopener" }, h("span", { class: "file" }, page.file_name))),
    h("td", { class: "count" }, page.number === undefined ? "–" : number(page.number)),
    h("td", {}, page.entries.map((n) => (n === null ? "?" : number(n))).join(", ") || "–"),
    h("td", {}, mayOrder ? moveForm(page) : ""))));
}

/** "Move behind page …": asks for the place, 0 being the beginning. */
function moveForm(page) {
  const after = h("input", { type: "text", inputmode: "numeric", "aria-label": t("order.move_after", { n: page.ordinal }), placeholder: t("order.after") });
  const trouble = h("p", { class: "problem", role: "alert" });
  const form = h("form", { class: "inline" }, after, h("button", { class: "small" }, t("order.go")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const behind = Number(after.value.trim());
    if (after.value.trim() === "" || !(behind >= 0 && behind <= view.lie.length)) {
      setText(trouble, t("order.no_such_page"));
      return;
    }
    const others = view.lie.filter((p) => p.id !== page.id);
    const at = behind === 0 ? 0 : others.findIndex((p) => p.ordinal > behind);
    others.splice(at < 0 ? others.length : at, 0, page);
    reorder(others.map((p) => p.id), t("order.moved_reason", { page: page.ordinal, after: behind }), trouble);
  });
  return h("div", {}, form, trouble);
}

async function reorder(pageIds, reason, trouble) {
  try {
    view = await api.reorder(bookId, pageIds, reason);
    show();
  } catch (error) {
    setText(trouble, Object.values(error.fields ?? {})[0] ?? error.message);
  }
}

function show() {
  showBetter();
  showOdd();
  showTotals();
  showPages();
}

async function load() {
  try {
    view = await api.bookOrder(bookId);
    setText(byId("trouble"), "");
    show();
  } catch (error) {
    if (error.status === 401) location.assign(`/login?next=${location.pathname}`);
    setText(byId("trouble"), error.message);
  }
}

/** A whole number, or null where nothing stands; anything else goes as it is, for the server to refuse. */
function given(input) {
  const text = input.value.replace(/[.\s]/g, "");
  return text === "" ? null : Number.isInteger(Number(text)) ? Number(text) : -1;
}

function onSubmit(id, send) {
  byId(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    setText(byId(`${id}-trouble`), "");
    try {
      await send(event.target.elements);
      await load();
    } catch (error) {
      setText(byId(`${id}-trouble`), Object.values(error.fields ?? {})[0] ?? error.message);
    }
  });
}

onSubmit("closing", (f) => api.setClosing(bookId, { pages: given(f.closing_pages), entries: given(f.closing_entries) }));
onSubmit("size", (f) => api.setSize(bookId, { pages_expected: given(f.pages_expected), entries_expected: given(f.entries_expected), year_closed: given(f.year_closed) }));
api.book(bookId).then((book) => { byId("year_closed").value = book.year_closed ?? ""; }).catch(() => {});
load();
