// The verifier's groups: crops of many entries that read the same, side by side. The wrong ones are marked, one key
// confirms all the others. Verdicts are kept as drafts of their entries; what is complete is handed in at the end,
// what is left goes to the desk where entries are looked at one by one.
import { byId, h, pageData, setText } from "./dom.js";
import { bookName, number, t } from "./texts.js";
import * as api from "./api.js";
import { stateWord, warmImages } from "./cells.js";
import { bindKeys, showKeys } from "./keys.js";
import { groupsOf } from "./groups.js";
import { Outbox } from "./outbox.js";
import { PagePane } from "./page-pane.js";

const BATCH = 60;
const HEARTBEAT_MS = 20_000;
const IDLE_MS = 10 * 60_000;

class Groups {
  constructor() {
    this.outbox = new Outbox(pageData("me").person_id);
    this.pane = new PagePane(byId("page"));
    this.grid = byId("grid");
    this.tasks = new Map();
    this.verdicts = new Map();
    this.groups = [];
    this.at = 0;
    this.lastAct = Date.now();
    this.outbox.addEventListener("change", () => this.sayState());
    this.outbox.addEventListener("refused", (e) => this.say(e.detail.error.message));
    this.outbox.addEventListener("signedout", () => this.say(t("error.signed_out")));
    for (const act of ["keydown", "pointerdown"]) addEventListener(act, () => { this.lastAct = Date.now(); }, true);
    setInterval(() => this.heartbeat(), HEARTBEAT_MS);
    this.sayState();
  }

  /** Takes entries and puts their fields together. */
  async start() {
    let tasks;
    try {
      tasks = await api.taskBatch(BATCH);
    } catch (error) {
      this.blank(error.message, [t("group.again"), () => this.start()]);
      return;
    }
    this.tasks = new Map(tasks.map((task) => [task.entry.id, task]));
    this.leaseUntil = Math.min(...tasks.map((task) => task.lease_until));
    this.verdicts = new Map(tasks.map(({ entry, draft }) => [entry.id, { ...(this.outbox.unsentDraft(entry.id, "verifier") ?? draft)?.fields }]));
    this.groups = groupsOf(tasks, (entryId, key) => !this.verdicts.get(entryId)[key]);
    setText(byId("remaining"), tasks.length ? t("desk.remaining", { n: number(tasks[0].remaining) }) : "");
    if (tasks.length === 0) this.blank(t("desk.nothing.verifier"), [t("group.again"), () => this.start()]);
    else this.show(0);
  }

  get group() {
    return this.groups[this.at] ?? null;
  }

  /** Shows a group, or what the work comes to when there is none left. */
  show(at) {
    this.at = at;
    this.openPage(false);
    byId("notice").hidden = true;
    const { group } = this;
    if (!group) {
      this.summary();
      return;
    }
    byId("blank").hidden = true;
    this.grid.hidden = false;
    const value = group.value.state === "written" ? `“${group.value.text}”` : stateWord(group.value.state);
    const books = [...new Set(group.items.map((item) => bookName(this.tasks.get(item.entryId).entry.book)))];
    setText(byId("task"), t("group.title", { label: group.label, value, n: group.items.length, book: books.length === 1 ? books[0] : t("group.books", { n: books.length }) }));
    setText(byId("whisper"), t("group.place", { at: at + 1, all: this.groups.length }));
    this.wrong = new Set(group.items.filter((item) => this.verdictOf(item)?.decision === "reject"));
    this.cells = group.items.map((item, i) => this.cell(item, i));
    this.grid.replaceChildren(...this.cells);
    this.grid.scrollTop = 0;
    this.pending = new Set(this.cells.map((cell) => cell.querySelector("img")).filter((image) => !image.complete));
    for (const image of this.pending) {
      const seen = () => { this.pending.delete(image); if (this.pending.size === 0) this.from = performance.now(); };
      image.addEventListener("load", seen);
      image.addEventListener("error", seen);
    }
    this.from = performance.now();
    this.walk(0);
    const next = this.groups[at + 1];
    if (next) warmImages(next.items.map((item) => api.cropUrl(item.entryId, item.field.key)));
  }

  cell(item, i) {
    const image = h("img", { src: api.cropUrl(item.entryId, item.field.key), alt: t("field.ink", { label: item.field.label }), draggable: "false" });
    const cell = h("button", { type: "button", class: "crop", tabindex: "-1", "aria-pressed": "false", onclick: () => { this.walk(i); this.toggle(); } },
      image, h("span", { class: "unseen" }, item.field.label));
    cell.addEventListener("focus", () => this.stand(i));
    cell.setAttribute("aria-pressed", String(this.wrong.has(item)));
    return cell;
  }

  stand(i) {
    this.here = i;
    this.cells.forEach((cell, k) => { cell.tabIndex = k === i ? 0 : -1; cell.classList.toggle("here", k === i); });
    if (!byId("page").hidden) this.showPage();
  }

  walk(to) {
    const cell = this.cells[Math.max(0, Math.min(this.cells.length - 1, to))];
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  /** One row up or down: to the crop that stands nearest in that row. */
  row(by) {
    const own = this.cells[this.here].getBoundingClientRect();
    const middle = own.left + own.width / 2;
    const apart = (cell) => { const box = cell.getBoundingClientRect(); return Math.abs(box.left + box.width / 2 - middle); };
    const rows = this.cells.filter((cell) => (cell.getBoundingClientRect().top - own.top) * by > 4);
    const tops = rows.map((cell) => cell.getBoundingClientRect().top);
    const nearest = by > 0 ? Math.min(...tops) : Math.max(...tops);
    const row = rows.filter((_, i) => Math.abs(tops[i] - nearest) < 4);
    if (row.length) this.walk(this.cells.indexOf(row.reduce((a, b) => (apart(b) < apart(a) ? b : a))));
    return true;
  }

  toggle() {
    const item = this.group.items[this.here];
    if (!this.wrong.delete(item)) this.wrong.add(item);
    this.cells[this.here].setAttribute("aria-pressed", String(this.wrong.has(item)));
    setText(byId("whisper"), this.wrong.size ? t("group.wrong", { n: this.wrong.size }) : t("group.place", { at: this.at + 1, all: this.groups.length }));
    return true;
  }

  /** Enter: the marked ones are wrong, all the others right. Not before they can have been looked at. */
  confirm() {
    const { group } = this;
    if (!group) return false;
    const waits = group.items.length * group.msEach - (performance.now() - this.from);
    if (this.pending.size > 0 || waits > 0) {
      setText(byId("whisper"), t("group.too_fast", { n: Math.max(1, Math.ceil(waits / 1000)) }));
      return true;
    }
    for (const item of group.items) this.give(item, { decision: this.wrong.has(item) ? "reject" : "confirm" });
    this.keep(group);
    this.show(this.at + 1);
    return true;
  }

  /** Shift+Enter: back to the group before, as it was left. */
  back() {
    if (this.at === 0) return true;
    const before = this.groups[this.at - 1];
    this.show(this.at - 1);
    for (const item of before.items) this.give(item, null);
    this.keep(before);
    return true;
  }

  verdictOf({ entryId, field }) {
    return this.verdicts.get(entryId)?.[field.key] ?? null;
  }

  give({ entryId, field }, verdict) {
    const own = this.verdicts.get(entryId);
    if (!own) return;
    if (verdict) own[field.key] = verdict;
    else delete own[field.key];
  }

  keep(group) {
    for (const entryId of new Set(group.items.map((item) => item.entryId))) {
      if (this.tasks.has(entryId)) this.outbox.draft(entryId, "verifier", { fields: this.verdicts.get(entryId) });
    }
  }

  /** How many fields of an entry still want a verdict. */
  open(entryId) {
    return this.tasks.get(entryId).fields.filter((field) => !this.verdicts.get(entryId)[field.key]).length;
  }

  summary() {
    const ids = [...this.tasks.keys()];
    const complete = ids.filter((id) => this.open(id) === 0);
    const left = ids.length - complete.length;
    const fields = ids.reduce((sum, id) => sum + this.open(id), 0);
    setText(byId("task"), t("group.done"));
    setText(byId("whisper"), "");
    const words = [complete.length ? t("group.complete", { n: complete.length }) : "", left ? t("group.left", { n: left, fields }) : ""].filter(Boolean).join(" ");
    this.blank(words, [t(left ? "group.go_on" : "group.next"), () => this.handIn(complete, left > 0)]);
  }

  async handIn(complete, hasLeft) {
    const sent = complete.map((id) => this.outbox.submit(id, "verifier", `/entries/${id}/verdicts`, { fields: this.verdicts.get(id) }));
    const answers = await Promise.allSettled(sent);
    const refused = answers.find((answer) => answer.status === "rejected");
    await this.outbox.flush();
    if (refused) this.say(refused.reason.message);
    else if (hasLeft) location.assign("/verify");
    else await this.start();
  }

  openPage(open) {
    byId("page").hidden = !open;
    document.querySelector(".panes").classList.toggle("with-page", open);
    if (open) this.showPage();
    return true;
  }

  showPage() {
    const { page, field, entryId } = this.group.items[this.here];
    if (this.shownPage !== entryId) this.pane.open([page], this.tasks.get(entryId).fields.map((f) => f.quad));
    this.shownPage = entryId;
    this.pane.goTo(field.quad);
  }

  /** Entries are kept while somebody sits here; what somebody else has by now leaves its groups. */
  async heartbeat() {
    const half = (this.leaseUntil ?? 0) - Date.now() < 150_000;
    if (this.tasks.size === 0 || !half || Date.now() - this.lastAct > IDLE_MS) return;
    try {
      const { lease_until: until, lost } = await api.holdLeases([...this.tasks.keys()]);
      this.leaseUntil = until;
      lost.forEach((id) => this.tasks.delete(id));
      if (lost.length === 0) return;
      this.groups.forEach((group) => { group.items = group.items.filter((item) => this.tasks.has(item.entryId)); });
      const { group } = this;
      this.groups = this.groups.filter((some) => some.items.length > 0);
      this.say(t("group.lost", { n: lost.length }));
      this.show(Math.max(0, this.groups.indexOf(group)));
    } catch {
      // No line: work goes on, the drafts wait here, and the next sign of life is given later.
    }
  }

  sayState() {
    const { name, waiting } = this.outbox.state;
    byId("saved").dataset.state = name;
    setText(byId("saved"), t(`saved.${name}`, { n: waiting }));
  }

  say(sentence) {
    const notice = byId("notice");
    notice.className = "notice look";
    notice.replaceChildren(h("span", {}, sentence));
    notice.hidden = false;
  }

  /** A sentence in place of the groups, with the way on. */
  blank(sentence, [text, act]) {
    this.grid.hidden = true;
    this.grid.replaceChildren();
    this.openPage(false);
    const button = h("button", { class: "main", onclick: act }, text, " ", h("kbd", {}, "Enter"));
    byId("blank").replaceChildren(h("p", {}, sentence), button);
    byId("blank").hidden = false;
    button.focus();
  }
}

const screen = new Groups();
const inGroup = (act) => () => (screen.group && !screen.grid.hidden ? act() : false);
bindKeys(document.querySelector("main"), {
  Enter: inGroup(() => screen.confirm()),
  "Shift+Enter": () => screen.back(),
  " ": inGroup(() => screen.toggle()),
  Delete: inGroup(() => screen.toggle()),
  ArrowLeft: inGroup(() => { screen.walk(screen.here - 1); return true; }),
  ArrowRight: inGroup(() => { screen.walk(screen.here + 1); return true; }),
  ArrowUp: inGroup(() => screen.row(-1)),
  ArrowDown: inGroup(() => screen.row(1)),
  F3: inGroup(() => screen.openPage(byId("page").hidden)),
  Escape: inGroup(() => screen.openPage(false)),
});
showKeys(
  [["← ↑ ↓ →", "key.group_walk"], ["Space", "key.group_wrong"], ["Enter", "key.group_right"], ["Shift+Enter", "key.back"], ["F3", "key.group_page"]],
  [["← ↑ ↓ →", "key.group_walk"], ["Space, Delete", "key.group_wrong_long"], ["Enter", "key.group_right_long"], ["Shift+Enter", "key.group_back_long"], ["F3", "key.group_page_long"], ["Esc", "key.close"]],
);
screen.start();
