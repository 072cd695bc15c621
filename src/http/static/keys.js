// Keys. An input method's keys belong to the input method: while it composes, nothing here acts.
import { h, byId } from "./dom.js";
import { t } from "./texts.js";

/** Enter within this time after a composition ended is taken to be the Enter that ended it. */
const COMPOSITION_TAIL_MS = 40;
let compositionEnded = -Infinity;
addEventListener("compositionend", (e) => { compositionEnded = e.timeStamp; }, true);

/** Whether this key press belongs to an input method. */
export function composing(event) {
  if (event.isComposing || event.keyCode === 229) return true;
  return event.key === "Enter" && event.timeStamp - compositionEnded < COMPOSITION_TAIL_MS;
}

/**
 * A key press by name, such as "Shift+Enter", "Alt+1", "F4". Digits go by their place on the keyboard, since
 * Alt changes their letter on some layouts; AltGr (which reports Ctrl and Alt) is typing, never a command.
 */
export function keyName(event) {
  if (event.getModifierState("AltGraph")) return "";
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  const base = digit && event.altKey ? digit : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const mods = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : ""];
  return [...mods.filter(Boolean), base].join("+");
}

/**
 * Acts on keys pressed inside `root`. `actions` maps names to functions; one that returns `false` leaves the
 * key to the browser.
 */
export function bindKeys(root, actions) {
  root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composing(event) || document.querySelector("dialog[open]")) return;
    const action = actions[keyName(event)];
    if (action && action(event) !== false) event.preventDefault();
  });
}

/** Shows the keys of a screen at the foot of the page, and all of them on F1. `keys`: [[key, text id], …]. */
export function showKeys(short, all) {
  const bar = byId("keys");
  const item = ([key, text]) => h("span", { class: "key" }, h("kbd", {}, key), ` ${t(text)}`);
  const help = h("button", { type: "button", class: "key plain", tabindex: "-1", onclick: () => open() }, h("kbd", {}, "F1"), ` ${t("key.all")}`);
  bar.replaceChildren(...short.map(item), help);
  const rows = all.map(([key, text]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, t(text))));
  const dialog = h("dialog", { class: "help", "aria-label": t("key.all") },
    h("h2", {}, t("key.all")), h("table", {}, h("tbody", {}, rows)),
    h("p", { class: "quiet" }, t("key.note")), h("form", { method: "dialog" }, h("button", {}, t("action.close"))));
  document.body.append(dialog);
  const open = () => dialog.showModal();
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F1" || composing(event)) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
}
