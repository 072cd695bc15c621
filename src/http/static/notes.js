// What is written beside an entry: notes in the margin, and that it is struck out. One person enters a note,
// another checks it.
import { h, setText } from "./dom.js";
import { moment, t } from "./texts.js";
import * as api from "./api.js";

const tidy = (text) => text.normalize("NFC").trim();

/** The notes of one entry as a section; `changed(notes)` is told of every answer of the server. */
export class Notes {
  constructor(entryId, notes, changed = () => {}) {
    Object.assign(this, { entryId, notes, changed });
    this.list = h("ul", { class: "notes" });
    this.trouble = h("p", { class: "problem", role: "alert" });
    this.kind = h("select", { "aria-label": t("note.kind") }, ["margin", "struck"].map((kind) => h("option", { value: kind }, t(`note.${kind}`))));
    this.date = h("input", { type: "text", autocomplete: "off", "aria-label": t("note.date"), placeholder: t("note.date") });
    this.text = h("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": t("note.text"), placeholder: t("note.text") });
    this.send = h("button", { class: "small" }, t("note.add"));
    const form = h("form", { class: "inline note-form" }, this.kind, this.date, this.text, this.send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
    this.element = h("section", { class: "group notes-box", "aria-label": t("note.title") }, h("h2", {}, t("note.title"), " ", h("kbd", {}, "Alt+G")), this.list, form, this.trouble);
    this.show();
  }

  /** How many wait for the person who sits here. */
  get waiting() {
    return this.notes.filter((note) => note.may_check).length;
  }

  focus() {
    const first = this.list.querySelector("button[data-check]");
    (first ?? this.text).focus();
  }

  show() {
    this.list.replaceChildren(...this.notes.map((note) => this.item(note)));
  }

  item(note) {
    const words = [note.noted_on, note.kind === "struck" ? t("note.struck_words", { text: note.text }) : note.text].filter(Boolean).join(": ");
    const by = t(note.checked ? "note.checked" : "note.unchecked", { name: note.entered_by, when: moment(note.entered_at) });
    const check = note.may_check && h("button", { type: "button", class: "small", dataset: { check: note.id }, onclick: () => this.act(() => api.checkNote(this.entryId, note.id)) }, t("note.check"));
    const drop = note.may_drop && this.dropForm(note);
    return h("li", {}, h("span", { class: "words" }, words), " ", h("span", { class: `mark ${note.checked ? "" : "look"}` }, by), " ", check, drop);
  }

  /** A note entered by mistake goes for a reason, asked for in place. */
  dropForm(note) {
    const why = h("input", { type: "text", "aria-label": t("note.drop_why"), placeholder: t("note.drop_why") });
    const form = h("form", { class: "inline", hidden: true }, why, h("button", { class: "small" }, t("note.drop")));
    const open = h("button", { type: "button", class: "small plain", onclick: () => { open.hidden = true; form.hidden = false; why.focus(); } }, t("note.drop"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act(() => api.dropNote(this.entryId, note.id, tidy(why.value)));
    });
    return h("span", {}, open, form);
  }

  add() {
    const note = { kind: this.kind.value, noted_on: tidy(this.date.value), text: tidy(this.text.value) };
    return this.act(async () => {
      const notes = await api.addNote(this.entryId, note);
      this.date.value = "";
      this.text.value = "";
      return notes;
    });
  }

  async act(send) {
    this.send.disabled = true;
    setText(this.trouble, "");
    try {
      this.notes = await send();
      this.show();
      this.changed(this.notes);
    } catch (error) {
      setText(this.trouble, Object.values(error.fields ?? {})[0] ?? error.message);
    }
    this.send.disabled = false;
  }
}
