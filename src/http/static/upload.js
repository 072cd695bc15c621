// Sending page images: several at a time, each with its own bar; a lost line is waited for and the file sent
// again (the server knows a page by its bytes, so sending twice does no harm).
import { h, setText } from "./dom.js";
import { bytes, t } from "./texts.js";
import { headers, outcome, Refusal, uploadPath } from "./api.js";

const AT_ONCE = 3;
const WAITS_MS = [1_000, 3_000, 8_000, 20_000];

/** Sends files to one book and shows them in `list`; calls `arrived(taken)` for each file taken in. */
export class Uploads {
  constructor(bookId, list, arrived) {
    Object.assign(this, { bookId, list, arrived, waiting: [], active: 0, left: 0 });
    addEventListener("beforeunload", (e) => { if (this.left > 0) e.preventDefault(); });
  }

  add(files) {
    for (const file of files) {
      this.left += 1;
      const item = this.row(file);
      this.list.append(item.element);
      this.waiting.push(item);
    }
    this.pump();
  }

  row(file) {
    const bar = h("progress", { max: "100", value: "0", "aria-label": t("upload.progress", { name: file.name }) });
    const words = h("span", { class: "words" }, t("upload.waiting"));
    const again = h("button", { type: "button", class: "small", hidden: true, onclick: () => this.again(item) }, t("upload.again"));
    const element = h("li", { class: "upload" }, h("span", { class: "file" }, file.name), h("span", { class: "size" }, bytes(file.size)), bar, words, again);
    const item = { file, bar, words, again, element, tries: 0 };
    return item;
  }

  pump() {
    while (this.active < AT_ONCE && this.waiting.length > 0) this.run(this.waiting.shift());
  }

  async run(item) {
    this.active += 1;
    item.element.dataset.state = "sending";
    try {
      this.done(item, await this.send(item));
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) this.refused(item, error);
      else this.lost(item);
    }
    this.active -= 1;
    this.pump();
  }

  /** One attempt, by XMLHttpRequest, which alone tells how much has gone out. */
  send(item) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", uploadPath(this.bookId, item.file.name));
      for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", (e) => this.progress(item, e.loaded, e.total));
      request.addEventListener("load", () => {
        try {
          resolve(outcome(request.status, request.responseText));
        } catch (error) {
          reject(error);
        }
      });
      for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => reject(new Error(end)));
      request.send(item.file);
    });
  }

  progress(item, loaded, whole) {
    const percent = whole ? Math.floor((loaded / whole) * 100) : 0;
    item.bar.value = percent;
    setText(item.words, percent < 100 ? t("upload.sending", { percent }) : t("upload.checking"));
  }

  /** `taken` is a page, or a file of many pages, which follow. */
  done(item, taken) {
    this.left -= 1;
    item.element.dataset.state = taken.already ? "already" : "done";
    item.bar.value = 100;
    const words = taken.bundle
      ? t(taken.already ? "upload.bundle_already" : "upload.bundle")
      : t(taken.already ? "upload.already" : "upload.done", { n: taken.ordinal });
    setText(item.words, words);
    this.arrived(taken);
  }

  refused(item, error) {
    this.left -= 1;
    item.element.dataset.state = "refused";
    item.bar.value = 0;
    setText(item.words, error.message);
  }

  /** No line: tries again by itself a few times, then when the line comes back or a person says so. */
  lost(item) {
    item.element.dataset.state = "lost";
    item.bar.value = 0;
    const wait = WAITS_MS[item.tries];
    item.tries += 1;
    if (wait === undefined) {
      setText(item.words, t("upload.lost"));
      item.again.hidden = false;
      addEventListener("online", () => this.again(item), { once: true });
      return;
    }
    setText(item.words, t("upload.retry", { secs: Math.round(wait / 1000) }));
    setTimeout(() => { this.waiting.push(item); this.pump(); }, wait);
  }

  again(item) {
    if (item.element.dataset.state !== "lost" || item.again.hidden) return;
    item.again.hidden = true;
    item.tries = 0;
    this.waiting.push(item);
    this.pump();
  }
}
