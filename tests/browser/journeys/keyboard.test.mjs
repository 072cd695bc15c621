// Nothing needs the mouse: states, alternatives, undo, walking, help, and where the focus is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { here, openDesk, sitDown, startBrowser, typeValue } from "../support/browser.mjs";
import { fixture, PEOPLE, readBook, startServer } from "../support/server.mjs";

let server, browser;

before(async () => {
  const papers = await Promise.all(["extra/page_0001", "extra/page_0002"].map(fixture));
  server = await startServer();
  browser = await startBrowser();
  await readBook(server, papers);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Whether the element with the focus is marked by an outline, a border or its cell. */
function focusIsVisible(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return false;
    const style = getComputedStyle(at);
    const marked = at.closest(".cell.here, .finish.here") || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || at.closest("label:has(:focus-visible)");
    const box = at.getBoundingClientRect();
    return Boolean(marked) && box.bottom > 0 && box.top < innerHeight;
  });
}

test("states, undo and the way back, each by its key", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  await page.locator("#f-nks_ho_ten").focus();
  await typeValue(page, "Vàng A Pó");
  for (const [key, state, words] of [["F4", "blank", "trống trên sổ"], ["F6", "illegible", "không đọc được"], ["F7", "torn", "rách, mất"]]) {
    await page.keyboard.press(key);
    assert.equal(await page.getAttribute(".cell.here", "data-state"), state);
    assert.equal(await page.getAttribute("#f-nks_ho_ten", "placeholder"), words);
    await page.keyboard.press("Control+z");
    assert.equal(await page.inputValue("#f-nks_ho_ten"), "Vàng A Pó", `${key} is not undone`);
    assert.equal(await page.getAttribute(".cell.here", "data-state"), "written");
  }
  await page.keyboard.press("ArrowDown");
  assert.equal(await here(page), "nks_ngay_sinh");
  await page.keyboard.press("Shift+Enter");
  assert.equal(await here(page), "nks_ho_ten");

  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Enter");
  assert.equal(await here(page), "nks_ho_ten", "an empty field was confirmed");
  assert.match(await page.textContent("#p-nks_ho_ten"), /Ô này chưa có chữ/);
  await page.keyboard.type("Vang");
  assert.ok(await page.isHidden("#p-nks_ho_ten"));
  await page.context().close();
});

test("an alternative is taken by Alt and its digit, and taken back", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  const key = await page.evaluate(() => [...document.querySelectorAll(".cell")].find((c) => c.querySelector(".alternatives button"))?.dataset.key);
  assert.ok(key, "no field offers an alternative");
  await page.locator(`#f-${key}`).focus();
  const first = await page.textContent(".cell.here .alternatives button span");
  const before = await page.inputValue(`#f-${key}`);
  await page.keyboard.press("Alt+1");
  assert.equal(await page.inputValue(`#f-${key}`), first);
  await page.keyboard.press("Control+z");
  assert.equal(await page.inputValue(`#f-${key}`), before);
  await page.context().close();
});

test("a whole entry by keys alone, the focus visible at every step; F9 repeats the entry before", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  await page.keyboard.press("F1");
  assert.ok(await page.isVisible("dialog[open]"));
  await page.keyboard.press("Escape");
  for (let i = 0; i < 80; i += 1) {
    assert.ok(await focusIsVisible(page), `the focus is not visible on ${await here(page)}`);
    const at = await here(page);
    if (at === "finish") break;
    const input = page.locator(`#f-${at}`);
    if ((await input.count()) && (await input.inputValue()) === "" && (await page.getAttribute(".cell.here", "data-state")) === "written") await page.keyboard.type("Thu");
    await page.keyboard.press("Enter");
  }
  assert.equal(await here(page), "finish");
  const office = await page.inputValue("#f-nks_noi_sinh");
  const first = await page.textContent("#task");
  await page.keyboard.press("Enter");
  await page.waitForFunction((old) => document.querySelector("#task").textContent !== old && document.querySelector(".cell.here"), first);
  await page.locator("#f-nks_noi_sinh").focus();
  await page.keyboard.press("F9");
  assert.equal(await page.inputValue("#f-nks_noi_sinh"), office);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("Tab reaches everything in the bar, and log-out works by Enter", async () => {
  const page = await sitDown(browser, server, PEOPLE.scanner);
  await page.goto(`${server.url}/books`);
  const seen = [];
  for (let i = 0; i < 30; i += 1) {
    await page.keyboard.press("Tab");
    assert.ok(await focusIsVisible(page));
    seen.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim()));
    if (seen.at(-1) === "log-out") break;
  }
  assert.equal(seen.at(-1), "log-out", seen.join(", "));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/login/);
  await page.goto(`${server.url}/books`);
  assert.equal(new URL(page.url()).pathname, "/login");
  await page.context().close();
});
