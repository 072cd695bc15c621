// Two people differ, a third settles it; nobody sees names, and the third is nobody of the two.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { here, openDesk, sitDown, startBrowser, typeValue } from "../support/browser.mjs";
import { Client, fixture, PEOPLE, readBook, startServer, typeByApi } from "../support/server.mjs";

let server, browser, paper, entryId;

before(async () => {
  paper = await fixture("extra/page_0002");
  server = await startServer();
  browser = await startBrowser();
  await readBook(server, [paper]);
  entryId = await typeByApi(await Client.logIn(server.url, PEOPLE.typist), paper.fields);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Goes down to a field with the arrow keys. */
async function walkTo(page, key) {
  for (let i = 0; i < 60 && (await here(page)) !== key; i += 1) await page.keyboard.press("ArrowDown");
  assert.equal(await here(page), key);
}

test("a verifier rejects one field and gives another value for a second", async () => {
  const page = await sitDown(browser, server, PEOPLE.verifier);
  await page.waitForSelector(".cell.here");
  await walkTo(page, "me_ho_ten");
  await page.keyboard.press("Delete");
  await walkTo(page, "cha_ho_ten");
  await page.keyboard.press("F2");
  await typeValue(page, "Lò Văn Sừ");
  await page.keyboard.press("Enter");
  assert.equal(await page.getAttribute(".cell[data-key=me_ho_ten]", "data-decision"), "reject");
  assert.equal(await page.getAttribute(".cell[data-key=cha_ho_ten]", "data-decision"), "replace");
  for (let i = 0; i < 20 && (await here(page)) !== "finish"; i += 1) {
    await page.keyboard.press("Control+Enter");
    await page.waitForTimeout(60);
  }
  assert.match(await page.textContent("#sum"), /1 sai · 1 ghi khác – sẽ chuyển người thứ ba phân xử/);
  const answer = page.waitForResponse((r) => r.url().endsWith("/verdicts"));
  await page.keyboard.press("Enter");
  assert.equal((await (await answer).json()).state, "disputed");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("the third person sees only the disputed fields, without names, and settles them by keys", async () => {
  const page = await sitDown(browser, server, PEOPLE.supervisor);
  await openDesk(page, server, "/dispute");
  const keys = await page.$$eval(".cell", (cells) => cells.map((c) => c.dataset.key));
  assert.deepEqual(keys, ["me_ho_ten", "cha_ho_ten"]);
  const words = await page.textContent("#fields");
  for (const person of [PEOPLE.typist, PEOPLE.verifier]) assert.ok(!words.includes(person.name));

  const truth = (key) => paper.fields.find((f) => f.key === key).text.normalize("NFC");
  assert.equal(await here(page), "me_ho_ten");
  await typeValue(page, truth("me_ho_ten"));
  await page.keyboard.press("Enter");
  assert.equal(await here(page), "cha_ho_ten");
  const candidates = await page.$$eval(".cell.here .candidate .value", (all) => all.map((c) => c.textContent));
  assert.ok(candidates.includes("Lò Văn Sừ") && candidates.includes(truth("cha_ho_ten")), candidates.join(" | "));
  await page.keyboard.press(`Alt+${candidates.indexOf(truth("cha_ho_ten")) + 1}`);
  await page.keyboard.press("Enter");
  assert.equal(await here(page), "finish");
  const request = page.waitForRequest((r) => r.url().endsWith("/adjudication"));
  const answer = page.waitForResponse((r) => r.url().endsWith("/adjudication"));
  await page.keyboard.press("Enter");
  assert.equal((await request).postDataJSON().fields.cha_ho_ten.text, truth("cha_ho_ten"));
  assert.equal((await (await answer).json()).state, "adjudicated");
  const supervisor = await Client.logIn(server.url, PEOPLE.supervisor);
  const { entry } = await supervisor.call("GET", `/entries/${entryId}`);
  assert.equal(entry.state, "adjudicated");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
