// The typist's screen.
import { byId, calm, h, setText } from "./dom.js";
import { t } from "./texts.js";
import { bindKeys, composing, showKeys } from "./keys.js";
import { arrange, bringIntoView, layOut } from "./cells.js";
import { Desk } from "./desk.js";
import { choiceField, textField } from "./type-fields.js";

const STATE_KEYS = { F4: "blank", F6: "illegible", F7: "torn" };
const CARRIED = "sohoa.before";

class TypeScreen {
  constructor() {
    this.fields = [];
    this.undone = [];
    this.list = byId("fields");
    this.finish = byId("finish");
    this.busy = false;
  }

  open(task) {
    this.task = task;
    this.undone = [];
    this.busy = false;
    const draft = desk.outbox.unsentDraft(task.entry.id, "typist") ?? task.draft ?? {};
    const changed = (field) => this.changed(field);
    this.fields = layOut(task.fields, this.list.clientWidth - 44).map((place) => {
      const make = place.field.kind === "choice" ? choiceField : textField;
      return make({ entryId: task.entry.id, place, draft: draft.fields?.[place.field.key], changed });
    });
    arrange(this.list, task.groups, this.fields);
    this.fields.forEach((field) => this.follow(field));
    this.list.scrollTop = 0;
    this.finish.hidden = true;
    const at = this.fields.find((f) => f.key === draft.cursor);
    this.go(at ?? this.nextOpen(-1));
  }

  close() {
    this.task = null;
    this.fields = [];
  }

  follow(field) {
    field.element.addEventListener("focusin", () => this.arrived(field));
  }

  /** The field that has the focus, or null. */
  get here() {
    return this.fields.find((f) => f.element.contains(document.activeElement)) ?? null;
  }

  arrived(field) {
    for (const f of this.fields) f.element.classList.toggle("here", f === field);
    this.finish.classList.remove("here");
    desk.pane.goTo(field.place.field.quad);
    desk.whisper(field.check);
    if (this.cursor !== field.key) {
      this.cursor = field.key;
      if (this.touched) this.save();
    }
  }

  /** Moves to a field, or to the summary when there is none. */
  go(field) {
    if (!field) {
      this.summary();
      return;
    }
    field.focus();
    bringIntoView(this.list, field.element, !calm());
  }

  /** The next field after place `from` that still asks for a look. */
  nextOpen(from) {
    return this.fields.find((f, i) => i > from && f.asks) ?? this.fields.find((f) => f.asks) ?? null;
  }

  /** Enter: confirms the field in hand and goes to the next that asks. */
  confirm(asInBook) {
    const field = this.here;
    if (!field) return false;
    const problem = field.problem();
    field.complain(problem);
    if (problem) return true;
    field.confirm(asInBook);
    this.bothHear(field);
    this.changed(field);
    const from = this.fields.indexOf(field);
    this.go(this.nextOpen(from));
    return true;
  }

  /** Who knows of a contradiction from one side knows it from the other. */
  bothHear({ key, told }) {
    const other = told?.other && this.fields.find((f) => f.key === told.other);
    if (other?.told?.code === told?.code && other?.told?.other === key) other.hear(other.told);
  }

  /** What the server found among the values of the draft that it keeps now. */
  told({ key, answer }) {
    if (!this.task || this.busy || key !== `draft.typist.${this.task.entry.id}`) return;
    for (const field of this.fields) field.tell(answer.hints[field.key] ?? null);
    if (this.here?.check) desk.whisper(this.here.check);
    if (!this.finish.hidden) this.sum();
  }

  step(by) {
    if (document.activeElement?.closest("#finish")) {
      if (by < 0) this.go(this.fields.at(-1));
      return true;
    }
    const field = this.here;
    if (!field) return false;
    const to = this.fields[this.fields.indexOf(field) + by];
    if (to) this.go(to);
    else if (by > 0) this.summary();
    return true;
  }

  /** Up and down walk between fields, unless the caret still has lines to walk in. */
  arrow(by) {
    const field = this.here;
    if (field && !field.atEdge(by)) return false;
    return this.step(by);
  }

  /** Changes a field by a key, remembering how it was. */
  by(key, act) {
    const field = this.here;
    if (!field) return false;
    const before = field.snapshot();
    if (act(field) === false) return false;
    this.undone.push({ field, before, after: JSON.stringify(field.snapshot()) });
    this.changed(field);
    return true;
  }

  /** Ctrl+Z: takes back what a key did last to the field in hand; typing is undone by the browser itself. */
  undo() {
    const field = this.here;
    const last = this.undone.findLast((u) => u.field === field);
    if (!last || JSON.stringify(field.snapshot()) !== last.after) return false;
    this.undone.splice(this.undone.indexOf(last), 1);
    field.restore(last.before);
    this.changed(field);
    return true;
  }

  carried(field) {
    const before = JSON.parse(sessionStorage.getItem(CARRIED) || "{}");
    const value = before[field.key];
    if (!value) {
      desk.whisper(t("type.nothing_before"));
      return false;
    }
    field.set(value);
    return true;
  }

  changed(field) {
    this.touched = true;
    field.show();
    this.save();
    if (!this.finish.hidden) this.sum();
  }

  save() {
    if (!this.task || this.busy) return;
    const fields = Object.fromEntries(this.fields.map((f) => [f.key, f.draft()]));
    desk.outbox.draft(this.task.entry.id, "typist", { fields, cursor: this.cursor });
  }

  /** The row at the end: what was found, what still asks. */
  summary() {
    this.finish.hidden = false;
    this.sum();
    desk.pane.goTo(null);
    for (const f of this.fields) f.element.classList.remove("here");
    this.finish.classList.add("here");
    byId("hand-in").focus();
  }

  sum() {
    const open = this.fields.filter((f) => f.asks);
    const count = (state) => this.fields.filter((f) => f.value().state === state).length;
    const parts = ["written", "blank", "illegible", "torn"].map((s) => [s, count(s)]).filter(([, n]) => n > 0);
    setText(byId("sum"), open.length ? t("type.still", { n: open.length, labels: open.map((f) => f.label).join(", ") })
      : parts.map(([s, n]) => t(`sum.${s}`, { n })).join(" · "));
    byId("sum").classList.toggle("look", open.length > 0);
    setText(byId("hand-in-text"), t(open.length ? "type.to_open" : "type.hand_in"));
  }

  async handIn() {
    if (this.busy) return;
    const open = this.nextOpen(-1);
    if (open) {
      this.go(open);
      return;
    }
    this.busy = true;
    const values = Object.fromEntries(this.fields.map((f) => [f.key, f.value()]));
    const done = await desk.handIn("keying", { fields: values });
    if (done) sessionStorage.setItem(CARRIED, JSON.stringify(values));
    else {
      this.busy = false;
      this.save();
    }
  }

  /** Marks the fields that the server refuses, each with its sentence, and goes to the first. */
  mark(sentences) {
    const wrong = this.fields.filter((f) => sentences[f.key]);
    wrong.forEach((f) => f.complain(sentences[f.key]));
    if (wrong.length) this.go(wrong[0]);
  }
}

const screen = new TypeScreen();
const desk = new Desk("typist", screen);

desk.outbox.addEventListener("kept", (e) => screen.told(e.detail));

const actions = {
  Enter: () => screen.confirm(false),
  "Shift+Enter": () => screen.step(-1),
  ArrowUp: () => screen.arrow(-1),
  ArrowDown: () => screen.arrow(1),
  F2: () => screen.here?.edit(),
  F8: () => screen.confirm(true),
  F9: () => screen.by("F9", (f) => screen.carried(f)),
  "Ctrl+z": () => screen.undo(),
};
for (const [key, state] of Object.entries(STATE_KEYS)) {
  actions[key] = () => screen.by(key, (f) => f.set({ state, text: "" }));
}
for (let n = 1; n <= 9; n += 1) {
  actions[`Alt+${n}`] = () => screen.by(`Alt+${n}`, (f) => f.take(n)) || true;
}
bindKeys(document.querySelector("main"), { ...actions, Enter: (e) => (e.target.closest("#finish") ? false : actions.Enter()) });
byId("hand-in").addEventListener("click", () => screen.handIn());
document.addEventListener("compositionend", () => screen.task && screen.touched && screen.save());
document.addEventListener("keydown", (e) => {
  // A key pressed while nothing has the focus brings it back to the field last in hand, and does nothing else.
  if (composing(e) || document.activeElement !== document.body || !screen.task || !["Enter", "Tab"].includes(e.key)) return;
  e.preventDefault();
  screen.go(screen.fields.find((f) => f.key === screen.cursor) ?? screen.nextOpen(-1));
});

showKeys(
  [["Enter", "key.confirm"], ["Shift+Enter", "key.back"], ["Alt+1…5", "key.alternative"], ["F2", "key.edit"], ["F4", "key.blank"], ["F6", "key.illegible"], ["F7", "key.torn"], ["F8", "key.as_in_book"], ["F9", "key.before"]],
  [["Enter", "key.confirm_long"], ["Shift+Enter", "key.back_long"], ["↑ ↓", "key.walk"], ["Alt+1…5", "key.alternative_long"], ["F2", "key.edit_long"], ["F4", "key.blank_long"], ["F6", "key.illegible_long"], ["F7", "key.torn_long"], ["F8", "key.as_in_book_long"], ["F9", "key.before_long"], ["Ctrl+Z", "key.undo"], ["← → Space", "key.choice"], ["Esc", "key.close"]],
);
desk.start();
