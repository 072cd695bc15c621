// What a clerk typed leaves this browser through here. Everything is first written to local storage, then sent,
// and removed only when the server has acknowledged it: a lost line or a closed browser loses nothing.
import { call, Refusal, Unreached } from "./api.js";

const PREFIX = "sohoa.out.";
/** A draft is sent this long after the last letter, and at the latest this long after the first unsent one. */
const PAUSE_MS = 250;
const LATEST_MS = 600;
const RETRY_MS = 2_500;

/**
 * Sends drafts and submissions in order, for one person. Tells its listeners by a `change` event, and by `kept` when
 * the server has answered and nothing newer of the same waits.
 */
export class Outbox extends EventTarget {
  constructor(personId) {
    super();
    this.prefix = `${PREFIX}${personId}.`;
    this.items = new Map();
    this.offline = false;
    this.sending = null;
    this.timer = 0;
    this.firstUnsent = 0;
    this.load();
    addEventListener("online", () => this.flush());
    addEventListener("pagehide", () => this.flush({ keepalive: true }));
  }

  /** Takes up what an earlier visit could not send. */
  load() {
    for (let i = 0; i < localStorage.length; i += 1) {
      const name = localStorage.key(i);
      if (!name.startsWith(this.prefix)) continue;
      const item = readItem(name);
      if (item) this.items.set(name.slice(this.prefix.length), { ...item, waiters: [] });
    }
    if (this.items.size > 0) this.schedule(0);
  }

  /** Keeps a draft; the newest of an entry replaces the one before. */
  draft(entryId, role, body) {
    this.put(`draft.${role}.${entryId}`, { method: "PUT", path: `/entries/${entryId}/draft`, body: { role, ...body } });
    const now = performance.now();
    if (!this.firstUnsent) this.firstUnsent = now;
    this.schedule(Math.max(0, Math.min(PAUSE_MS, this.firstUnsent + LATEST_MS - now)));
  }

  /** The unsent draft of an entry, if any: newer than the server's. */
  unsentDraft(entryId, role) {
    return this.items.get(`draft.${role}.${entryId}`)?.body ?? null;
  }

  /**
   * Hands in an entry's work. Resolves to the server's answer, or to "queued" when there is no line now and the
   * work is sent later; throws the server's refusal.
   */
  submit(entryId, role, path, body) {
    this.drop(`draft.${role}.${entryId}`);
    return new Promise((resolve, reject) => {
      this.put(`send.${role}.${entryId}`, { method: "POST", path, body }, { resolve, reject });
      this.schedule(0);
    });
  }

  /** "saved", "saving" or "offline", and how many things wait. */
  get state() {
    if (this.items.size === 0) return { name: "saved", waiting: 0 };
    return { name: this.offline ? "offline" : "saving", waiting: this.items.size };
  }

  put(key, item, waiter) {
    const full = { ...item, rev: crypto.getRandomValues(new Uint32Array(1))[0], waiters: waiter ? [waiter] : [] };
    this.items.set(key, full);
    try {
      localStorage.setItem(this.prefix + key, JSON.stringify(item));
    } catch {
      // A full or forbidden store: the item still lives in memory and goes out with the next flush.
    }
    this.tell();
  }

  drop(key) {
    this.items.delete(key);
    localStorage.removeItem(this.prefix + key);
    this.tell();
  }

  schedule(delayMs) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delayMs);
  }

  /** Sends everything, oldest first; one flush at a time. */
  async flush(options = {}) {
    if (this.sending && !options.keepalive) return this.sending;
    this.sending = this.sendAll(options).finally(() => { this.sending = null; });
    return this.sending;
  }

  async sendAll(options) {
    this.firstUnsent = 0;
    for (const [key, item] of [...this.items]) {
      if (this.items.get(key) !== item) continue;
      const reached = await this.sendOne(key, item, options);
      if (!reached) {
        this.schedule(RETRY_MS);
        return;
      }
    }
    if (this.items.size > 0 && !this.offline) this.schedule(this.handsIn() ? 0 : PAUSE_MS);
  }

  /** Whether somebody waits for finished work to be taken. */
  handsIn() {
    return [...this.items.keys()].some((key) => key.startsWith("send."));
  }

  /** Sends one item; false when the server was not reached. */
  async sendOne(key, item, options) {
    try {
      const answer = await call(item.method, item.path, item.body, options);
      this.setOffline(false);
      this.settle(key, item, (w) => w.resolve(answer));
      if (!this.items.has(key)) this.dispatchEvent(new CustomEvent("kept", { detail: { key, answer } }));
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status !== 401 && error.status < 500) {
        this.setOffline(false);
        this.refused(key, item, error);
        return true;
      }
      this.setOffline(error instanceof Unreached || error.status >= 500);
      if (error.status === 401) this.dispatchEvent(new CustomEvent("signedout"));
      item.waiters.splice(0).forEach((w) => w.resolve("queued"));
      return false;
    }
  }

  refused(key, item, error) {
    const alone = item.waiters.length === 0;
    this.settle(key, item, (w) => w.reject(error));
    if (alone) this.dispatchEvent(new CustomEvent("refused", { detail: { key, error, body: item.body } }));
  }

  /** Removes an item that the server has answered, unless a newer one has taken its place meanwhile. */
  settle(key, item, tellWaiter) {
    if (this.items.get(key) === item) this.drop(key);
    item.waiters.forEach(tellWaiter);
  }

  setOffline(offline) {
    if (this.offline === offline) return;
    this.offline = offline;
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}

function readItem(name) {
  try {
    const item = JSON.parse(localStorage.getItem(name));
    return item?.method && item?.path ? item : null;
  } catch {
    return null;
  }
}
