// Every screen at the sizes of an office PC and of a large one: no sideways scrolling, every control named, text
// legible. With SOHOA_SCREENSHOTS=FOLDER also pictures.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LARGE, OFFICE_PC, sitDown, startBrowser, typeValue } from "../support/browser.mjs";
import { Client, fixture, PEOPLE, readBook, startServer, typeByApi, values } from "../support/server.mjs";
import { troublesOf } from "../support/legible.mjs";

let server, browser, book;
const folder = process.env.SOHOA_SCREENSHOTS;

before(async () => {
  if (folder) await mkdir(folder, { recursive: true });
  const names = ["extra/page_0001", "pages/page_0001", "pages/page_0002", "pages/page_0003", "pages/page_0004"];
  const papers = await Promise.all(names.map(fixture));
  server = await startServer();
  browser = await startBrowser();
  book = await readBook(server, papers);
  await prepare(papers);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** One entry in dispute, one to verify, the others to type; a second book, and a page that cannot be used. */
async function prepare(papers) {
  const typist = await Client.logIn(server.url, PEOPLE.second);
  const verifier = await Client.logIn(server.url, PEOPLE.verifier);
  await typeByApi(typist, papers[0].fields);
  const task = await verifier.call("POST", "/tasks/next", { role: "verifier" });
  const verdicts = Object.fromEntries(Object.keys(values(papers[0].fields)).map((key) => [key, { decision: "confirm" }]));
  verdicts.nks_ho_ten = { decision: "replace", state: "written", text: "Nguyễn Khả Giang" };
  verdicts.me_noi_cu_tru = { decision: "reject" };
  await verifier.call("POST", `/entries/${task.entry.id}/verdicts`, { fields: verdicts });
  await typeByApi(typist, papers[1].fields);
  const scanner = await Client.logIn(server.url, PEOPLE.scanner);
  await scanner.call("POST", "/books", { kind: "KS", year_opened: 2018, number: "02", office: "Ủy ban nhân dân thị trấn Đông Anh" });
}

const SCREENS = [
  { name: "login", path: "/login" },
  { name: "books", person: "scanner", path: "/books", ready: "#books tr" },
  { name: "book", person: "supervisor", path: () => `/books/${book.id}`, ready: "#pages tr", act: sendFiles },
  { name: "entries", person: "verifier", path: () => `/books/${book.id}/entries`, ready: "#entries tr", act: (page) => page.locator("tr[data-entry]").first().click() },
  { name: "order", person: "scanner", path: () => `/books/${book.id}/order`, ready: "#lie tr" },
  { name: "refused", person: "scanner", path: "/refused", ready: "#refused li, #no-refused:not([hidden])" },
  { name: "type", person: "typist", path: "/type", ready: ".cell.here", act: typeSome },
  { name: "keys", person: "typist", path: "/type", ready: ".cell.here", act: (page) => page.keyboard.press("F1") },
  { name: "verify", person: "verifier", path: "/verify", ready: ".cell.here", act: judgeSome },
  { name: "dispute", person: "supervisor", path: "/dispute", ready: ".cell.here" },
  // The one dispute is held by the supervisor.
  { name: "empty", person: "deputy", path: "/dispute", ready: "#blank:not([hidden])" },
];

async function sendFiles(page) {
  const old = await fixture("extra/page_0001");
  const jpeg = (name, buffer) => ({ name, mimeType: "image/jpeg", buffer });
  await page.setInputFiles("#files", [jpeg(old.name, old.image), jpeg("ghi-chep.jpg", Buffer.from("chỉ là chữ"))]);
  await page.waitForSelector(".upload[data-state=refused]");
  await page.waitForSelector(".upload[data-state=already]");
}

async function typeSome(page) {
  await page.locator("#f-nks_ho_ten").focus();
  await page.waitForTimeout(300);
}

async function judgeSome(page) {
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Delete");
  await page.keyboard.press("F2");
  await typeValue(page, "Nguyễn Văn Thử");
}

for (const size of [OFFICE_PC, LARGE]) {
  for (const screen of SCREENS) {
    test(`${screen.name} at ${size.width}×${size.height}`, async () => {
      const page = screen.person ? await sitDown(browser, server, PEOPLE[screen.person], size) : await (await browser.newContext({ viewport: size })).newPage();
      await page.goto(server.url + (typeof screen.path === "function" ? screen.path() : screen.path));
      if (screen.ready) await page.waitForSelector(screen.ready);
      await screen.act?.(page);
      await page.waitForLoadState("networkidle").catch(() => {});
      if (folder) await page.screenshot({ path: join(folder, `${screen.name}-${size.width}.jpg`), type: "jpeg", quality: 72 });
      assert.deepEqual(await page.evaluate(troublesOf), []);
      assert.deepEqual(page.troubles ?? [], []);
      await page.context().close();
    });
  }
}

test("the screens speak English when asked, and the choice stays", async () => {
  const page = await sitDown(browser, server, PEOPLE.scanner);
  assert.equal(await page.getAttribute("html", "lang"), "vi");
  await page.click("[data-lang=en]");
  await page.waitForSelector("html[lang=en]");
  assert.equal(await page.textContent("h1"), "Books");
  await page.goto(`${server.url}/books/${book.id}`);
  await page.waitForSelector("#pages tr");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.context().close();
});
