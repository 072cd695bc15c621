// One book: its pages with their state, sending images, and the supervisor's steps.
import { byId, h, pageData, setText } from "./dom.js";
import { bookName, bytes, moment, number, t } from "./texts.js";
import * as api from "./api.js";
import { progressBar, progressWords, settled, total } from "./progress.js";
import { Bundles } from "./bundles.js";
import { Uploads } from "./upload.js";
import "./bar.js";

const BUSY_MS = 2_000;
const QUIET_MS = 8_000;
const MANAGERS = ["supervisor", "scanning_centre", "admin"];

const me = pageData("me");
const bookId = document.querySelector("main").dataset.book;
const may = (roles) => me.roles.some((role) => roles.includes(role));
const rows = new Map();
let timer = 0;
/** Whether books are accepted by lots; only supervisors need to know. */
let samples = true;

/** What a page's row says; the reason of a rejection and the way past it stand below its name. */
function pageCells(page) {
  const file = [h("span", { class: "file" }, page.file_name)];
  if (page.state === "rejected") file.push(...(page.reject?.findings?.length ? page.reject.findings : [page.reject]).map((f) => h("p", { class: "reason" }, f?.message ?? "")));
  if (page.replaced_by) file.push(h("p", { class: "quiet" }, t("refused.replaced")));
  const state = h("span", { class: `mark ${page.state === "rejected" ? "wrong" : ""}` }, t(`page.state.${page.state}`));
  const done = page.state === "prepared" || page.state === "read";
  const look = page.has_picture && (done || page.width) ? h("a", { href: page.state === "rejected" ? api.findingsUrl(page.id) : api.pageImageUrl(page.id, 1600), target: "_blank", rel: "noopener" }, t("page.look")) : "";
  return [h("td", { class: "count" }, String(page.ordinal)), h("td", {}, file), h("td", {}, state), h("td", { class: "count" }, bytes(page.size_bytes)), h("td", {}, look)];
}

function showPages(pages) {
  byId("no-pages").hidden = pages.length > 0;
  byId("pages-table").hidden = pages.length === 0;
  for (const page of pages) showPage(page);
  const rejected = pages.filter((p) => p.state === "rejected" && !p.replaced_by).length;
  setText(byId("pages-sum"), [t("book.pages", { n: number(pages.length) }), rejected ? t("books.rejected", { n: number(rejected) }) : ""].filter(Boolean).join(" · "));
}

function showPage(page) {
  const row = rows.get(page.id) ?? { element: h("tr", { dataset: { page: page.id } }), face: "" };
  const face = JSON.stringify(page);
  const isNew = !rows.has(page.id);
  rows.set(page.id, row);
  if (isNew) byId("pages").append(row.element);
  // A row in which a person is writing or standing is left alone until they have gone on.
  if (row.face === face || row.element.contains(document.activeElement)) return;
  row.face = face;
  row.element.replaceChildren(...pageCells(page));
  row.element.dataset.state = page.state;
  if (page.state === "rejected" && !page.replaced_by && page.has_picture && may(MANAGERS)) row.element.children[1].append(insistForm(page));
}

/** "Use this page all the same": asks for the reason in place. */
function insistForm(page) {
  const reason = h("input", { type: "text", "aria-label": t("insist.reason"), placeholder: t("insist.reason") });
  const form = h("form", { class: "inline", hidden: true }, reason, h("button", { class: "small" }, t("insist.send")));
  const trouble = h("p", { class: "problem", role: "alert" });
  const open = h("button", { type: "button", class: "small", onclick: () => { open.hidden = true; form.hidden = false; reason.focus(); } }, t("insist.open"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!reason.value.trim()) {
      setText(trouble, t("insist.why"));
      return;
    }
    try {
      await api.insist(page.id, reason.value.trim().normalize("NFC"));
      reason.blur();
      refresh();
    } catch (error) {
      setText(trouble, error.message);
    }
  });
  return h("div", {}, open, form, trouble);
}

function showBook(book) {
  setText(byId("book-name"), bookName(book));
  setText(byId("book-state"), t(`book.state.${book.state}`));
  const face = JSON.stringify([book.entries, book.pages, book.state]);
  if (byId("progress").dataset.face === face) return;
  byId("progress").dataset.face = face;
  byId("progress").replaceChildren(progressBar(book.entries), progressWords(book.entries));
  if (may(["supervisor"])) showStep(book);
  byId("send").hidden = !may(MANAGERS) || book.state !== "open";
}

/** The supervisor's one next step, or what must happen before it. */
function showStep(book) {
  const all = total(book.entries);
  const open = all - settled(book.entries);
  const aside = book.entries?.set_aside ?? 0;
  const unread = (book.pages?.received ?? 0) + (book.pages?.prepared ?? 0);
  const rejected = book.pages?.rejected ?? 0;
  const steps = { open: ["accept", api.accept], accepted: ["approve", api.approve], approved: ["deliver", api.deliver], delivered: ["deliver_again", api.deliver] };
  const [step, act] = steps[book.state];
  if (book.state === "open" && (all === 0 || open > 0 || unread > 0 || aside > 0)) {
    const words = all === 0 && unread === 0 && aside === 0 ? t("step.empty") : [open && t("step.entries_open", { n: number(open) }), unread && t("step.pages_open", { n: number(unread) }), aside && t("step.aside_open", { n: number(aside) }), t("step.not_yet")].filter(Boolean).join(" ");
    byId("step").replaceChildren(h("p", {}, words));
    return;
  }
  if (book.state === "in_lot" || (step === "accept" && samples)) {
    byId("step").replaceChildren(...lotWay(book, all));
    return;
  }
  const contested = book.state === "accepted" ? all - settled(book.entries) : 0;
  if (contested > 0) {
    byId("step").replaceChildren(h("p", {}, t("step.contested", { n: number(contested) })), h("p", {}, h("a", { href: "/dispute" }, t("nav.adjudicator"))));
    return;
  }
  const words = h("p", {}, t(`step.${step}.words`, { n: number(all) }));
  byId("step").replaceChildren(words, stepForm(step, act, step === "accept" && rejected));
}

/** Where the project samples, a finished book goes into a lot; one that is in a lot waits there. */
function lotWay(book, all) {
  const inLot = book.state === "in_lot";
  const words = t(inLot ? "step.in_lot" : "step.to_lot", { n: number(all) });
  const href = inLot ? `/lots/${book.lot_id}` : `/lots?book=${book.id}`;
  return [h("p", {}, words), h("a", { href, class: inLot ? null : "button" }, t(inLot ? "step.see_lot" : "step.make_lot"))];
}

/** The button for a step; with pages missing, acceptance asks for the reason first. */
function stepForm(step, act, missing) {
  const trouble = h("p", { class: "problem", role: "alert" });
  const why = missing ? h("input", { type: "text", id: "why", autocomplete: "off" }) : null;
  const label = missing ? h("label", { for: "why" }, t("step.why", { n: number(missing) })) : null;
  const form = h("form", {}, label, why, h("button", { class: step === "deliver_again" ? "" : "main" }, t(`step.${step}`)), trouble);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reason = why?.value.trim().normalize("NFC");
    if (why && !reason) {
      setText(trouble, t("step.say_why"));
      why.focus();
      return;
    }
    setText(trouble, "");
    try {
      await act(bookId, reason);
      await refresh();
      byId("step").querySelector("button")?.focus();
    } catch (error) {
      setText(trouble, error.message);
    }
  });
  return form;
}

function showDeliveries(deliveries) {
  const face = JSON.stringify(deliveries);
  const list = byId("deliveries");
  byId("deliveries-box").hidden = deliveries.length === 0;
  if (list.dataset.face === face) return;
  list.dataset.face = face;
  list.replaceChildren(...deliveries.map((d) => h("li", {},
    h("a", { href: api.workbookUrl(d.id), download: true }, t("delivery.file", { file: d.file })), " ",
    h("span", { class: "quiet" }, t("delivery.words", { n: number(d.entries), when: moment(d.created_at) })))));
}

async function refresh() {
  clearTimeout(timer);
  let wait = BUSY_MS;
  if (!document.hidden) {
    try {
      const [book, pages, bundles] = await Promise.all([api.book(bookId), api.pages(bookId), api.bundles(bookId)]);
      showBook(book);
      bundleList.show(bundles, book.state === "open");
      showPages(pages);
      showDeliveries(["approved", "delivered"].includes(book.state) ? await api.deliveries(bookId) : []);
      setText(byId("trouble"), "");
      const settledPages = pages.every((p) => p.state === "read" || p.state === "rejected");
      if (settledPages && bundles.every((b) => b.failed || b.state !== "received")) wait = QUIET_MS;
    } catch (error) {
      if (error.status === 401) location.assign(`/login?next=${location.pathname}`);
      setText(byId("trouble"), error.message);
    }
  }
  clearTimeout(timer);
  timer = setTimeout(refresh, wait);
}

const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, 150);
};
const bundleList = new Bundles(may(MANAGERS), soon);
const uploads = new Uploads(bookId, byId("uploads"), soon);
const files = byId("files");
files.addEventListener("change", () => {
  uploads.add([...files.files]);
  files.value = "";
});
const zone = byId("send");
for (const name of ["dragenter", "dragover"]) {
  addEventListener(name, (e) => {
    e.preventDefault();
    zone.classList.toggle("over", zone.contains(e.target));
  });
}
addEventListener("dragleave", (e) => { if (!e.relatedTarget) zone.classList.remove("over"); });
addEventListener("drop", (e) => {
  e.preventDefault();
  zone.classList.remove("over");
  if (!zone.hidden && e.dataTransfer.files.length) uploads.add([...e.dataTransfer.files]);
});

if (may(["supervisor"])) samples = await api.sampling().then((answer) => answer.sampling !== null, () => true);
refresh();
