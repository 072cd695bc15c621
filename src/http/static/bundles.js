// Files of many pages in a book: what became of each, and the ways out for one of which nothing came out.
import { byId, h, setText } from "./dom.js";
import { number, t } from "./texts.js";
import * as api from "./api.js";

const COUNTS = ["pages", "rejected", "already", "elsewhere"];

/** The list of bundles; `changed()` is called after a person did something to one of them. */
export class Bundles {
  constructor(mayChange, changed) {
    Object.assign(this, { mayChange, changed, rows: new Map() });
  }

  show(bundles, bookIsOpen) {
    byId("bundles-box").hidden = bundles.length === 0;
    const gone = new Set(this.rows.keys());
    bundles.forEach((bundle, i) => {
      gone.delete(bundle.id);
      this.showOne(bundle, bookIsOpen);
      const list = byId("bundles");
      const { element } = this.rows.get(bundle.id);
      if (list.children[i] !== element && !element.contains(document.activeElement)) list.insertBefore(element, list.children[i] ?? null);
    });
    for (const id of gone) {
      this.rows.get(id).element.remove();
      this.rows.delete(id);
    }
  }

  showOne(bundle, bookIsOpen) {
    const row = this.rows.get(bundle.id) ?? { element: h("li", { dataset: { bundle: bundle.id } }), face: "" };
    this.rows.set(bundle.id, row);
    const face = JSON.stringify([bundle, bookIsOpen]);
    // A row in which a person is writing or standing is left alone until they have gone on.
    if (row.face === face || row.element.contains(document.activeElement)) return;
    row.face = face;
    row.element.dataset.state = bundle.failed ? (bundle.dismissed ? "dismissed" : "failed") : bundle.state;
    const words = h("span", { class: "quiet" }, stateWords(bundle));
    row.element.replaceChildren(h("span", { class: "file" }, bundle.file_name), " ", words, ...this.wayOut(bundle, bookIsOpen));
  }

  /** Why nothing came out, and what can be done. */
  wayOut(bundle, bookIsOpen) {
    if (!bundle.failed) return [];
    const reason = bundle.dismissed
      ? h("p", { class: "quiet" }, t("bundle.dismissed_why", { reason: bundle.dismissed }))
      : h("p", { class: "reason" }, bundle.reject?.message ?? "");
    if (!this.mayChange || !bookIsOpen) return [reason];
    const trouble = h("p", { class: "problem", role: "alert" });
    const act = async (button, request) => {
      button.disabled = true;
      try {
        await request();
        button.blur();
        document.activeElement?.blur();
        this.changed();
      } catch (error) {
        button.disabled = false;
        setText(trouble, error.message);
      }
    };
    const again = h("button", { type: "button", class: "small", onclick: () => act(again, () => api.retryBundle(bundle.id)) }, t("bundle.retry"));
    const actions = h("div", { class: "actions" }, again);
    if (bundle.dismissed) return [reason, actions, trouble];
    const form = this.dismissForm(bundle, act, trouble);
    const open = h("button", { type: "button", class: "small", onclick: () => { open.hidden = true; form.hidden = false; form.querySelector("input").focus(); } }, t("bundle.dismiss"));
    actions.append(open);
    return [reason, actions, form, trouble];
  }

  dismissForm(bundle, act, trouble) {
    const why = h("input", { type: "text", "aria-label": t("bundle.why"), placeholder: t("bundle.why"), maxlength: "500" });
    const send = h("button", { class: "small" }, t("bundle.dismiss_send"));
    const form = h("form", { class: "inline", hidden: true }, why, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = why.value.trim().normalize("NFC");
      if (reason) act(send, () => api.dismissBundle(bundle.id, reason));
      else setText(trouble, t("bundle.say_why"));
    });
    return form;
  }
}

function stateWords(bundle) {
  if (bundle.dismissed) return t("bundle.dismissed");
  if (bundle.failed) return t("bundle.refused");
  if (bundle.state !== "unpacked") return t(`bundle.${bundle.state}`);
  const counted = COUNTS.filter((key) => key === "pages" || bundle[key] > 0);
  return counted.map((key) => t(`bundle.${key === "pages" ? "unpacked" : key}`, { n: number(bundle[key]) })).join(" · ");
}
