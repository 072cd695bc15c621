// Nothing is lost: drafts reach the server within a second, survive a closed browser and a lost line.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { confirmAll, openDesk, sitDown, startBrowser, typeEntry, typeValue } from "../support/browser.mjs";
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

const NAME = "Hoàng Thị Ánh Tuyết";

test("what was typed is sent within a second and comes back in another browser", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  await page.locator("#f-nks_ho_ten").focus();
  const sent = page.waitForRequest((r) => r.url().endsWith("/draft") && r.postData().includes(NAME), { timeout: 1000 });
  await typeValue(page, NAME);
  assert.equal((await (await sent).response()).status(), 200);
  await page.waitForSelector("#saved[data-state=saved]");
  await page.locator("#f-me_ho_ten").focus();
  await page.keyboard.press("F6");
  await page.waitForTimeout(1000);
  await page.context().close();

  const again = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(again, server, "/type");
  assert.equal(await again.inputValue("#f-nks_ho_ten"), NAME);
  assert.equal(await again.getAttribute(".cell[data-key=me_ho_ten]", "data-state"), "illegible");
  assert.equal(await again.evaluate(() => document.activeElement.id), "f-me_ho_ten", "the place of work is not found again");
  await again.context().close();
});

test("a lost line is said quietly, typing goes on, and everything is sent when it is back", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  await page.context().setOffline(true);
  await page.locator("#f-cha_ho_ten").focus();
  await typeValue(page, "Giàng A Lử");
  await page.waitForSelector("#saved[data-state=offline]");
  assert.match(await page.textContent("#saved"), /ngoại tuyến \(1 đang chờ\)/);
  await page.keyboard.type(" Páo");
  assert.equal(await page.inputValue("#f-cha_ho_ten"), "Giàng A Lử Páo");
  assert.ok(await page.evaluate(() => Object.entries(localStorage).some(([, v]) => v.includes("Giàng A Lử Páo"))), "nothing is kept on this computer");
  const sent = page.waitForResponse((r) => r.url().endsWith("/draft") && r.request().postData().includes("Giàng A Lử Páo") && r.ok());
  await page.context().setOffline(false);
  await sent;
  await page.waitForSelector("#saved[data-state=saved]");
  assert.ok(await page.evaluate(() => Object.keys(localStorage).every((k) => !k.startsWith("sohoa.out."))), "what was sent is still kept here");
  await page.context().close();
});

test("an entry handed in without a line is sent later, exactly as typed", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  await typeEntry(page, paper.fields);
  await confirmAll(page);
  await page.waitForSelector("#saved[data-state=saved]");
  await page.context().setOffline(true);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#saved[data-state=offline]");
  const sent = page.waitForResponse((r) => r.url().endsWith("/keying") && r.ok());
  await page.context().setOffline(false);
  const response = await sent;
  assert.equal((await response.json()).state, "typed");
  const fields = response.request().postDataJSON().fields;
  for (const field of paper.fields) assert.equal(fields[field.key].text, field.text.normalize("NFC"), field.key);
  await page.waitForSelector("#saved[data-state=saved]", { state: "attached" });
  await page.context().close();
});
