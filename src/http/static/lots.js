// Lots: made from finished books, their list, and the terms they are accepted under.
import { byId, h, setText } from "./dom.js";
import { bookName, lang, moment, number, t } from "./texts.js";
import * as api from "./api.js";
import { settled, total } from "./progress.js";
import "./bar.js";

const percent = new Intl.NumberFormat(lang === "en" ? "en-GB" : "vi-VN", { maximumFractionDigits: 3 });
const contractorName = (name) => name || t("lots.own");
let terms = null;
let ready = [];

/** Whether nothing in an open book waits for anybody. */
function isFinished(book) {
  const all = total(book.entries);
  const unread = (book.pages?.received ?? 0) + (book.pages?.prepared ?? 0);
  return book.state === "open" && all > 0 && settled(book.entries) === all && !unread && !(book.entries?.set_aside ?? 0);
}

function showLots({ lots, sources }) {
  byId("no-lots").hidden = lots.length > 0;
  byId("lots-table").hidden = lots.length === 0;
  byId("lots").replaceChildren(...lots.map((lot) => h("tr", {},
    h("td", {}, h("a", { href: `/lots/${lot.id}` }, t("lots.number", { n: lot.number })), lot.is_first ? "" : h("div", { class: "quiet" }, t("lots.again"))),
    h("td", {}, h("span", { class: `mark ${lot.state === "not_accepted" ? "wrong" : ""}` }, t(`lot.state.${lot.state}`))),
    h("td", {}, `${t(`kind.${lot.kind}`)}, ${contractorName(lot.contractor)}`),
    h("td", { class: "count" }, number(lot.size)),
    h("td", { class: "count" }, t("books.of", { n: number(lot.inspected), all: number(lot.sample_size) })),
    h("td", {}, moment(lot.made_at)))));
  byId("sources-box").hidden = sources.length === 0;
  byId("sources").replaceChildren(...sources.map(sourceLine));
}

/** How a source is inspected now; where its lots are not taken, the way back. */
function sourceLine(source) {
  const words = t("procedure.words", { kind: t(`kind.${source.kind}`), contractor: contractorName(source.contractor), procedure: t(`procedure.${source.procedure}`), n: number(source.lots) });
  const line = h("li", {}, h("p", { class: source.procedure === "normal" ? "" : "mark look" }, words));
  const form = document.querySelector("#make-lot");
  if (source.procedure !== "stopped" || !form) return line;
  const reason = h("input", { type: "text", "aria-label": t("procedure.improve"), placeholder: t("procedure.improve"), autocomplete: "off" });
  const trouble = h("p", { class: "problem", role: "alert" });
  const improve = h("form", {}, reason, h("button", {}, t("procedure.take_up")), trouble);
  improve.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await api.tellImprovement({ kind: source.kind, contractor: source.contractor, reason: reason.value.trim().normalize("NFC") });
      await refresh();
    } catch (error) {
      setText(trouble, Object.values(error.fields ?? {})[0] ?? error.message);
    }
  });
  line.append(improve);
  return line;
}

function showReady(books) {
  const list = document.querySelector("#ready");
  if (!list) return;
  const wanted = new URLSearchParams(location.search).get("book");
  ready = books.filter(isFinished);
  setText(byId("make-words"), t(!terms.sampling ? "terms.none" : ready.length ? "make_lot.words" : "make_lot.none"));
  byId("make").hidden = !terms.sampling || ready.length === 0;
  list.replaceChildren(...(terms.sampling ? ready : []).map((book) => h("li", {}, h("label", {},
    h("input", { type: "checkbox", name: "book", value: book.id, checked: book.id === wanted, onchange: () => plan() }),
    h("span", {}, t("make_lot.book", { book: bookName(book), n: number(total(book.entries)) }), " ", h("span", { class: "quiet" }, contractorName(book.contractor)))))));
  plan();
}

const chosen = () => [...document.querySelectorAll("#ready input:checked")].map((box) => box.value);
const rejectedIn = (ids) => ready.filter((book) => ids.includes(book.id)).reduce((sum, book) => sum + (book.pages?.rejected ?? 0), 0);

/** Asks the server what a lot of the chosen books would be. */
async function plan() {
  const ids = chosen();
  const scheme = document.querySelector("#schemes input:checked")?.value ?? null;
  const missing = rejectedIn(ids);
  for (const part of ["why", "why-label"]) byId(part).hidden = missing === 0;
  setText(byId("why-label"), t("make_lot.why", { n: number(missing) }));
  setText(byId("make-trouble"), "");
  byId("make").disabled = true;
  if (ids.length === 0) {
    byId("plan").hidden = true;
    return;
  }
  try {
    // With pages missing the reason is asked for when the lot is made, not to see its plan.
    const planned = await api.planLot({ book_ids: ids, scheme, ...(missing ? { reason: "–" } : {}) });
    if (ids.join() !== chosen().join()) return;
    showPlan(planned);
    byId("make").disabled = false;
  } catch (error) {
    byId("plan").hidden = true;
    setText(byId("make-trouble"), error.message);
  }
}

function showPlan(planned) {
  const at = document.activeElement?.name === "lot-scheme" ? document.activeElement.value : "";
  const option = (scheme, limit) => h("label", {},
    h("input", { type: "radio", name: "lot-scheme", value: scheme, checked: planned.terms.scheme === scheme, onchange: () => plan() }),
    h("span", {}, t(`make_lot.scheme.${scheme}`, { percent: percent.format(limit) }), " ",
      planned.advised === scheme ? h("span", { class: "quiet" }, `(${t("make_lot.advised", { n: number(planned.lots_before) })})`) : ""));
  const legend = byId("schemes").querySelector("legend");
  byId("schemes").replaceChildren(legend, option("aql", planned.terms.aql_percent), option("limiting_quality", planned.terms.limit_percent));
  if (at) byId("schemes").querySelector(`[value=${at}]`).focus();
  const words = [t("make_lot.plan", { size: number(planned.size), n: number(planned.sample_size), accept: number(planned.accept) })];
  if (planned.severity) words.push(t(`make_lot.severity.${planned.severity}`));
  if (!planned.is_first) words.push(t("make_lot.again"));
  setText(byId("plan-words"), words.join(" "));
  byId("plan").hidden = false;
}

document.querySelector("#make-lot")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const ids = chosen();
  const reason = byId("why").value.trim().normalize("NFC");
  if (rejectedIn(ids) && !reason) {
    setText(byId("make-trouble"), t("step.say_why"));
    byId("why").focus();
    return;
  }
  byId("make").disabled = true;
  try {
    const scheme = document.querySelector("#schemes input:checked")?.value ?? null;
    const lot = await api.makeLot({ book_ids: ids, scheme, ...(reason ? { reason } : {}) });
    location.assign(`/lots/${lot.id}`);
  } catch (error) {
    byId("make").disabled = false;
    setText(byId("make-trouble"), error.message);
  }
});

function showTerms() {
  const { sampling, aql_steps: steps, levels } = terms;
  byId("terms-none").hidden = sampling !== null;
  byId("terms-fields").hidden = sampling === null;
  if (!sampling) return;
  const form = byId("terms").elements;
  form.aql_percent.replaceChildren(...steps.map((step) => h("option", { value: String(step) }, percent.format(step))));
  form.level.replaceChildren(...levels.map((level) => h("option", { value: level }, t(`level.${level}`))));
  form.scheme.value = sampling.scheme;
  form.aql_percent.value = String(sampling.aql_percent);
  form.level.value = sampling.level;
  form.limit_percent.value = percent.format(sampling.limit_percent);
  form.limit_accept.value = String(sampling.limit_accept);
}

byId("terms").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = byId("terms").elements;
  const limit = Number(form.limit_percent.value.trim().replace(",", ".")) || 0;
  setText(byId("terms-trouble"), "");
  setText(byId("terms-done"), "");
  try {
    terms = await api.setSampling({ scheme: form.scheme.value, level: form.level.value, aql_percent: Number(form.aql_percent.value), limit_percent: limit, limit_accept: Number(form.limit_accept.value) });
    showTerms();
    setText(byId("terms-done"), t("terms.saved"));
    // What was chosen for the next lot gives way to the new terms.
    document.querySelectorAll("#schemes label").forEach((label) => label.remove());
    if (document.querySelector("#ready")) plan();
  } catch (error) {
    setText(byId("terms-trouble"), Object.values(error.fields ?? {})[0] ?? error.message);
  }
});

async function refresh() {
  try {
    const [lots, books, sampling] = await Promise.all([api.lots(), api.books(), api.sampling()]);
    terms = sampling;
    showLots(lots);
    showTerms();
    showReady(books);
  } catch (error) {
    if (error.status === 401) location.assign("/login?next=/lots");
    setText(byId("trouble"), error.message);
  }
}

await refresh();
(document.querySelector("#ready input:checked") ?? document.querySelector("#ready input"))?.focus();
