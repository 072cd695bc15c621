// Fields of many entries that read the same are looked at together, by keys alone: what is marked is wrong, one key
// confirms the rest, and what is left is looked at one by one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sitDown, startBrowser } from "../support/browser.mjs";
import { Client, fixture, PEOPLE, readBook, startServer, typeByApi } from "../support/server.mjs";

let server, browser;
const COUNT = 4;

before(async () => {
  const papers = await Promise.all(Array.from({ length: COUNT }, (_, i) => fixture(`pages/page_000${i + 1}`)));
  server = await startServer();
  browser = await startBrowser();
  await readBook(server, papers);
  const typist = await Client.logIn(server.url, PEOPLE.typist);
  for (const paper of papers) await typeByApi(typist, paper.fields);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const title = (page) => page.textContent("#task");
const whisper = (page) => page.textContent("#whisper");
/** Waits until the group may be confirmed, then confirms it. */
async function confirm(page) {
  const before = await whisper(page);
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press("Enter");
    if (!/còn \d+ giây/.test(await whisper(page))) return;
    await page.waitForTimeout(200);
  }
  throw new Error(`the group is never confirmed: ${before}`);
}

test("groups are walked, marked and confirmed by keys, and the rest goes on one by one", async () => {
  const page = await sitDown(browser, server, PEOPLE.verifier);
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector(".cell.here");
  await page.click("text=Xem theo nhóm");
  await page.waitForSelector(".crop.here");
  assert.match(await title(page), /· \d+ ô ·/);
  const groups = Number(/nhóm 1\/(\d+)/.exec(await whisper(page))[1]);
  assert.ok(groups >= 1);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "sideways scrolling");

  // Too fast is told and confirms nothing.
  const first = await title(page);
  await page.keyboard.press("Enter");
  if (/còn/.test(await whisper(page))) assert.equal(await title(page), first);

  // The page of the crop in hand comes beside the crops, and goes.
  await page.keyboard.press("F3");
  await page.waitForSelector("#page .frame[points]");
  await page.keyboard.press("Escape");
  assert.equal(await page.isHidden("#page"), true);

  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  assert.equal(await page.getAttribute(".crop.here", "aria-pressed"), "true");
  await page.waitForTimeout(1200);
  await confirm(page);
  await page.keyboard.press("Shift+Enter");
  assert.equal(await title(page), first);
  assert.equal(await page.locator(".crop[aria-pressed=true]").count(), 1, "the mark is not kept");
  await page.waitForTimeout(1200);
  for (let i = 0; i < groups; i += 1) await confirm(page);
  assert.equal(await title(page), "Đã xem hết các nhóm");
  await page.waitForSelector("#saved[data-state=saved]");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/verify$/);
  await page.waitForSelector(".cell.here");
  assert.ok((await page.locator(".cell[data-decision=confirm]").count()) > 0, "what was confirmed in groups is not there");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
