// Acceptance by sampling, by keyboard alone: a supervisor makes a lot, inspects its sample, sees what it states, and
// a second supervisor approves; a lot that is not accepted goes back with its reasons.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { here, sitDown, startBrowser, typeValue } from "../support/browser.mjs";
import { troublesOf } from "../support/legible.mjs";
import { Client, fixture, PEOPLE, readBook, startServer, typeByApi } from "../support/server.mjs";

const folder = process.env.SOHOA_SCREENSHOTS;
let server, browser, papers, book, second, lotPath;

before(async () => {
  if (folder) await mkdir(folder, { recursive: true });
  papers = await Promise.all(["extra/page_0001", "extra/page_0002", "pages/page_0001"].map(fixture));
  server = await startServer();
  browser = await startBrowser();
  book = await readBook(server, papers.slice(0, 2), "01");
  await finishByApi(2);
  second = await readBook(server, papers.slice(2), "02");
  await finishByApi(1);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Types and verifies what waits, as the papers say. */
async function finishByApi(entries) {
  const typist = await Client.logIn(server.url, PEOPLE.second);
  const verifier = await Client.logIn(server.url, PEOPLE.verifier);
  for (let i = 0; i < entries; i += 1) {
    const task = await typist.call("POST", "/tasks/next", { role: "typist" });
    const paper = papers[task.entry.book.number === "02" ? 2 : task.entry.page.ordinal - 1];
    await typeByApi(typist, paper.fields);
    const judged = await verifier.call("POST", "/tasks/next", { role: "verifier" });
    const fields = Object.fromEntries(judged.fields.map((f) => [f.key, { decision: "confirm" }]));
    await verifier.call("POST", `/entries/${judged.entry.id}/verdicts`, { fields });
  }
}

/** What really stands on the page in hand, by field. */
async function truth(page) {
  const words = await page.textContent("#task");
  const number = /Sổ KS (\d+)/.exec(words)[1];
  const paper = papers[number === "02" ? 2 : Number(/trang (\d+)/.exec(words)[1]) - 1];
  return Object.fromEntries(paper.fields.map((f) => [f.key, f.state === "written" ? f.text.normalize("NFC") : ""]));
}

/** Judges every field of the entry in hand by the paper; `spoil` is a field of which something else is read. */
async function inspectEntry(page, spoil = "") {
  await page.waitForSelector(".cell.here");
  const paper = await truth(page);
  for (let i = 0; i < 60 && (await here(page)) !== "finish"; i += 1) {
    const key = await here(page);
    const shown = await page.textContent(".cell.here .given");
    const right = key === spoil ? "Người khác hẳn" : paper[key];
    if (right === "" || shown === right) {
      await page.keyboard.press("Enter");
    } else {
      await page.keyboard.press("Delete");
      await typeValue(page, right);
      await page.keyboard.press("Enter");
    }
  }
}

async function picture(page, name) {
  assert.deepEqual(await page.evaluate(troublesOf), [], name);
  if (folder) await page.screenshot({ path: join(folder, `lots-${name}.png`) });
}

/** Tabs until the focus is on what fits. */
async function tabTo(page, fits) {
  for (let i = 0; i < 40; i += 1) {
    if (await page.evaluate(fits)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab never came there");
}

test("a supervisor makes a lot of a finished book by keyboard", async () => {
  const page = await sitDown(browser, server, PEOPLE.supervisor);
  await page.goto(`${server.url}/books/${book.id}`);
  await page.waitForSelector("#step a.button");
  await tabTo(page, () => document.activeElement?.matches("#step a.button"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#ready input:checked");
  await page.waitForSelector("#make:enabled");
  assert.match(await page.textContent("#plan-words"), /Lô 2 trường hợp: rút ngẫu nhiên 2, đạt nếu không quá 0 trường hợp sai\. Kiểm tra thường\./);
  await picture(page, "make");
  await tabTo(page, () => document.activeElement?.id === "make");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/lots\/[^/]+$/);
  lotPath = new URL(page.url()).pathname;
  await page.waitForSelector("#inspect:focus");
  await picture(page, "lot-open");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("the sample is inspected by keys alone, and who confirms without looking is sent back to look", async () => {
  const page = await sitDown(browser, server, PEOPLE.supervisor);
  await page.goto(`${server.url}${lotPath}`);
  await page.waitForSelector("#inspect:focus");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".cell.here");
  const words = await page.textContent("main");
  for (const person of [PEOPLE.second, PEOPLE.verifier]) assert.ok(!words.includes(person.name));
  for (let entry = 0; entry < 2; entry += 1) {
    const before = await page.textContent("#remaining");
    // First without looking: taken only where nothing was planted.
    for (let i = 0; i < 60 && (await here(page)) !== "finish"; i += 1) await page.keyboard.press("Enter");
    if (entry === 0) await picture(page, "inspect");
    const answer = page.waitForResponse((r) => /inspections\/[^/]+$/.test(r.url()) && !r.url().endsWith("/next"));
    await page.keyboard.press("Enter");
    if ((await answer).status() === 409) {
      await page.waitForSelector("#notice:not([hidden])");
      await picture(page, "overlooked");
      await inspectEntry(page);
      assert.match(await page.textContent("#sum"), / 1 ô sai/);
      const again = page.waitForResponse((r) => /inspections\/[^/]+$/.test(r.url()));
      await page.keyboard.press("Enter");
      assert.equal((await again).status(), 200);
    }
    if (entry === 0) await page.waitForFunction((text) => document.querySelector("#remaining")?.textContent !== text, before);
  }
  await page.waitForSelector("#statement:not([hidden])");
  assert.match(await page.textContent("#statement"), /Lô đạt.*Trường hợp sai: 0 trong 2/s);
  await picture(page, "accepted");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("a second supervisor approves, and the book goes out", async () => {
  const page = await sitDown(browser, server, PEOPLE.deputy);
  await page.goto(`${server.url}/books/${book.id}`);
  for (const words of ["Phê duyệt", "Bàn giao: lập tệp 158"]) {
    await page.waitForSelector(`#step button:has-text("${words}")`);
    await tabTo(page, () => document.activeElement?.matches("#step button"));
    await page.keyboard.press("Enter");
  }
  await page.waitForSelector("#deliveries a");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("a lot that is not accepted goes back, and who checks again is shown what was found", async () => {
  const deputy = await Client.logIn(server.url, PEOPLE.deputy);
  const lot = await deputy.call("POST", "/lots", { book_ids: [second.id] });
  const page = await sitDown(browser, server, PEOPLE.deputy);
  await page.goto(`${server.url}/lots/${lot.id}/inspect`);
  await inspectEntry(page, "me_ho_ten");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#findings tr");
  assert.match(await page.textContent("#statement"), /Lô không đạt/);
  assert.match(await page.textContent("#findings"), /Người khác hẳn/);
  await picture(page, "sent-back");
  await page.goto(`${server.url}/lots`);
  await page.waitForSelector("#lots tr");
  assert.match(await page.textContent("#lots"), /không đạt, đã trả lại/);
  await picture(page, "list");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
  const verifier = await sitDown(browser, server, PEOPLE.verifier);
  await verifier.waitForSelector(".cell[data-key=me_ho_ten] .mark");
  assert.match(await verifier.textContent(".cell[data-key=me_ho_ten] .mark"), /mẫu kiểm tra thấy ô này sai/);
  assert.ok(!(await verifier.textContent("#fields")).includes("Người khác hẳn"), "who checks again looks at the ink");
  await verifier.context().close();
});
