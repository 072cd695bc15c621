// What the three desks (typing, verifying, settling disputes) share: taking tasks, keeping their leases, having
// the next one ready, saying what is saved.
import { byId, h, pageData, setText } from "./dom.js";
import { bookName, number, t } from "./texts.js";
import * as api from "./api.js";
import { warmImages } from "./cells.js";
import { composing, keyName } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Notes } from "./notes.js";
import { PagePane } from "./page-pane.js";

/** The next task is fetched this long after the current one has opened. */
const PRELOAD_AFTER_MS = 700;
const HEARTBEAT_MS = 30_000;
/** Entries are kept only while somebody sits here: a key or a click within this time. */
const IDLE_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 12_000;
/** Skipped entries that are remembered; the server takes 64 ids, with those in hand. */
const MAX_SKIPPED = 60;
/** Nothing says "loading" before this. */
const PATIENCE_MS = 300;

/** One clerk's place: `screen` has `open(task)`, `close()` and `freeze()`. */
export class Desk {
  constructor(role, screen) {
    this.role = role;
    this.screen = screen;
    this.me = pageData("me");
    this.outbox = new Outbox(this.me.person_id);
    this.pane = new PagePane(byId("page"));
    this.list = byId("fields");
    this.task = null;
    this.next = null;
    this.skipped = [];
    this.lastAct = Date.now();
    for (const act of ["keydown", "pointerdown"]) addEventListener(act, () => this.acted(), true);
    this.outbox.addEventListener("change", () => this.sayState());
    this.outbox.addEventListener("refused", (e) => this.refusedLater(e.detail));
    this.outbox.addEventListener("signedout", () => this.say(t("error.signed_out"), "look", { href: `/login?next=${location.pathname}`, text: t("login.again") }));
    setInterval(() => this.heartbeat(), HEARTBEAT_MS);
    addEventListener("keydown", (e) => this.pressed(e));
    addEventListener("pagehide", () => this.next && api.giveBackLease(this.next.entry.id).catch(() => {}));
    this.sayState();
  }

  /** Takes the first task: the entry that the address names, if it names one. */
  async start() {
    const named = new URLSearchParams(location.search).get("entry");
    if (named) history.replaceState(null, "", location.pathname);
    await this.show(named ? api.nextTask(this.role, [], named).then((task) => task ?? this.fetchNext([])) : this.fetchNext([]));
  }

  /** Keys that are the same at every desk. */
  pressed(event) {
    if (!this.task || event.defaultPrevented || composing(event)) return;
    const act = { "Alt+g": () => this.notes?.focus(), "Alt+PageDown": () => this.pane.turn() }[keyName(event)];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Asks for an entry other than those held and those skipped. */
  fetchNext(held) {
    return api.nextTask(this.role, [...held, ...this.skipped]);
  }

  /** Shows the task that `coming` resolves to, or what to do when there is none. */
  async show(coming) {
    const slow = setTimeout(() => this.blank(t("desk.loading")), PATIENCE_MS);
    try {
      this.task = await coming;
    } catch (error) {
      this.task = null;
      clearTimeout(slow);
      if (error.status === 401) location.assign(`/login?next=${location.pathname}`);
      // Who may not do this work is not offered it again.
      this.blank(error.message, error.status !== 403);
      return;
    }
    clearTimeout(slow);
    if (this.task) this.open(this.task);
    else this.nothingLeft();
  }

  open(task) {
    clearTimeout(this.looking);
    document.body.classList.remove("empty");
    byId("blank").hidden = true;
    this.sayTask(task);
    const { page, more_pages: more = [], by_hand: byHand } = task.entry;
    // What was made by hand stands at no place of the form: there is no ink to cut out, and nowhere to go to.
    if (byHand) for (const field of task.fields) Object.assign(field, { no_ink: true, reason: field.reason === "unread" ? "blind" : field.reason });
    this.pane.open([page, ...more].filter(Boolean), byHand ? [] : task.fields.map((f) => f.quad), byHand ? t("pane.paper", { reason: byHand }) : "");
    this.screen.open(task);
    this.notes = new Notes(task.entry.id, task.entry.notes ?? []);
    this.list.append(this.notes.element);
    this.warned = false;
    clearTimeout(this.preloading);
    this.preloading = setTimeout(() => this.preload(), PRELOAD_AFTER_MS);
  }

  /** Has the next task and its pictures ready; failing quietly, since it is asked for again when needed. */
  async preload() {
    const current = this.task;
    if (!current || this.next) return;
    const next = await this.fetchNext([current.entry.id]).catch(() => null);
    if (!next || next.entry.id === current.entry.id) return;
    if (this.next || this.task?.entry.id === next.entry.id) return;
    this.next = next;
    const crops = next.entry.by_hand ? [] : next.fields.map((f) => api.cropUrl(next.entry.id, f.key));
    warmImages([...(next.entry.page ? [api.pageImageUrl(next.entry.page.id, 1600)] : []), ...crops]);
  }

  /** Hands in the current task and goes on. Resolves to false when the server refused. */
  async handIn(path, body) {
    const { entry } = this.task;
    if (this.notes.waiting > 0 && !this.warned) {
      this.warned = true;
      this.notes.element.scrollIntoView({ block: "center" });
      this.notes.focus();
      this.whisper(t("note.look", { n: this.notes.waiting }));
      return false;
    }
    let answer;
    try {
      answer = await this.outbox.submit(entry.id, this.role, `/entries/${entry.id}/${path}`, body);
    } catch (error) {
      this.refused(error);
      return false;
    }
    this.hush();
    const ready = this.next;
    this.next = null;
    this.task = null;
    await this.show(ready ? Promise.resolve(ready) : this.fetchNext([entry.id]));
    if (answer?.state && this.task) this.whisper(t(`done.${answer.state}`, { entry: entryName(entry) }));
    return true;
  }

  /** Gives the current task back unfinished; its draft stays. It does not come again before all the others. */
  async skip() {
    const { entry } = this.task;
    this.skipped = [...this.skipped.filter((id) => id !== entry.id), entry.id].slice(-MAX_SKIPPED);
    await api.giveBackLease(entry.id).catch(() => {});
    const ready = this.next;
    this.next = null;
    this.hush();
    await this.show(ready ? Promise.resolve(ready) : this.fetchNext([entry.id]));
  }

  refused(error) {
    if (error.code === "lease_lost" || error.code === "wrong_state" || error.code === "same_person") this.leaseLost(error);
    else this.say(error.message, "wrong");
    if (this.screen.mark) this.screen.mark(error.fields);
  }

  /** A submission or draft that was waiting for the line was refused when it arrived. */
  refusedLater({ key, error, body }) {
    const current = this.task && key.endsWith(this.task.entry.id);
    if (current) {
      this.refused(error);
      return;
    }
    if (key.startsWith("send.")) {
      this.say(t("error.refused_later", { reason: error.message, text: keptText(body) }), "wrong");
    }
  }

  leaseLost(error) {
    this.say(`${error.message} ${t("desk.kept")}`, "wrong", { text: t("desk.go_on"), act: () => this.skip() });
  }

  /** Somebody is here. After a pause, what is held is asked after at once: it may be somebody else's by now. */
  acted() {
    const paused = Date.now() - this.lastAct > IDLE_MS;
    this.lastAct = Date.now();
    if (paused) this.heartbeat();
  }

  async heartbeat() {
    if (Date.now() - this.lastAct > IDLE_MS) return;
    for (const task of [this.task, this.next]) {
      if (!task) continue;
      try {
        await api.holdLease(task.entry.id);
      } catch (error) {
        if (!(error instanceof api.Refusal) || error.status >= 500 || error.status === 401) continue;
        if (task === this.next) this.next = null;
        else if (task === this.task) this.leaseLost(error);
      }
    }
  }

  nothingLeft() {
    this.task = null;
    this.screen.close();
    this.blank(t(`desk.nothing.${this.role}`), true);
    this.lookAgain();
  }

  /** While there is nothing to do, asks for work now and then, and offers it without taking it. */
  lookAgain() {
    clearTimeout(this.looking);
    this.looking = setTimeout(async () => {
      const found = document.hidden ? false : await api.workWaiting(this.role).catch(() => false);
      if (this.task) return;
      if (found) this.blank(t("desk.found"), true);
      else this.lookAgain();
    }, LOOK_AGAIN_MS);
  }

  /** A sentence in place of fields; `offer` adds the way on. */
  blank(sentence, offer = false) {
    this.hush();
    this.list.replaceChildren();
    byId("finish").hidden = true;
    document.body.classList.add("empty");
    const place = byId("blank");
    const go = () => {
      const ready = this.next;
      this.next = null;
      // Nothing else was left: what was skipped is offered again.
      this.skipped = [];
      this.show(ready ? Promise.resolve(ready) : this.fetchNext([]));
    };
    const button = offer && h("button", { class: "main", onclick: go }, t("desk.take"), " ", h("kbd", {}, "Enter"));
    place.replaceChildren(h("p", {}, sentence), button || "");
    place.hidden = false;
    setText(byId("task"), "");
    setText(byId("remaining"), "");
    if (button) button.focus();
  }

  sayTask({ entry, remaining }) {
    const parts = [bookName(entry.book), entry.page ? t("desk.page", { n: entry.page.ordinal }) : t("desk.paper")];
    if (entry.number) parts.push(t("desk.number", { n: entry.number }));
    setText(byId("task"), parts.join(" · "));
    setText(byId("remaining"), t("desk.remaining", { n: number(remaining) }));
    document.title = `${entryName(entry)} – ${t(`nav.${this.role}`)}`;
  }

  sayState() {
    const { name, waiting } = this.outbox.state;
    const mark = byId("saved");
    mark.dataset.state = name;
    setText(mark, t(`saved.${name}`, { n: waiting }));
  }

  /** A sentence that stays until something is done, over the foot of the list: nothing is pushed aside. */
  say(sentence, level, way) {
    const place = byId("notice");
    const link = way && (way.href ? h("a", { href: way.href }, way.text) : h("button", { type: "button", onclick: way.act }, way.text));
    place.className = `notice ${level}`;
    place.replaceChildren(h("span", {}, sentence), link || "");
    place.hidden = false;
  }

  /** A sentence that needs no answer and goes away with the next key. */
  whisper(sentence) {
    setText(byId("whisper"), sentence);
  }

  hush() {
    byId("notice").hidden = true;
    setText(byId("whisper"), "");
  }
}

/** How people name an entry in a sentence. */
export function entryName(entry) {
  if (entry.number) return t("entry.number", { n: entry.number });
  return entry.page ? t("entry.page", { n: entry.page.ordinal }) : t("desk.paper");
}

function keptText(body) {
  return Object.values(body?.fields || {}).map((f) => f.text).filter(Boolean).join(" · ");
}
