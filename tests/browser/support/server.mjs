// A server of our own on a temporary data folder, with the people that a journey needs.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const START_MS = 60_000;
const READ_MS = 120_000;

/** Everyone who appears in the journeys; all use the same password. */
export const PASSWORD = "dem-sao-tren-troi-3";
export const PEOPLE = {
  scanner: { username: "quet", name: "Trung tâm quét", roles: ["scanning_centre"] },
  typist: { username: "lan", name: "Phạm Thị Lan", roles: ["typist", "verifier"] },
  second: { username: "hung", name: "Đỗ Quốc Hưng", roles: ["typist"] },
  verifier: { username: "minh", name: "Trần Văn Minh", roles: ["verifier"] },
  supervisor: { username: "ha", name: "Lê Thu Hà", roles: ["supervisor"] },
  deputy: { username: "tam", name: "Vũ Đức Tâm", roles: ["supervisor"] },
};

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** Starts the program; `close()` ends it and removes its data. */
export async function startServer() {
  const data = await mkdtemp(join(tmpdir(), "sohoa-browser-"));
  const bind = `127.0.0.1:${await freePort()}`;
  const env = { ...process.env, SOHOA_DATA: data, SOHOA_BIND: bind, SOHOA_DEVICE: "cpu", RUST_LOG: process.env.RUST_LOG ?? "warn" };
  for (const person of Object.values(PEOPLE)) await addPerson(person, env);
  const child = spawn(process.env.SOHOA_BIN, ["serve"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { log += chunk; });
  const url = `http://${bind}`;
  const server = {
    url, data,
    async close() {
      const gone = child.exitCode === null ? new Promise((done) => child.once("exit", done)) : null;
      child.kill("SIGTERM");
      await gone;
      await rm(data, { recursive: true, force: true });
    },
  };
  const until = Date.now() + START_MS;
  while (!(await fetch(`${url}/readyz`).then((r) => r.ok, () => false))) {
    if (child.exitCode !== null || Date.now() > until) {
      await server.close();
      throw new Error(`the server did not start:\n${log}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return server;
}

async function addPerson(person, env) {
  const args = ["user", "add", person.username, "--name", person.name, "--password-stdin", ...person.roles.flatMap((role) => ["--role", role])];
  const child = spawn(process.env.SOHOA_BIN, args, { env, stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => { said += chunk; });
  child.stdin.end(`${PASSWORD}\n`);
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0) throw new Error(`sohoa user add ${person.username}: ${said}`);
}

/** A page of the fixtures: its image and what really stands on it. */
export async function fixture(name) {
  const image = await readFile(new URL(`${name}.jpg`, FIXTURES));
  const truth = JSON.parse(await readFile(new URL(`${name}.json`, FIXTURES), "utf8"));
  return { path: new URL(`${name}.jpg`, FIXTURES).pathname, name: `${name.split("/").pop()}.jpg`, image, fields: truth.entries[0].fields };
}

/** Speaks to the JSON API as one person. */
export class Client {
  constructor(url, cookie) {
    Object.assign(this, { url, cookie });
  }

  static async logIn(url, person) {
    const client = new Client(url, "");
    const response = await client.send("POST", "/sessions", { username: person.username, password: PASSWORD });
    if (!response.ok) throw new Error(`log-in refused: ${await response.text()}`);
    client.cookie = response.headers.get("set-cookie").split(";")[0];
    return client;
  }

  send(method, path, body, headers = {}) {
    const raw = body instanceof Uint8Array;
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { "X-Sohoa": "1", "Accept-Language": "vi", Cookie: this.cookie, ...(raw ? {} : { "Content-Type": "application/json" }), ...headers },
      body: raw ? body : body === undefined ? undefined : JSON.stringify(body),
    });
  }

  async call(method, path, body) {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }
}

/** A book with the given pages in it, all of them read. */
export async function readBook(server, pages, number = "01") {
  const scanner = await Client.logIn(server.url, PEOPLE.scanner);
  const book = await scanner.call("POST", "/books", { kind: "KS", year_opened: 2017, number, office: "Ủy ban nhân dân xã Vĩnh Ngọc" });
  for (const page of pages) await scanner.call("POST", `/books/${book.id}/pages?name=${page.name}`, page.image);
  await allRead(scanner, book.id, pages.length);
  return book;
}

/** Waits until every page of a book is read. */
export async function allRead(client, bookId, count) {
  const until = Date.now() + READ_MS;
  for (;;) {
    const { pages } = await client.call("GET", `/books/${bookId}/pages`);
    const rejected = pages.find((p) => p.state === "rejected");
    if (rejected) throw new Error(`page ${rejected.ordinal} was rejected: ${rejected.reject?.message}`);
    if (pages.length === count && pages.every((p) => p.state === "read")) return;
    if (Date.now() > until) throw new Error(`pages are not read in time: ${pages.map((p) => p.state)}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Values for every field from the truth, as a typist hands them in. */
export function values(fields) {
  return Object.fromEntries(fields.map((f) => [f.key, { state: f.state, text: f.state === "written" ? f.text : "" }]));
}

/** Types the next entry by API; answers its id. */
export async function typeByApi(client, fields) {
  const task = await client.call("POST", "/tasks/next", { role: "typist" });
  await client.call("POST", `/entries/${task.entry.id}/keying`, { fields: values(fields) });
  return task.entry.id;
}
