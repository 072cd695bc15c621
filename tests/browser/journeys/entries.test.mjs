// Entries that the reading does not bring, by keyboard: one from paper, one that is none and comes back, a note in
// the margin that another person checks; and missing numbers on the screen of the book's order.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sitDown, startBrowser } from "../support/browser.mjs";
import { fixture, PEOPLE, readBook, startServer } from "../support/server.mjs";

let server, browser, book;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  book = await readBook(server, await Promise.all(["pages/page_0001", "pages/page_0002"].map(fixture)));
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const open = async (person, path, ready) => {
  const page = await sitDown(browser, server, PEOPLE[person]);
  await page.goto(`${server.url}${path}`);
  await page.waitForSelector(ready);
  return page;
};

test("an entry is typed from paper by who asks for it by name", async () => {
  const page = await open("second", `/books/${book.id}/entries`, "#entries tr");
  await page.locator("#after").focus();
  await page.keyboard.type("1");
  await page.keyboard.press("Tab");
  await page.keyboard.insertText("trang dính, không mở được");
  await page.keyboard.press("Enter");
  const row = page.locator("tr[data-state=unscannable]");
  await row.waitFor();
  assert.match(await row.textContent(), /sau 1.*nhập từ sổ giấy.*trang dính/);
  await page.click("a.button");
  await page.waitForSelector(".cell.here");
  assert.match(await page.textContent("#task"), /sổ giấy/);
  assert.match(await page.textContent(".page-pane .paper"), /trang dính, không mở được/);
  assert.equal(await page.locator(".cell .ink img").count(), 0, "there is no ink to show");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("what one person holds to be no entry another confirms or brings back, by keys", async () => {
  const first = await open("supervisor", `/books/${book.id}/entries`, "#entries tr");
  await first.locator("tr[data-entry]").first().focus();
  await first.keyboard.press("x");
  await first.keyboard.insertText("trang bìa");
  await first.keyboard.press("Enter");
  await first.waitForSelector("tr[data-state=set_aside]");
  assert.match(await first.textContent(".acts"), /người khác phải xác nhận/);

  const second = await open("verifier", `/books/${book.id}/entries?show=look`, "tr[data-state=set_aside]");
  await second.locator("tr[data-entry]").first().focus();
  await second.keyboard.press("Enter");
  const ink = await second.locator(".place img").boundingBox();
  assert.ok(ink.width > 100, "its ink is shown");
  await second.keyboard.press("d");
  await second.waitForSelector("#no-entries:not([hidden])");
  await second.click("[data-show=no_entry]");
  await second.locator("tr[data-state=no_entry]").first().focus();
  await second.keyboard.press("k");
  await second.keyboard.insertText("có chữ mờ");
  await second.keyboard.press("Enter");
  await second.waitForSelector("#no-entries:not([hidden])");
  await second.click("[data-show=all]");
  assert.equal(await second.locator("tr[data-state=proposed]").count(), 2);
  for (const page of [first, second]) {
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  }
});

test("a note entered at the desk is checked by another person", async () => {
  const typist = await open("second", "/type", ".cell.here");
  await typist.keyboard.press("Alt+g");
  await typist.keyboard.insertText("cải chính họ tên mẹ");
  await typist.keyboard.press("Enter");
  await typist.waitForSelector(".notes li");
  assert.match(await typist.textContent(".notes"), /cải chính họ tên mẹ.*Đỗ Quốc Hưng.*chờ người khác kiểm tra/);
  assert.equal(await typist.locator(".notes [data-check]").count(), 0, "nobody checks their own note");
  const verifier = await open("verifier", `/books/${book.id}/entries?show=look`, "#entries tr");
  await verifier.locator("tr[data-entry]").first().focus();
  await verifier.keyboard.press("Alt+g");
  await verifier.keyboard.press("Enter");
  await verifier.waitForSelector("#no-entries:not([hidden])");
  for (const page of [typist, verifier]) {
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  }
});

test("pages are moved, and the closing page's totals stand beside what was found", async () => {
  const page = await open("scanner", `/books/${book.id}/order`, "#lie tr");
  const files = () => page.locator("#lie .file").allTextContents();
  const before = await files();
  await page.locator("#lie tr").nth(1).locator("input").focus();
  await page.keyboard.type("0");
  await page.keyboard.press("Enter");
  await page.waitForFunction((name) => document.querySelector("#lie .file").textContent === name, before[1]);
  assert.deepEqual(await files(), [...before].reverse());
  await page.locator("#closing_pages").focus();
  await page.keyboard.type("300");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#totals-words.look");
  assert.match(await page.textContent("#totals-words"), /thiếu 298 trang/);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
