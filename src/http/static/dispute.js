// The screen of the third person: only the fields that two people did not agree on, and what each of them saw,
// without names.
import { byId, calm, h, setText } from "./dom.js";
import { t } from "./texts.js";
import { bindKeys, showKeys } from "./keys.js";
import { arrange, bringIntoView, ink, layOut, stateWord, valueWords } from "./cells.js";
import { Desk } from "./desk.js";
import { tidy } from "./type-fields.js";

const STATE_KEYS = { F4: "blank", F6: "illegible", F7: "torn" };

/** One disputed field; settled once a person has pressed Enter on a value. */
class DisputeCell {
  constructor(entryId, place, draft, changed) {
    const { field } = place;
    Object.assign(this, { place, key: field.key, label: field.label, candidates: field.candidates ?? [], changed });
    this.state = draft?.state ?? "written";
    this.settled = Boolean(draft?.settled);
    this.mark = h("span", { class: "mark", id: `m-${field.key}` });
    this.input = h("textarea", { id: `f-${field.key}`, class: "value", rows: String(Math.min(place.lines, 3)), spellcheck: "false", autocomplete: "off", autocapitalize: "off", autocorrect: "off", "aria-describedby": `m-${field.key}` });
    this.input.value = draft?.text ?? "";
    this.input.addEventListener("input", () => { this.state = "written"; this.settled = false; this.show(); changed(); });
    this.buttons = this.candidates.map((value, i) => h("button", { type: "button", tabindex: "-1", class: "candidate", dataset: { state: value.state }, onclick: () => { this.take(i + 1); this.input.focus(); } },
      h("kbd", {}, `Alt+${i + 1}`), h("span", { class: "value" }, valueWords(value))));
    this.element = h("div", { class: "cell dispute", dataset: { key: field.key }, style: { flexBasis: "100%" } },
      h("span", { class: "head" }, h("label", { for: `f-${field.key}` }, field.label), this.mark), ink(entryId, place),
      h("div", { class: "candidates" }, this.buttons), this.input);
    this.show();
  }

  value() {
    return { state: this.state, text: this.state === "written" ? tidy(this.input.value) : "" };
  }

  take(n) {
    const value = this.candidates[n - 1];
    if (!value) return false;
    this.set(value);
    return true;
  }

  set({ state, text }) {
    this.state = state;
    this.settled = false;
    this.input.value = state === "written" ? text : "";
    this.show();
    this.changed();
  }

  settle() {
    const { state, text } = this.value();
    if (state === "written" && !text) return t("dispute.empty");
    this.settled = true;
    this.show();
    this.changed();
    return "";
  }

  show() {
    const now = this.value();
    this.element.dataset.state = this.state;
    this.element.dataset.decision = this.settled ? "confirm" : "";
    this.input.placeholder = this.state === "written" ? t("dispute.hint") : stateWord(this.state);
    setText(this.mark, t(this.settled ? "dispute.settled" : "dispute.open"));
    this.mark.className = this.settled ? "mark" : "mark look";
    this.buttons.forEach((b, i) => {
      const c = this.candidates[i];
      const chosen = c.state === now.state && (now.state !== "written" || tidy(c.text) === now.text);
      b.setAttribute("aria-pressed", String(chosen));
    });
  }

  focus() {
    this.input.focus({ preventScroll: true });
    this.input.select();
  }
}

class DisputeScreen {
  constructor() {
    this.cells = [];
    this.list = byId("fields");
    this.finish = byId("finish");
  }

  open(task) {
    this.task = task;
    this.busy = false;
    const draft = desk.outbox.unsentDraft(task.entry.id, "adjudicator") ?? task.draft ?? {};
    this.cells = layOut(task.fields, this.list.clientWidth - 44)
      .map((place) => new DisputeCell(task.entry.id, place, draft.fields?.[place.field.key], () => this.changed()));
    arrange(this.list, task.groups, this.cells);
    for (const cell of this.cells) cell.element.addEventListener("focusin", () => this.arrived(cell));
    this.list.scrollTop = 0;
    this.finish.hidden = true;
    this.go(this.nextOpen(-1));
  }

  close() {
    this.task = null;
    this.cells = [];
  }

  get here() {
    return this.cells.find((c) => c.element.contains(document.activeElement)) ?? null;
  }

  arrived(cell) {
    for (const c of this.cells) c.element.classList.toggle("here", c === cell);
    this.finish.classList.remove("here");
    desk.pane.goTo(cell.place.field.quad);
    desk.whisper("");
  }

  go(cell) {
    if (!cell) {
      this.summary();
      return;
    }
    cell.focus();
    bringIntoView(this.list, cell.element, !calm());
  }

  nextOpen(from) {
    return this.cells.find((c, i) => i > from && !c.settled) ?? this.cells.find((c) => !c.settled) ?? null;
  }

  enter() {
    const cell = this.here;
    if (!cell) return false;
    const problem = cell.settle();
    if (problem) desk.whisper(problem);
    else this.go(this.nextOpen(this.cells.indexOf(cell)));
    return true;
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
    return true;
  }

  changed() {
    if (this.busy) return;
    const fields = Object.fromEntries(this.cells.map((c) => [c.key, { state: c.state, text: c.input.value, settled: c.settled }]));
    desk.outbox.draft(this.task.entry.id, "adjudicator", { fields });
    if (!this.finish.hidden) this.sum();
  }

  summary() {
    this.finish.hidden = false;
    this.sum();
    for (const c of this.cells) c.element.classList.remove("here");
    this.finish.classList.add("here");
    byId("hand-in").focus();
  }

  sum() {
    const open = this.cells.filter((c) => !c.settled).length;
    setText(byId("sum"), t(open ? "dispute.still" : "dispute.all", { n: open || this.cells.length }));
    byId("sum").classList.toggle("look", open > 0);
    setText(byId("hand-in-text"), t(open ? "type.to_open" : "dispute.hand_in"));
  }

  async handIn() {
    if (this.busy) return;
    const open = this.nextOpen(-1);
    if (open) {
      this.go(open);
      return;
    }
    this.busy = true;
    const fields = Object.fromEntries(this.cells.map((c) => [c.key, c.value()]));
    if (!(await desk.handIn("adjudication", { fields }))) this.busy = false;
  }

  mark(sentences) {
    const wrong = this.cells.find((c) => sentences[c.key]);
    if (wrong) {
      this.go(wrong);
      desk.whisper(sentences[wrong.key]);
    }
  }
}

const screen = new DisputeScreen();
const desk = new Desk("adjudicator", screen);

const actions = {
  Enter: (e) => (e.target.closest("#finish") ? false : screen.enter()),
  "Shift+Enter": () => screen.step(-1),
  F2: () => {
    const input = screen.here?.input;
    if (input) input.setSelectionRange(input.value.length, input.value.length);
  },
};
for (const [key, state] of Object.entries(STATE_KEYS)) {
  actions[key] = () => screen.here && screen.here.set({ state, text: "" });
}
for (let n = 1; n <= 5; n += 1) {
  actions[`Alt+${n}`] = () => { screen.here?.take(n); };
}
bindKeys(document.querySelector("main"), actions);
byId("hand-in").addEventListener("click", () => screen.handIn());

showKeys(
  [["Enter", "key.settle"], ["Shift+Enter", "key.back"], ["Alt+1…5", "key.candidate"], ["F2", "key.edit"], ["F4", "key.blank"], ["F6", "key.illegible"], ["F7", "key.torn"]],
  [["Enter", "key.settle_long"], ["Shift+Enter", "key.back_long"], ["Alt+1…5", "key.candidate_long"], ["F2", "key.edit_long"], ["F4", "key.blank_long"], ["F6", "key.illegible_long"], ["F7", "key.torn_long"], ["Esc", "key.close"]],
);
desk.start();
