// The list of books, and the form for a new one.
import { byId, h, pageData, setText } from "./dom.js";
import { bookName, number, t } from "./texts.js";
import * as api from "./api.js";
import { progressBar, settled, total, typed } from "./progress.js";
import "./bar.js";

const REFRESH_MS = 5_000;
const rows = new Map();
const body = byId("books");

function cells(book) {
  const entries = book.entries || {};
  const pages = Object.values(book.pages || {}).reduce((a, b) => a + b, 0);
  const rejected = book.pages?.rejected || 0;
  const all = Math.max(total(entries), book.entries_expected ?? 0);
  return [
    h("td", {}, h("a", { href: `/books/${book.id}` }, bookName(book))),
    h("td", {}, t(`book.state.${book.state}`)),
    h("td", { class: "count" }, book.pages_expected === null ? number(pages) : t("books.of", { n: number(pages), all: number(book.pages_expected) }), rejected ? h("div", { class: "mark look" }, `${t("books.rejected", { n: number(rejected) })}`) : ""),
    h("td", { class: "progress" }, progressBar(entries, book.entries_expected ?? 0)),
    h("td", { class: "count" }, all ? t("books.of", { n: number(typed(entries)), all: number(all) }) : "–"),
    h("td", { class: "count" }, all ? t("books.settled", { n: number(settled(entries)), all: number(all) }) : "–"),
  ];
}

/** Brings the table up to date, touching only rows that changed. */
function show(books) {
  byId("no-books").hidden = books.length > 0;
  byId("books-table").hidden = books.length === 0;
  for (const book of books) {
    const face = JSON.stringify(book);
    const row = rows.get(book.id) ?? { element: h("tr"), face: "" };
    if (row.face !== face) {
      // A link that has the focus stays the same element, so that the focus is not lost.
      const holds = row.element.contains(document.activeElement);
      const fresh = cells(book);
      if (holds) [...row.element.children].forEach((old, i) => i > 0 && old.replaceWith(fresh[i]));
      else row.element.replaceChildren(...fresh);
      row.face = face;
    }
    if (!row.element.isConnected) body.append(row.element);
    rows.set(book.id, row);
  }
}

async function refresh() {
  if (!document.hidden) {
    try {
      show(await api.books());
      setText(byId("trouble"), "");
    } catch (error) {
      if (error.status === 401) location.assign("/login?next=/books");
      setText(byId("trouble"), error.message);
    }
  }
  setTimeout(refresh, REFRESH_MS);
}

const form = document.querySelector("#new-book");
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { kind, year_opened: year, number: no, office, pages_expected: pages, entries_expected: entries, year_closed: closed, contractor } = form.elements;
  const whole = (input) => (input.value.trim() === "" ? null : Number(input.value.replace(/[.\s]/g, "")) || -1);
  setText(byId("new-book-trouble"), "");
  try {
    const book = await api.openBook({ kind: kind.value, year_opened: Number(year.value), number: no.value.trim().normalize("NFC"), office: office.value.trim().normalize("NFC"), pages_expected: whole(pages), entries_expected: whole(entries), year_closed: whole(closed), contractor: contractor.value.trim().normalize("NFC") });
    location.assign(`/books/${book.id}`);
  } catch (error) {
    const first = Object.entries(error.fields || {})[0];
    setText(byId("new-book-trouble"), first ? first[1] : error.message);
    if (first) form.elements[first[0]]?.focus();
  }
});

const importer = document.querySelector("#import");
importer?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = importer.elements.workbook.files[0];
  byId("import-problems").replaceChildren();
  if (!file) {
    setText(byId("import-done"), t("import.choose"));
    return;
  }
  const button = importer.querySelector("button");
  button.disabled = true;
  setText(byId("import-done"), t("import.sending"));
  try {
    const done = await api.importBooks(file);
    setText(byId("import-done"), t("import.done", { added: number(done.added), changed: number(done.changed), same: number(done.same), bad: number(done.problems.length) }));
    byId("import-problems").replaceChildren(...done.problems.map((problem) => h("li", {}, problem.message)));
    show(await api.books());
  } catch (error) {
    setText(byId("import-done"), "");
    byId("import-problems").replaceChildren(h("li", {}, error.message));
  }
  button.disabled = false;
});

const first = pageData("first");
if (first) show(first);
setTimeout(refresh, first ? REFRESH_MS : 0);
