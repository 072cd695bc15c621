// The scanning centre mends refused images with the keyboard: reasons, pictures, a new scan, a reason to use one all
// the same.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { sitDown, startBrowser } from "../support/browser.mjs";
import { Client, fixture, PEOPLE, startServer } from "../support/server.mjs";

const WAIT_MS = 60_000;
let server, browser, page, book, scanner;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  scanner = await Client.logIn(server.url, PEOPLE.scanner);
  book = await scanner.call("POST", "/books", { kind: "KS", year_opened: 2018, number: "07", office: "Ủy ban nhân dân xã An Nhơn" });
  // Tiny pictures in which nothing can be read.
  for (const name of ["grey.jpg", "bits.png"]) {
    const picture = await readFile(new URL(`../../fixtures/formats/${name}`, import.meta.url));
    await scanner.call("POST", `/books/${book.id}/pages?name=${name}`, picture);
  }
  page = await sitDown(browser, server, PEOPLE.scanner);
  await page.goto(`${server.url}/refused`);
  await page.waitForFunction(() => document.querySelectorAll("#refused li").length === 2, null, { timeout: WAIT_MS });
});
after(async () => {
  if (process.env.SOHOA_SCREENSHOTS) await page?.screenshot({ path: `${process.env.SOHOA_SCREENSHOTS}/refused-end.png` });
  await browser?.close();
  await server?.close();
});

test("each refused image stands there with a sentence and its picture", async () => {
  for (const row of await page.$$("#refused li")) {
    const told = await row.$eval(".reason", (p) => p.textContent);
    assert.ok(told.endsWith(".") && told.length > 20, told);
    const seen = await row.$eval("img", async (img) => { await img.decode(); return img.naturalWidth; });
    assert.ok(seen > 50);
  }
});

test("arrows walk, I goes to the reason, Enter has the image used", async () => {
  await page.focus("#refused li");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.$eval("#refused li:nth-child(2)", (li) => li === document.activeElement), true);
  const id = await page.$eval("#refused li:nth-child(2)", (li) => li.dataset.page);
  await page.keyboard.press("i");
  await page.keyboard.type("sổ vốn như vậy");
  await page.keyboard.press("Enter");
  await page.waitForFunction((gone) => !document.querySelector(`#refused li[data-page="${gone}"]`), id, { timeout: WAIT_MS });
  const { pages } = await scanner.call("GET", `/books/${book.id}/pages`);
  assert.equal(pages.find((p) => p.id === id).reject ?? null, null);
});

test("a new scan takes the place of the refused one", async () => {
  const good = await fixture("pages/page_0001");
  await page.focus("#refused li");
  const chosen = page.waitForEvent("filechooser");
  await page.keyboard.press("u");
  await (await chosen).setFiles({ name: good.name, mimeType: "image/jpeg", buffer: good.image });
  await page.waitForSelector("#no-refused:not([hidden])", { timeout: WAIT_MS });
  const { pages } = await scanner.call("GET", `/books/${book.id}/pages`);
  assert.equal(pages.find((p) => p.ordinal === 1).file_name, good.name);
  assert.equal(pages.filter((p) => p.replaced_by).length, 1);
  assert.deepEqual(page.troubles, []);
});
