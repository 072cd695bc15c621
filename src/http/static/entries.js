// The entries of one book: what the machine took for empty, what is no entry, what is written beside entries,
// entries made by hand. Rows are walked with the arrow keys; each opens to what can be done with it.
import { byId, h, pageData, setText } from "./dom.js";
import { number, t } from "./texts.js";
import * as api from "./api.js";
import { bindKeys, showKeys } from "./keys.js";
import { Notes } from "./notes.js";
import "./bar.js";

const PICTURE_PX = 1600;
const ASIDE = ["set_aside", "no_entry"];
const ROLES = { proposed: ["typist", "/type"], unscannable: ["typist", "/type"], typed: ["verifier", "/verify"], disputed: ["supervisor", "/dispute"] };

const me = pageData("me");
const { dataset } = document.querySelector("main");
const bookId = dataset.book;
const may = (...roles) => me.roles.some((role) => roles.includes(role));
const tidy = (text) => text.normalize("NFC").trim();
let entries = [];
let pages = [];
let opened = null;
let notes = null;

/** What a person should look at: places held to be none, and notes that nobody checked. */
const asksForLook = (entry) => entry.state === "set_aside" || (entry.notes ?? []).some((note) => !note.checked);
const FILTERS = {
  all: (entry) => entry.state !== "no_entry",
  look: asksForLook,
  by_hand: (entry) => Boolean(entry.by_hand),
  repeated: (entry) => entry.repeated,
  struck: (entry) => (entry.notes ?? []).some((note) => note.kind === "struck"),
  no_entry: (entry) => entry.state === "no_entry",
};
let filter = new URLSearchParams(location.search).get("show") ?? "all";
if (!FILTERS[filter]) filter = "all";

function remarks(entry) {
  const words = [];
  if (entry.aside) words.push(entry.aside.by_machine ? t("aside.by_machine") : t("aside.by_person", { reason: entry.aside.reason }));
  if (entry.by_hand) words.push(t("entry.by_hand", { reason: entry.by_hand }));
  if (entry.repeated) words.push(t("entry.repeated"));
  if (entry.more_pages) words.push(t("entry.goes_on", { pages: entry.more_pages.map(number).join(", ") }));
  for (const note of entry.notes ?? []) {
    const text = note.kind === "struck" ? t("note.struck_words", { text: note.text }) : note.text;
    words.push([note.noted_on, text].filter(Boolean).join(": "));
  }
  return words.map((line) => h("div", {}, line));
}

function cells(entry) {
  const page = entry.page_id ? String(entry.page) : t("entry.after_page", { n: entry.page });
  const mark = h("span", { class: `mark ${asksForLook(entry) ? "look" : ""}` }, t(`entries.${entry.state}`));
  const known = entry.number ? h("span", { class: entry.number_settled ? "" : "quiet" }, entry.number) : "–";
  return [h("td", { class: "count" }, page), h("td", { class: "count" }, known), h("td", {}, mark), h("td", {}, remarks(entry))];
}

function show() {
  const shown = entries.filter(FILTERS[filter]);
  const at = document.activeElement;
  // Who worked in an opened row goes on from that row.
  const focused = at?.closest("tr[data-entry]")?.dataset.entry ?? (at?.closest("tr.detail") ? opened : undefined);
  byId("entries").replaceChildren(...shown.flatMap((entry) => {
    const row = h("tr", { dataset: { entry: entry.id, state: entry.state }, tabindex: "-1", "aria-expanded": String(entry.id === opened), onclick: () => open(entry.id) }, cells(entry));
    return entry.id === opened ? [row, detailRow(entry)] : [row];
  }));
  const rows = allRows();
  const home = rows.find((row) => row.dataset.entry === focused) ?? rows[0];
  if (home) home.tabIndex = 0;
  if (focused) home?.focus();
  byId("no-entries").hidden = shown.length > 0;
  byId("entries-table").hidden = shown.length === 0;
  for (const button of byId("filters").children) {
    const count = entries.filter(FILTERS[button.dataset.show]).length;
    setText(button, `${t(`filter.${button.dataset.show}`)} ${number(count)}`);
    button.setAttribute("aria-pressed", String(button.dataset.show === filter));
  }
}

const allRows = () => [...byId("entries").querySelectorAll("tr[data-entry]")];
const rowInHand = () => document.activeElement?.matches?.("tr[data-entry]") ? document.activeElement : null;
const entryOf = (row) => entries.find((entry) => entry.id === row?.dataset.entry);

/** Opens or closes what can be done with an entry. */
function open(id) {
  opened = opened === id ? null : id;
  notes = null;
  show();
  allRows().find((row) => row.dataset.entry === id)?.focus();
}

function detailRow(entry) {
  const box = h("div", { class: "entry-detail" }, picture(entry), actions(entry));
  return h("tr", { class: "detail" }, h("td", { colspan: "4" }, box));
}

/** The ink of the place, cut out of the page's picture. */
function picture(entry) {
  if (!entry.page_id) return h("p", { class: "quiet" }, t("entry.on_paper"));
  const src = api.pageImageUrl(entry.page_id, PICTURE_PX);
  const whole = h("a", { href: src, target: "_blank", rel: "noopener" }, t("page.look"));
  const { place } = entry;
  if (!place) return h("p", {}, whole);
  const [x, y, w, height] = place.box;
  const image = h("img", { src, alt: t("entry.place_ink"), style: { width: `${(place.page[0] / w) * 100}%`, left: `${(-x / w) * 100}%`, top: `${(-y / height) * 100}%` } });
  return h("div", {}, h("div", { class: "place", style: { aspectRatio: `${w} / ${height}` } }, image), whole);
}

function actions(entry) {
  const box = h("div", { class: "acts" });
  const trouble = h("p", { class: "problem", role: "alert" });
  const act = async (send) => {
    try {
      await send();
      await load();
    } catch (error) {
      setText(trouble, Object.values(error.fields ?? {})[0] ?? error.message);
    }
  };
  const [role, desk] = ROLES[entry.state] ?? [];
  if (desk && may(role)) box.append(h("p", {}, h("a", { class: "button", href: `${desk}?entry=${entry.id}` }, t(`open.${entry.state}`))));
  if (entry.state === "set_aside" && may("verifier", "supervisor")) {
    box.append(entry.aside.by_me ? h("p", { class: "quiet" }, t("aside.other_person"))
      : h("p", {}, h("button", { type: "button", dataset: { act: "d" }, onclick: () => act(() => api.confirmNoEntry(entry.id)) }, t("aside.confirm"), " ", h("kbd", {}, "D"))));
  }
  if (may("typist", "verifier", "supervisor")) {
    if (ASIDE.includes(entry.state)) box.append(reasonForm("k", t("aside.restore"), t("aside.restore_why"), (why) => act(() => api.restoreEntry(entry.id, why))));
    else {
      box.append(reasonForm("x", t("aside.set"), t("aside.set_why"), (why) => act(() => api.setAside(entry.id, why))), continueForm(entry, act));
      notes = new Notes(entry.id, entry.notes ?? [], () => load());
      box.append(notes.element);
    }
  }
  box.append(trouble);
  return box;
}

/** A button that asks for its reason in place. */
function reasonForm(key, label, ask, send) {
  const why = h("input", { type: "text", "aria-label": ask, placeholder: ask });
  const form = h("form", { class: "inline", hidden: true }, why, h("button", { class: "small" }, t("action.do")));
  const unfold = () => { form.hidden = false; why.focus(); };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(tidy(why.value));
  });
  return h("div", {}, h("button", { type: "button", dataset: { act: key }, onclick: unfold }, label, " ", h("kbd", {}, key.toUpperCase())), form);
}

function continueForm(entry, act) {
  const page = h("input", { type: "text", inputmode: "numeric", "aria-label": t("entry.continue_page"), placeholder: t("entry.continue_page") });
  const form = h("form", { class: "inline", hidden: true }, page, h("button", { class: "small" }, t("action.do")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const found = pages.find((p) => String(p.ordinal) === tidy(page.value));
    act(() => api.continueOn(entry.id, found?.id ?? "", t("entry.continue_reason", { n: entry.page })));
  });
  const unfold = () => { form.hidden = false; page.focus(); };
  const known = (entry.more_pages ?? []).map((n) => h("button", { type: "button", class: "small plain", onclick: () => act(() => api.endContinuation(entry.id, pages.find((p) => p.ordinal === n)?.id ?? "")) }, t("entry.continue_not", { n })));
  return h("div", {}, h("button", { type: "button", dataset: { act: "t" }, onclick: unfold }, t("entry.continue"), " ", h("kbd", {}, "T")), form, known);
}

async function load() {
  try {
    [entries, pages] = await Promise.all([api.entriesOfBook(bookId), api.pages(bookId)]);
    setText(byId("trouble"), "");
    notes = null;
    show();
  } catch (error) {
    if (error.status === 401) location.assign(`/login?next=${location.pathname}`);
    setText(byId("trouble"), error.message);
  }
}

for (const button of byId("filters").children) {
  button.addEventListener("click", () => {
    filter = button.dataset.show;
    show();
  });
}

const byHand = document.querySelector("#by-hand");
byHand?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { where, after, reason } = byHand.elements;
  const n = Number(tidy(after.value) || "0");
  const page = pages.find((p) => p.ordinal === n);
  setText(byId("by-hand-trouble"), "");
  if (where.value === "page" && !page) {
    setText(byId("by-hand-trouble"), t("by_hand.no_page", { n: after.value }));
    after.focus();
    return;
  }
  try {
    const wish = where.value === "page" ? { page_id: page.id } : { after_page: n };
    const made = await api.addByHand(bookId, { ...wish, reason: tidy(reason.value) });
    reason.value = "";
    filter = "all";
    opened = made.id;
    await load();
    allRows().find((row) => row.dataset.entry === made.id)?.focus();
  } catch (error) {
    const first = Object.entries(error.fields ?? {})[0];
    setText(byId("by-hand-trouble"), first ? first[1] : error.message);
    if (first) byHand.elements[first[0] === "after_page" ? "after" : first[0]]?.focus();
  }
});

/** Moves between rows. */
function walk(by) {
  const rows = allRows();
  const to = rows[rows.indexOf(rowInHand()) + by];
  if (!rowInHand() || !to) return false;
  rows.forEach((row) => { row.tabIndex = row === to ? 0 : -1; });
  to.focus();
  return true;
}

/** Opens the entry in hand if need be and presses one of its buttons. */
function press(key) {
  const entry = entryOf(rowInHand());
  if (!entry) return false;
  if (opened !== entry.id) open(entry.id);
  byId("entries").querySelector(`tr.detail [data-act="${key}"]`)?.click();
  return true;
}

bindKeys(document.querySelector("main"), {
  ArrowUp: () => walk(-1),
  ArrowDown: () => walk(1),
  Enter: () => (rowInHand() ? (open(rowInHand().dataset.entry), true) : false),
  d: () => press("d"),
  k: () => press("k"),
  x: () => press("x"),
  t: () => press("t"),
  "Alt+g": () => {
    if (!notes && entryOf(rowInHand())) open(rowInHand().dataset.entry);
    notes?.focus();
    return true;
  },
});
const keys = [["↑ ↓", "key.rows"], ["Enter", "key.open"], ["D", "key.no_entry"], ["K", "key.restore"], ["X", "key.set_aside"], ["T", "key.continue"], ["Alt+G", "key.notes"]];
showKeys(keys, keys);
load();
