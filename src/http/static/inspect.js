// The inspector's desk: ink and recorded value of each field of a sampled entry, right or wrong by one key. Nothing
// is told of people, of the machine, or of what was found so far.
import { byId, calm, h, setText } from "./dom.js";
import { bookName, number, t } from "./texts.js";
import * as api from "./api.js";
import { arrange, bringIntoView, layOut } from "./cells.js";
import { bindKeys, showKeys } from "./keys.js";
import { PagePane } from "./page-pane.js";
import { VerdictCell } from "./verdict-cell.js";
import "./bar.js";

const STATE_KEYS = { F4: "blank", F6: "illegible", F7: "torn" };
const SAVE_AFTER_MS = 400;
const HEARTBEAT_MS = 60_000;

const lotId = document.querySelector("main").dataset.lot;
const list = byId("fields");
const finish = byId("finish");
const pane = new PagePane(byId("page"));
let task = null;
let cells = [];
let busy = false;
let saving = 0;

const here = () => cells.find((c) => c.element.contains(document.activeElement)) ?? null;
const nextOpen = (from) => cells.find((c, i) => i > from && !c.verdict) ?? cells.find((c) => !c.verdict) ?? null;
const whisper = (words) => setText(byId("whisper"), words);

async function fetchNext() {
  try {
    task = await api.nextInspection(lotId);
  } catch (error) {
    if (error.status === 401) location.assign(`/login?next=${location.pathname}`);
    blank(error.message);
    return;
  }
  if (task) open();
  else blank(t("inspect.nothing"));
}

function open() {
  const { entry } = task;
  busy = false;
  document.body.classList.remove("empty");
  byId("blank").hidden = true;
  byId("notice").hidden = true;
  const page = entry.page ? t("desk.page", { n: entry.page.ordinal }) : t("desk.paper");
  setText(byId("task"), t("inspect.task", { lot: task.lot_number, book: bookName(entry.book), page }));
  setText(byId("remaining"), t("inspect.remaining", { n: number(task.left) }));
  if (entry.by_hand) task.fields.forEach((field) => { field.no_ink = true; });
  pane.open([entry.page, ...(entry.more_pages ?? [])].filter(Boolean), entry.by_hand ? [] : task.fields.map((f) => f.quad), entry.by_hand ? t("pane.paper", { reason: entry.by_hand }) : "");
  const draft = task.draft?.fields ?? {};
  cells = layOut(task.fields, list.clientWidth - 44).map((place) => new VerdictCell(entry.id, place, draft[place.field.key], changed));
  arrange(list, task.groups, cells);
  for (const cell of cells) {
    cell.element.addEventListener("focusin", () => arrived(cell));
    cell.element.addEventListener("click", () => !cell.editing && cell.element.focus({ preventScroll: true }));
  }
  list.scrollTop = 0;
  finish.hidden = true;
  setText(byId("saved"), "");
  go(nextOpen(-1));
}

/** A sentence in place of fields, and the way back. */
function blank(words) {
  task = null;
  cells = [];
  list.replaceChildren();
  finish.hidden = true;
  document.body.classList.add("empty");
  const back = h("a", { href: `/lots/${lotId}`, class: "button" }, t("inspect.to_lot"));
  byId("blank").replaceChildren(h("p", {}, words), back);
  byId("blank").hidden = false;
  setText(byId("task"), "");
  setText(byId("remaining"), "");
  back.focus();
}

function arrived(cell) {
  for (const c of cells) {
    c.element.classList.toggle("here", c === cell);
    c.element.tabIndex = c === cell ? 0 : -1;
    if (c !== cell && c.editing) c.input.hidden = true;
  }
  finish.classList.remove("here");
  pane.goTo(cell.place.field.quad);
  whisper("");
}

function go(cell) {
  if (!cell) {
    summary();
    return;
  }
  cell.element.focus({ preventScroll: true });
  bringIntoView(list, cell.element, !calm());
}

/** Gives the field in hand a verdict and goes on. */
function decide(act) {
  const cell = here();
  if (!cell) return false;
  const problem = act(cell);
  if (problem) whisper(problem);
  else go(nextOpen(cells.indexOf(cell)));
  return true;
}

/** Wrong: what stands in the register is typed, or told by a key for a state. */
function isWrong() {
  here().openEditor();
  whisper(t("inspect.wrong_how"));
}

function step(by) {
  if (document.activeElement?.closest("#finish")) {
    if (by < 0) go(cells.at(-1));
    return true;
  }
  const at = cells.indexOf(here());
  if (at < 0) return false;
  if (cells[at + by]) go(cells[at + by]);
  else if (by > 0) summary();
  return true;
}

const answers = () => Object.fromEntries(cells.filter((c) => c.verdict).map((c) => [c.key, c.verdict]));

function changed() {
  if (busy || !task) return;
  if (!finish.hidden) sum();
  clearTimeout(saving);
  setText(byId("saved"), t("saved.saving"));
  saving = setTimeout(save, SAVE_AFTER_MS);
}

async function save() {
  if (!task || busy) return;
  const { entry } = task;
  try {
    await api.saveInspection(lotId, entry.id, { fields: answers() });
    if (task?.entry.id === entry.id) setText(byId("saved"), t("saved.saved"));
  } catch (error) {
    say(error.message);
  }
}

function summary() {
  finish.hidden = false;
  sum();
  pane.goTo(null);
  for (const c of cells) c.element.classList.remove("here");
  finish.classList.add("here");
  byId("hand-in").focus();
}

function sum() {
  const open = cells.filter((c) => !c.verdict).length;
  const wrong = cells.filter((c) => c.verdict?.decision === "replace").length;
  setText(byId("sum"), open ? t("inspect.still", { n: open }) : t("inspect.sum", { right: cells.length - wrong, wrong }));
  byId("sum").classList.toggle("look", open > 0);
  setText(byId("hand-in-text"), t(open ? "type.to_open" : "inspect.hand_in"));
}

async function handIn() {
  const open = nextOpen(-1);
  if (busy || open) {
    if (open) go(open);
    return;
  }
  busy = true;
  clearTimeout(saving);
  try {
    const outcome = await api.inspect(lotId, task.entry.id, answers());
    if (outcome.state !== "inspection") location.assign(`/lots/${lotId}`);
    else await fetchNext();
  } catch (error) {
    busy = false;
    refused(error);
  }
}

/** Where something was overlooked, every field taken for right is asked for again. */
function refused(error) {
  if (error.code === "overlooked") {
    cells.filter((c) => c.verdict?.decision === "confirm").forEach((c) => c.decide(null));
    finish.hidden = true;
    go(nextOpen(-1));
    say(t("inspect.overlooked"));
    return;
  }
  say(error.message);
  const wrong = cells.find((c) => error.fields?.[c.key]);
  if (wrong) go(wrong);
}

function say(words) {
  const place = byId("notice");
  place.className = "notice look";
  place.replaceChildren(h("span", {}, words), h("button", { type: "button", onclick: () => { place.hidden = true; } }, t("action.close")));
  place.hidden = false;
}

const unlessEditing = (act) => () => (here() && !here().editing ? act() : false);
const atFinish = (event) => event.target.closest("#finish");
const actions = {
  Enter: (e) => (atFinish(e) || e.target.closest("#blank, #notice") ? false : decide((c) => (c.editing ? c.takeEditor() : c.decide({ decision: "confirm" })))),
  "Shift+Enter": () => step(-1),
  ArrowUp: (e) => (atFinish(e) ? step(-1) : unlessEditing(() => step(-1))()),
  ArrowDown: unlessEditing(() => step(1)),
  ArrowLeft: unlessEditing(() => step(-1)),
  ArrowRight: unlessEditing(() => step(1)),
  Delete: unlessEditing(isWrong),
  s: unlessEditing(isWrong),
  F2: () => here() && isWrong(),
  Escape: () => (here()?.editing ? here().closeEditor() : false),
  "Ctrl+z": unlessEditing(() => { here().decide(null); return true; }),
  "Alt+PageDown": () => pane.turn(),
};
for (const [key, state] of Object.entries(STATE_KEYS)) actions[key] = () => decide((c) => c.say(state));
bindKeys(document.querySelector("main"), actions);
byId("hand-in").addEventListener("click", handIn);
setInterval(() => !document.hidden && save(), HEARTBEAT_MS);

showKeys(
  [["Enter", "key.right"], ["Delete", "key.inspect_wrong"], ["Shift+Enter", "key.back"], ["F4", "key.blank"], ["F6", "key.illegible"], ["F7", "key.torn"]],
  [["Enter", "key.right_long"], ["Delete, S, F2", "key.inspect_wrong_long"], ["Shift+Enter", "key.back_long"], ["↑ ↓", "key.walk"], ["F4", "key.blank_long"], ["F6", "key.illegible_long"], ["F7", "key.torn_long"], ["Ctrl+Z", "key.undo_verdict"], ["Esc", "key.close"]],
);
fetchNext();
