// The JSON API as functions. The server's own sentences reach people unchanged.
import { lang, t } from "./texts.js";

/** The server understood and said no; `message` is its sentence. */
export class Refusal extends Error {
  constructor(status, error = {}) {
    super(error.message || t("error.refused", { status }));
    this.status = status;
    this.code = error.code || "";
    this.id = error.id || "";
    this.fields = error.fields || {};
  }
}

/** The server was not reached, or cannot answer now: the same request may succeed later. */
export class Unreached extends Error {
  constructor() {
    super(t("error.offline"));
  }
}

const RETRY_LATER = [408, 429, 500, 502, 503, 504];
const TIMEOUT_MS = 20_000;

/** Headers of every request: JSON, the mark against forged requests, the reader's language. */
export function headers(extra = {}) {
  return { "X-Sohoa": "1", "Accept-Language": lang, ...extra };
}

/** Turns an answer's status and text into a value, or throws what it means. */
export function outcome(status, text) {
  if (RETRY_LATER.includes(status) && status !== 500) throw new Unreached();
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    throw status >= 400 ? new Refusal(status) : new Unreached();
  }
  if (status >= 400) throw new Refusal(status, body?.error);
  return body;
}

/** One request; `null` for an empty answer. */
export async function call(method, path, body, options = {}) {
  const init = { method, headers: headers(), signal: AbortSignal.timeout(TIMEOUT_MS), ...options };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers["Content-Type"] = "application/json";
  }
  let status, text;
  try {
    const response = await fetch(`/api/v1${path}`, init);
    status = response.status;
    text = await response.text();
  } catch {
    throw new Unreached();
  }
  return outcome(status, text);
}

const id = encodeURIComponent;

export const logIn = (username, password) => call("POST", "/sessions", { username, password });
export const logOut = () => call("DELETE", "/sessions/current");

export const books = async () => (await call("GET", "/books")).books;
export const book = (bookId) => call("GET", `/books/${id(bookId)}`);
export const openBook = (data) => call("POST", "/books", data);
export const pages = async (bookId) => (await call("GET", `/books/${id(bookId)}/pages`)).pages;
export const bundles = async (bookId) => (await call("GET", `/books/${id(bookId)}/bundles`)).bundles;
export const retryBundle = (bundleId) => call("POST", `/bundles/${id(bundleId)}/retry`, {});
export const dismissBundle = (bundleId, reason) => call("POST", `/bundles/${id(bundleId)}/dismissal`, { reason });
export const insist = (pageId, reason) => call("POST", `/pages/${id(pageId)}/insist`, { reason });
export const refused = async () => (await call("GET", "/refused")).pages;
export const findingsUrl = (pageId) => `/api/v1/pages/${id(pageId)}/findings.jpg`;
export const accept = (bookId, reason) => call("POST", `/books/${id(bookId)}/acceptance`, reason ? { reason } : {});
export const approve = (bookId) => call("POST", `/books/${id(bookId)}/approval`, {});
export const deliver = (bookId) => call("POST", `/books/${id(bookId)}/deliveries`, {});
export const deliveries = async (bookId) => (await call("GET", `/books/${id(bookId)}/deliveries`)).deliveries;

export const nextTask = (role, except = [], entryId = null) => call("POST", "/tasks/next", { role, except, ...(entryId ? { entry_id: entryId } : {}) });
export const taskBatch = async (count) => (await call("POST", "/tasks/batch", { count })).tasks;
export const holdLeases = (entryIds) => call("POST", "/leases", { entry_ids: entryIds });
export const workWaiting = (role) => call("GET", `/tasks/waiting?role=${id(role)}`).then((answer) => answer.waiting);
export const holdLease = (entryId) => call("POST", `/entries/${id(entryId)}/lease`);
export const giveBackLease = (entryId) => call("DELETE", `/entries/${id(entryId)}/lease`, undefined, { keepalive: true });

export const sampling = () => call("GET", "/sampling");
export const setSampling = (terms) => call("PUT", "/sampling", { sampling: terms });
export const setContractor = (bookId, contractor) => call("PUT", `/books/${id(bookId)}/contractor`, { contractor });
export const lots = () => call("GET", "/lots");
export const lot = (lotId) => call("GET", `/lots/${id(lotId)}`);
export const planLot = (wish) => call("POST", "/lots/plan", wish);
export const makeLot = (wish) => call("POST", "/lots", wish);
export const tellImprovement = (told) => call("POST", "/lots/improvements", told);
export const nextInspection = (lotId) => call("POST", `/lots/${id(lotId)}/inspections/next`, {});
export const inspect = (lotId, entryId, fields) => call("POST", `/lots/${id(lotId)}/inspections/${id(entryId)}`, { fields });
export const saveInspection = (lotId, entryId, draft) => call("PUT", `/lots/${id(lotId)}/inspections/${id(entryId)}/draft`, draft);

export const bookOrder = (bookId) => call("GET", `/books/${id(bookId)}/order`);
export const reorder = (bookId, pageIds, reason) => call("PUT", `/books/${id(bookId)}/order`, { page_ids: pageIds, reason });
export const setClosing = (bookId, totals) => call("PUT", `/books/${id(bookId)}/closing`, totals);
export const setSize = (bookId, size) => call("PUT", `/books/${id(bookId)}/size`, size);
export const importBooks = (file) => call("POST", "/books/import", undefined, { body: file });
export const entriesOfBook = async (bookId) => (await call("GET", `/books/${id(bookId)}/entries`)).entries;
export const addByHand = (bookId, entry) => call("POST", `/books/${id(bookId)}/entries`, entry);
export const setAside = (entryId, reason) => call("POST", `/entries/${id(entryId)}/set_aside`, { reason });
export const confirmNoEntry = (entryId) => call("POST", `/entries/${id(entryId)}/no_entry`, {});
export const restoreEntry = (entryId, reason) => call("POST", `/entries/${id(entryId)}/restore`, { reason });
export const addNote = async (entryId, note) => (await call("POST", `/entries/${id(entryId)}/notes`, note)).notes;
export const checkNote = async (entryId, note) => (await call("POST", `/entries/${id(entryId)}/notes/${id(note)}/check`, {})).notes;
export const dropNote = async (entryId, note, reason) => (await call("POST", `/entries/${id(entryId)}/notes/${id(note)}/drop`, { reason })).notes;
export const continueOn = (entryId, pageId, reason) => call("POST", `/entries/${id(entryId)}/pages`, { page_id: pageId, reason });
export const endContinuation = (entryId, pageId) => call("DELETE", `/entries/${id(entryId)}/pages/${id(pageId)}`);

export const uploadPath = (bookId, name) => `/api/v1/books/${id(bookId)}/pages?name=${id(name)}`;
export const cropUrl = (entryId, key) => `/api/v1/entries/${id(entryId)}/fields/${id(key)}/crop.jpg`;
export const pageImageUrl = (pageId, width) => `/api/v1/pages/${id(pageId)}/image?width=${width}`;
export const workbookUrl = (deliveryId) => `/api/v1/deliveries/${id(deliveryId)}/workbook`;

/** Sends another capture of a refused page. */
export async function replacePage(pageId, file) {
  let response, text;
  try {
    response = await fetch(`/api/v1/pages/${id(pageId)}/replacement?name=${id(file.name)}`, { method: "POST", headers: headers(), body: file });
    text = await response.text();
  } catch {
    throw new Unreached();
  }
  return outcome(response.status, text);
}
