// The typist's fields: a line of text, or printed options with ticks. Nothing here ever writes into an input
// while a person types; values are set only by a key that says so.
import { h, setText } from "./dom.js";
import { t } from "./texts.js";
import { hintLine, hintWord, hintWords, ink, stateWord } from "./cells.js";

const CHOICE_GLUE = "; ";

/** Tidies what is handed in: NFC, single spaces, no ends. Never done to the input itself. */
export const tidy = (text) => text.normalize("NFC").replace(/\s+/g, " ").trim();

/** What text and choice fields share; subclasses bring `value`, `set`, `focus` and their control. */
class Field {
  constructor({ entryId, place, draft, changed }) {
    const { field } = place;
    this.place = place;
    this.key = field.key;
    this.label = field.label;
    this.changed = changed;
    this.seen = Boolean(draft?.seen);
    this.asInBook = Boolean(draft?.as_in_book);
    this.told = null;
    this.heard = draft?.heard ?? "";
    this.mustLook = field.attention || field.blind || !field.proposal;
    this.start = draft ?? (field.blind ? null : field.value ?? field.typed ?? field.proposal) ?? { state: "written", text: "" };
    this.mark = h("span", { class: "mark", id: `m-${field.key}` });
    this.trouble = h("p", { class: "problem", role: "alert", hidden: true, id: `p-${field.key}` });
    this.hint = hintLine(field);
    this.head = h("span", { class: "head" });
    this.ink = ink(entryId, place);
    this.element = h("div", { class: "cell", dataset: { key: field.key }, style: { flexBasis: `${Math.round(place.basis)}px`, flexGrow: String(Math.round(place.basis)) } });
  }

  /** Whether the field still wants a person's look before the entry can go. */
  get asks() {
    return (this.mustLook && !this.seen) || Boolean(this.check) || Boolean(this.problem());
  }

  /** The sentence on what contradicts this value, until a person has said that it stays. */
  get check() {
    return this.told && !this.asInBook && this.heard !== hintWord(this.told) ? hintWords(this.told) : "";
  }

  /** What the server found among the values as they are now: a contradiction or null. */
  tell(hint) {
    if (hintWord(this.told) === hintWord(hint)) return;
    this.told = hint;
    this.show();
  }

  /** A person knows of this contradiction. */
  hear(hint) {
    this.heard = hintWord(hint);
    this.show();
  }

  confirm(asInBook) {
    this.heard = hintWord(this.told ?? this.place.field.hint ?? null);
    this.seen = true;
    this.asInBook = asInBook || this.asInBook;
    this.show();
  }

  complain(sentence) {
    setText(this.trouble, sentence || "");
    this.trouble.hidden = !sentence;
    this.element.classList.toggle("wrong", Boolean(sentence));
  }

  draft() {
    const { state, text } = this.raw();
    const draft = { state, text, seen: this.seen };
    if (this.asInBook) draft.as_in_book = true;
    if (this.heard) draft.heard = this.heard;
    return draft;
  }

  /** State and text as they are handed in. */
  value() {
    const { state, text } = this.raw();
    const value = { state, text: state === "written" ? tidy(text) : "" };
    if (this.asInBook) value.as_in_book = true;
    return value;
  }

  snapshot() {
    return { ...this.raw(), seen: this.seen, asInBook: this.asInBook, heard: this.heard };
  }

  restore(snapshot) {
    this.asInBook = snapshot.asInBook;
    this.set(snapshot);
    this.seen = snapshot.seen;
    this.heard = snapshot.heard;
    this.show();
  }

  /** Brings marks and classes in line with the value. */
  show() {
    const { state } = this.raw();
    const asks = (this.mustLook && !this.seen) || Boolean(this.check);
    this.element.classList.toggle("asks", asks);
    this.element.classList.toggle("calm", !this.mustLook);
    this.element.dataset.state = state;
    const { field } = this.place;
    const words = this.asInBook ? t("mark.as_in_book") : this.check ? t("mark.check") : this.seen ? t("mark.seen")
      : asks ? t(`reason.${field.reason ?? "unsure"}`) : t("mark.calm");
    setText(this.mark, words);
    this.hint.hidden = !field.hint || this.seen;
    this.mark.className = `mark ${asks ? "look" : ""}`;
    if (!this.trouble.hidden && !this.problem()) this.complain("");
  }
}

class TextField extends Field {
  constructor(options) {
    super(options);
    const { field, lines } = options.place;
    this.state = this.start.state;
    this.input = h("textarea", {
      id: `f-${field.key}`, rows: String(Math.min(lines, 3)), class: "value", spellcheck: "false", autocomplete: "off", autocapitalize: "off", autocorrect: "off",
      "aria-describedby": `m-${field.key} h-${field.key} p-${field.key}`,
    });
    this.input.value = this.start.text ?? "";
    this.input.addEventListener("input", () => this.typed());
    this.others = h("div", { class: "alternatives" });
    this.head.append(h("label", { for: `f-${field.key}` }, field.label), this.mark);
    this.element.append(this.head, this.hint, this.ink, this.input, this.others, this.trouble);
    this.element.addEventListener("mousedown", (e) => this.clicked(e));
    this.show();
  }

  raw() {
    return { state: this.state, text: this.input.value };
  }

  /** A person typed: the value is text again, and what was confirmed before is to be confirmed anew. */
  typed() {
    this.state = "written";
    this.seen = false;
    this.asInBook = false;
    this.heard = "";
    this.changed(this);
  }

  set({ state, text }) {
    this.state = state;
    this.input.value = state === "written" ? text : "";
    this.seen = false;
    this.heard = "";
    this.complain("");
    this.show();
  }

  /** Takes the n-th alternative. */
  take(n) {
    const text = this.place.field.proposal?.alternatives?.[n - 1];
    if (text === undefined) return false;
    this.set({ state: "written", text });
    return true;
  }

  problem() {
    return this.state === "written" && tidy(this.input.value) === "" ? t("type.empty") : "";
  }

  /** Takes the focus with everything selected, as Tab would: one letter replaces, F2 or an arrow edits. */
  focus() {
    this.input.focus({ preventScroll: true });
    this.input.select();
  }

  edit() {
    const end = this.input.value.length;
    this.input.setSelectionRange(end, end);
  }

  atEdge(by) {
    const { selectionStart: from, selectionEnd: to, value } = this.input;
    if (from === 0 && to === value.length) return true;
    return by < 0 ? from === 0 : to === value.length;
  }

  clicked(event) {
    if (event.target === this.input || event.target.closest("button, label")) return;
    event.preventDefault();
    this.focus();
  }

  show() {
    super.show();
    if (!this.input) return;
    this.input.placeholder = this.state === "written" ? "" : stateWord(this.state);
    this.showAlternatives();
  }

  showAlternatives() {
    const { proposal } = this.place.field;
    const list = this.mustLook ? (proposal?.alternatives ?? []).slice(0, 5) : [];
    const now = tidy(this.input.value);
    if (this.others.childElementCount === 0) {
      this.others.append(...list.map((text, i) => h("button", {
        type: "button", tabindex: "-1", onclick: () => { this.take(i + 1); this.changed(this); this.input.focus(); },
      }, h("kbd", {}, String(i + 1)), h("span", {}, ...differing(proposal.text, text)))));
    }
    [...this.others.children].forEach((b, i) => b.classList.toggle("same", list[i].normalize("NFC") === now));
  }
}

/** A text with the part that differs from `from` set apart. */
function differing(from, text) {
  let a = 0;
  while (a < Math.min(from.length, text.length) && from[a] === text[a]) a += 1;
  let z = 0;
  while (z < Math.min(from.length, text.length) - a && from.at(-1 - z) === text.at(-1 - z)) z += 1;
  const middle = text.slice(a, text.length - z);
  if (from === text || middle === "") return [text];
  return [text.slice(0, a), h("b", {}, middle), text.slice(text.length - z)];
}

class ChoiceField extends Field {
  constructor(options) {
    super(options);
    const { field } = options.place;
    this.state = this.start.state;
    this.boxes = (field.options ?? []).map((text, i) => {
      const box = h("input", { type: "checkbox", id: `f-${field.key}-${i}`, tabindex: i === 0 ? "0" : "-1", onchange: () => this.ticked() });
      return { text, box, label: h("label", {}, box, h("span", {}, text), h("kbd", {}, `Alt+${i + 1}`)) };
    });
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", field.label);
    this.head.append(h("span", { class: "name" }, field.label), this.mark);
    this.options = h("div", { class: "options" }, this.boxes.map((b) => b.label));
    this.element.classList.add("choice");
    this.element.append(this.head, this.hint, h("div", { class: "beside" }, this.ink, this.options), this.trouble);
    this.options.addEventListener("keydown", (e) => this.walk(e));
    this.set(this.start);
    this.seen = Boolean(options.draft?.seen);
    this.show();
  }

  raw() {
    const text = this.boxes.filter((b) => b.box.checked).map((b) => b.text).join(CHOICE_GLUE);
    return { state: this.state === "written" && !text ? "blank" : this.state, text };
  }

  ticked() {
    this.state = "written";
    this.seen = false;
    this.asInBook = false;
    this.heard = "";
    this.changed(this);
  }

  set({ state, text }) {
    this.state = state === "blank" ? "written" : state;
    const words = state === "written" ? String(text ?? "").split(";").map(tidy) : [];
    this.boxes.forEach((b) => { b.box.checked = words.includes(tidy(b.text)); });
    this.seen = false;
    this.heard = "";
    this.show();
  }

  take(n) {
    const option = this.boxes[n - 1];
    if (!option) return false;
    option.box.checked = !option.box.checked;
    this.state = "written";
    this.seen = false;
    this.asInBook = false;
    return true;
  }

  problem() {
    return "";
  }

  focus() {
    (this.boxes.find((b) => b.box.tabIndex === 0) ?? this.boxes[0])?.box.focus({ preventScroll: true });
  }

  edit() {
    this.focus();
  }

  atEdge() {
    return true;
  }

  /** Left and right walk between the options; Space ticks, as the browser does by itself. */
  walk(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = this.boxes.findIndex((b) => b.box === document.activeElement);
    const to = (at + by + this.boxes.length) % this.boxes.length;
    this.boxes.forEach((b, i) => { b.box.tabIndex = i === to ? 0 : -1; });
    this.boxes[to].box.focus({ preventScroll: true });
  }

  show() {
    super.show();
    if (this.options) this.options.dataset.state = this.state;
  }
}

/** A field of text. */
export const textField = (options) => new TextField(options);
/** A field of printed options. */
export const choiceField = (options) => new ChoiceField(options);
