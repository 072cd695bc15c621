// A field on the screens of those who judge: ink, the value given under it in the same size, and the verdict.
import { h, setText } from "./dom.js";
import { t } from "./texts.js";
import { hintLine, ink, valueWords } from "./cells.js";
import { tidy } from "./type-fields.js";

/** One field with its verdict: null, or `{decision, state?, text?}`. */
export class VerdictCell {
  constructor(entryId, place, draft, decided) {
    const { field } = place;
    Object.assign(this, { place, key: field.key, label: field.label, given: field.value, decided });
    this.verdict = draft?.decision ? draft : null;
    this.shown = false;
    this.mark = h("span", { class: "mark", id: `m-${field.key}` });
    this.words = h("p", { class: "value given", id: `v-${field.key}` }, valueWords(field.value));
    this.words.dataset.state = field.value.state;
    this.hint = hintLine(field);
    this.own = h("p", { class: "value other", hidden: true });
    this.input = h("textarea", { class: "value", rows: String(Math.min(place.lines, 3)), hidden: true, spellcheck: "false", autocomplete: "off", autocapitalize: "off", autocorrect: "off", "aria-label": t("verify.other", { label: field.label }) });
    this.element = h("div", {
      class: "cell verdict", role: "group", tabindex: "-1", "aria-labelledby": `l-${field.key} v-${field.key} m-${field.key} h-${field.key}`, dataset: { key: field.key },
      style: { flexBasis: `${Math.round(place.basis)}px`, flexGrow: String(Math.round(place.basis)) },
    }, h("span", { class: "head" }, h("span", { class: "name", id: `l-${field.key}` }, field.label), this.mark), this.hint, picture(entryId, place), this.words, this.own, this.input);
    this.show();
  }

  get editing() {
    return !this.input.hidden;
  }

  decide(verdict) {
    this.verdict = verdict;
    this.closeEditor();
    this.show();
    this.decided();
  }

  openEditor() {
    const value = this.verdict?.decision === "replace" ? this.verdict : this.given;
    this.input.value = value.state === "written" ? value.text : "";
    this.input.hidden = false;
    this.own.hidden = true;
    this.input.focus({ preventScroll: true });
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  closeEditor() {
    if (!this.editing) return;
    this.input.hidden = true;
    this.element.focus({ preventScroll: true });
  }

  /** What the editor holds becomes the verdict; the typist's own value typed again is a confirmation. */
  takeEditor() {
    const text = tidy(this.input.value);
    if (text === "") return t("verify.empty");
    const same = this.given.state === "written" && text === tidy(this.given.text);
    this.decide(same ? { decision: "confirm" } : { decision: "replace", state: "written", text });
    return "";
  }

  say(state) {
    this.decide(state === this.given.state ? { decision: "confirm" } : { decision: "replace", state, text: "" });
  }

  show() {
    const { field } = this.place;
    const decision = this.verdict?.decision ?? "";
    this.element.dataset.decision = decision;
    this.own.hidden = decision !== "replace";
    if (decision === "replace") setText(this.own, valueWords(this.verdict));
    const asks = !decision && (field.machine_differs || field.attention);
    setText(this.mark, decision ? t(`verdict.${decision}`) : asks ? t(`reason.${field.reason ?? "unsure"}`) : "");
    this.hint.hidden = !field.hint || Boolean(decision);
    this.mark.className = `mark ${asks ? "look" : ""}`;
  }
}

/** The ink; beside printed options their words, ticked as the typist said. */
function picture(entryId, place) {
  const { field } = place;
  if (field.kind !== "choice") return ink(entryId, place);
  const ticked = field.value.text.split(";").map(tidy);
  const words = (field.options ?? []).map((text) => h("span", { class: ticked.includes(tidy(text)) ? "" : "quiet" }, `${ticked.includes(tidy(text)) ? "☑" : "☐"} ${text}`));
  return h("div", { class: "beside" }, ink(entryId, place), h("div", { class: "options", "aria-hidden": "true" }, words));
}
