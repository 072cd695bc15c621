// The verifier's screen: ink, the typist's value under it in the same size, one key per decision.
import { byId, calm, setText } from "./dom.js";
import { t } from "./texts.js";
import { bindKeys, showKeys } from "./keys.js";
import { arrange, bringIntoView, layOut } from "./cells.js";
import { Desk } from "./desk.js";
import { VerdictCell } from "./verdict-cell.js";

const STATE_KEYS = { F4: "blank", F6: "illegible", F7: "torn" };

class VerifyScreen {
  constructor() {
    this.cells = [];
    this.list = byId("fields");
    this.finish = byId("finish");
    this.watch = new IntersectionObserver((seen) => seen.forEach((s) => this.saw(s)), { root: this.list, threshold: 0.9 });
    this.finishWatch = null;
  }

  open(task) {
    this.task = task;
    this.busy = false;
    this.watch.disconnect();
    const draft = desk.outbox.unsentDraft(task.entry.id, "verifier") ?? task.draft ?? {};
    this.cells = layOut(task.fields, this.list.clientWidth - 44)
      .map((place) => new VerdictCell(task.entry.id, place, draft.fields?.[place.field.key], () => this.changed()));
    arrange(this.list, task.groups, this.cells);
    for (const cell of this.cells) {
      cell.element.addEventListener("focusin", () => this.arrived(cell));
      cell.element.addEventListener("click", () => !cell.editing && cell.element.focus({ preventScroll: true }));
      this.watch.observe(cell.element);
    }
    this.list.scrollTop = 0;
    this.finish.hidden = true;
    this.go(this.nextOpen(-1));
  }

  close() {
    this.task = null;
    this.cells = [];
  }

  saw({ target, isIntersecting }) {
    if (!isIntersecting) return;
    const cell = this.cells.find((c) => c.element === target);
    if (cell) cell.shown = true;
  }

  get here() {
    return this.cells.find((c) => c.element.contains(document.activeElement)) ?? null;
  }

  arrived(cell) {
    for (const c of this.cells) {
      c.element.classList.toggle("here", c === cell);
      c.element.tabIndex = c === cell ? 0 : -1;
      if (c !== cell && c.editing) c.input.hidden = true;
    }
    this.cursor = cell.key;
    this.finish.classList.remove("here");
    desk.pane.goTo(cell.place.field.quad);
    desk.whisper("");
  }

  go(cell) {
    if (!cell) {
      this.summary();
      return;
    }
    cell.element.focus({ preventScroll: true });
    bringIntoView(this.list, cell.element, !calm());
  }

  nextOpen(from) {
    return this.cells.find((c, i) => i > from && !c.verdict) ?? this.cells.find((c) => !c.verdict) ?? null;
  }

  /** Gives the field in hand a verdict and goes on. */
  decide(act) {
    const cell = this.here;
    if (!cell) return false;
    const problem = act(cell);
    if (problem) {
      desk.whisper(problem);
      return true;
    }
    this.go(this.nextOpen(this.cells.indexOf(cell)));
    return true;
  }

  enter() {
    return this.decide((c) => (c.editing ? c.takeEditor() : c.decide({ decision: "confirm" })));
  }

  step(by) {
    if (document.activeElement?.closest("#finish")) {
      if (by < 0) this.go(this.cells.at(-1));
      return true;
    }
    const at = this.cells.indexOf(this.here);
    if (at < 0) return false;
    const to = this.cells[at + by];
    if (to) this.go(to);
    else if (by > 0) this.summary();
    return true;
  }

  /** Ctrl+Enter: confirms everything still open, once all of it has been on the screen. */
  confirmAll() {
    const open = this.cells.filter((c) => !c.verdict);
    const unseen = open.find((c) => !c.shown);
    if (unseen) {
      unseen.element.focus({ preventScroll: true });
      const top = this.list.scrollTop + unseen.element.getBoundingClientRect().top - this.list.getBoundingClientRect().top;
      this.list.scrollTo({ top: top - 40, behavior: "instant" });
      desk.whisper(t("verify.unseen"));
      return true;
    }
    open.forEach((c) => c.decide({ decision: "confirm" }));
    this.summary();
    return true;
  }

  changed() {
    const fields = Object.fromEntries(this.cells.filter((c) => c.verdict).map((c) => [c.key, c.verdict]));
    if (!this.busy) desk.outbox.draft(this.task.entry.id, "verifier", { fields });
    if (!this.finish.hidden) this.sum();
  }

  summary() {
    this.finish.hidden = false;
    this.sum();
    desk.pane.goTo(null);
    for (const c of this.cells) c.element.classList.remove("here");
    this.finish.classList.add("here");
    byId("hand-in").focus();
  }

  sum() {
    const count = (decision) => this.cells.filter((c) => c.verdict?.decision === decision).length;
    const open = this.cells.filter((c) => !c.verdict).length;
    const parts = ["confirm", "reject", "replace"].map((d) => [d, count(d)]).filter(([, n]) => n > 0).map(([d, n]) => t(`sum.${d}`, { n }));
    const disputed = count("reject") + count("replace") > 0;
    setText(byId("sum"), open ? t("verify.still", { n: open }) : parts.join(" · ") + (disputed ? ` – ${t("verify.to_third")}` : ""));
    byId("sum").classList.toggle("look", open > 0);
    setText(byId("hand-in-text"), t(open ? "type.to_open" : "verify.hand_in"));
  }

  async handIn() {
    if (this.busy) return;
    const open = this.nextOpen(-1);
    if (open) {
      this.go(open);
      return;
    }
    this.busy = true;
    const fields = Object.fromEntries(this.cells.map((c) => [c.key, c.verdict]));
    if (!(await desk.handIn("verdicts", { fields }))) this.busy = false;
  }

  mark(sentences) {
    const wrong = this.cells.find((c) => sentences[c.key]);
    if (wrong) {
      this.go(wrong);
      desk.whisper(sentences[wrong.key]);
    }
  }
}

const screen = new VerifyScreen();
const desk = new Desk("verifier", screen);

/** A letter or Delete is a command only where no text is being edited. */
const unlessEditing = (act) => () => (screen.here && !screen.here.editing ? act() : false);
const actions = {
  "Shift+Enter": () => screen.step(-1),
  "Ctrl+Enter": () => screen.confirmAll(),
  ArrowUp: unlessEditing(() => screen.step(-1)),
  ArrowDown: unlessEditing(() => screen.step(1)),
  ArrowLeft: unlessEditing(() => screen.step(-1)),
  ArrowRight: unlessEditing(() => screen.step(1)),
  Delete: unlessEditing(() => screen.decide((c) => c.decide({ decision: "reject" }))),
  s: unlessEditing(() => screen.decide((c) => c.decide({ decision: "reject" }))),
  F2: () => screen.here && screen.here.openEditor(),
  Escape: () => (screen.here?.editing ? screen.here.closeEditor() : false),
  "Ctrl+z": unlessEditing(() => { screen.here.decide(null); return true; }),
};
for (const [key, state] of Object.entries(STATE_KEYS)) {
  actions[key] = () => screen.decide((c) => c.say(state));
}
bindKeys(document.querySelector("main"), {
  ...actions,
  Enter: (e) => (e.target.closest("#finish") ? false : screen.enter()),
  ArrowUp: (e) => (e.target.closest("#finish") ? screen.step(-1) : actions.ArrowUp()),
});
byId("hand-in").addEventListener("click", () => screen.handIn());

showKeys(
  [["Enter", "key.right"], ["Delete", "key.wrong"], ["F2", "key.other"], ["Ctrl+Enter", "key.all_right"], ["Shift+Enter", "key.back"], ["F4", "key.blank"], ["F6", "key.illegible"], ["F7", "key.torn"]],
  [["Enter", "key.right_long"], ["Delete, S", "key.wrong_long"], ["F2", "key.other_long"], ["Ctrl+Enter", "key.all_right_long"], ["Shift+Enter", "key.back_long"], ["↑ ↓", "key.walk"], ["F4", "key.blank_long"], ["F6", "key.illegible_long"], ["F7", "key.torn_long"], ["Ctrl+Z", "key.undo_verdict"], ["Esc", "key.close"]],
);
desk.start();
