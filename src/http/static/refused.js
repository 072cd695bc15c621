// Refused pages of all books: what is wrong with each, with a picture, and the two ways on: another capture, or the
// reason why this one is used all the same.
import { byId, h, setText } from "./dom.js";
import { bookName, number, t } from "./texts.js";
import * as api from "./api.js";
import { bindKeys, showKeys } from "./keys.js";
import "./bar.js";

const EVERY_MS = 5_000;
const KEYS = [["↑ ↓", "refused.key.walk"], ["U", "refused.key.again"], ["I", "refused.key.insist"]];

const list = byId("refused");
const rows = new Map();

/** Sends another capture of a page; its row goes when the server has it. */
async function sendAgain(page, file, words) {
  if (!file) return;
  setText(words, t("upload.sending", { percent: 0 }));
  try {
    await api.replacePage(page.id, file);
    setText(words, "");
    await refresh();
  } catch (error) {
    setText(words, error.message);
  }
}

async function insist(page, reason, words) {
  if (!reason.value.trim()) {
    setText(words, t("insist.why"));
    reason.focus();
    return;
  }
  try {
    await api.insist(page.id, reason.value.trim().normalize("NFC"));
    reason.blur();
    await refresh();
  } catch (error) {
    setText(words, error.message);
  }
}

function reasons(page) {
  const told = page.reject?.findings?.length ? page.reject.findings.map((f) => f.message) : [page.reject?.message ?? ""];
  return told.map((message) => h("p", { class: "reason" }, message));
}

function picture(page) {
  if (!page.has_picture) return h("div", { class: "no-picture" });
  const url = api.findingsUrl(page.id);
  return h("a", { href: url, target: "_blank", rel: "noopener", tabindex: "-1" },
    h("img", { src: url, alt: t("refused.picture", { n: page.ordinal }), loading: "lazy" }));
}

/** The ways on; a page without a picture can only be sent again. */
function waysOn(page) {
  const words = h("p", { class: "problem", role: "alert" });
  const input = h("input", { type: "file", class: "unseen", tabindex: "-1", "aria-label": t("refused.again"), accept: "image/jpeg,image/png,image/webp,image/tiff" });
  input.addEventListener("change", () => sendAgain(page, input.files[0], words));
  const again = h("button", { type: "button", class: "again", onclick: () => input.click() }, t("refused.again"));
  const reason = h("input", { type: "text", "aria-label": t("insist.reason"), placeholder: t("insist.reason"), maxlength: "500" });
  const form = h("form", { class: "inline" }, reason, h("button", { class: "small" }, t("insist.open")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    insist(page, reason, words);
  });
  return h("div", { class: "ways" }, again, input, page.has_picture ? form : null, words);
}

function rowOf(page) {
  const where = h("p", { class: "quiet" }, `${bookName(page.book)} · ${t("refused.page", { n: page.ordinal })} · ${page.file_name}`);
  const link = h("a", { href: `/books/${encodeURIComponent(page.book_id)}`, tabindex: "-1" }, t("refused.book"));
  return h("li", { class: "refused", tabindex: "0", dataset: { page: page.id } }, picture(page), h("div", {}, ...reasons(page), where, waysOn(page), link));
}

function show(pages) {
  const there = new Set(pages.map((page) => page.id));
  for (const [id, row] of rows) {
    if (there.has(id)) continue;
    if (row.contains(document.activeElement)) (row.nextElementSibling ?? row.previousElementSibling)?.focus();
    row.remove();
    rows.delete(id);
  }
  for (const page of pages) {
    if (rows.has(page.id)) continue;
    rows.set(page.id, rowOf(page));
    list.append(rows.get(page.id));
  }
  byId("no-refused").hidden = pages.length > 0;
  setText(byId("refused-sum"), pages.length ? number(pages.length) : "");
}

async function refresh() {
  try {
    show(await api.refused());
    setText(byId("trouble"), "");
  } catch (error) {
    setText(byId("trouble"), error.message);
  }
}

/** The row that a person stands on. */
const here = () => document.activeElement?.closest?.("li.refused");

function walk(step) {
  if (document.activeElement?.matches("input[type=text]")) return false;
  const next = here() ? (step > 0 ? here().nextElementSibling : here().previousElementSibling) : list.firstElementChild;
  next?.focus();
  return Boolean(next);
}

/** Acts on the row in hand unless a person is typing. */
function act(selector, how) {
  if (!here() || document.activeElement.matches("input[type=text]")) return false;
  const target = here().querySelector(selector);
  if (target) how(target);
  return Boolean(target);
}

bindKeys(document, {
  ArrowDown: () => walk(1),
  ArrowUp: () => walk(-1),
  u: () => act("button.again", (button) => button.click()),
  i: () => act("form input", (input) => input.focus()),
  Escape: () => { here()?.focus(); return Boolean(here()); },
});
showKeys(KEYS, KEYS);
await refresh();
list.firstElementChild?.focus();
setInterval(refresh, EVERY_MS);
