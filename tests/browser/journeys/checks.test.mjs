// Contradictions among what was typed are told while typing, at the field and on the summary row, and one key says
// that it stands like that in the book. Nothing is blocked and nothing moves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { confirmAll, here, openDesk, sitDown, startBrowser, typeEntry, typeValue } from "../support/browser.mjs";
import { fixture, PEOPLE, readBook, startServer } from "../support/server.mjs";

let server, browser, paper;

before(async () => {
  paper = await fixture("extra/page_0001");
  server = await startServer();
  browser = await startBrowser();
  await readBook(server, [paper]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const mark = (page, key) => page.textContent(`#m-${key}`);
const isTold = (page, key) => page.waitForFunction((k) => document.getElementById(`m-${k}`).textContent === "chưa khớp", key, { timeout: 5000 });

test("what contradicts itself asks for a look, and F8 says that it stands like that", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  await typeEntry(page, paper.fields);
  await confirmAll(page);
  await page.locator("#f-nks_ngay_sinh").focus();
  const height = () => page.$eval(".cell[data-key=nks_ngay_sinh]", (cell) => cell.offsetHeight);
  const before = await height();
  await typeValue(page, "31/02/2016");
  await page.keyboard.press("Enter");
  await isTold(page, "nks_ngay_sinh");
  assert.equal(await height(), before, "what stands below has moved");

  // The summary row names it and Enter leads there; at the field the sentence is told.
  await page.locator("#hand-in").focus();
  await page.waitForFunction(() => document.getElementById("sum").classList.contains("look"));
  await page.keyboard.press("Enter");
  assert.ok(["nks_ngay_sinh", "nks_ngay_sinh_bang_chu"].includes(await here(page)));
  assert.notEqual(await page.textContent("#whisper"), "");
  if ((await here(page)) !== "nks_ngay_sinh") await page.locator("#f-nks_ngay_sinh").focus();
  await page.keyboard.press("F8");
  assert.equal(await mark(page, "nks_ngay_sinh"), "đúng như sổ ✓");

  // Both sides of one contradiction are settled by one key, and what was said outlives the browser.
  await confirmAll(page);
  await page.waitForSelector("#saved[data-state=saved]");
  await page.context().close();
  const again = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(again, server, "/type");
  assert.equal(await mark(again, "nks_ngay_sinh"), "đúng như sổ ✓");

  // A right value takes the contradiction away by itself.
  const truth = paper.fields.find((f) => f.key === "nks_ngay_sinh").text;
  await again.locator("#f-nks_ngay_sinh").focus();
  await typeValue(again, truth);
  await again.keyboard.press("Enter");
  await confirmAll(again);
  await again.waitForSelector("#saved[data-state=saved]");
  assert.equal(await mark(again, "nks_ngay_sinh"), "đã xem ✓");
  assert.deepEqual(again.troubles, []);
  await again.context().close();
});
