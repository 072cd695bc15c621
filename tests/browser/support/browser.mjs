// Debian's Chromium, driven by playwright-core; one context for each person, as if each had a computer.
import { chromium } from "playwright-core";
import { PASSWORD } from "./server.mjs";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const OFFICE_PC = { width: 1366, height: 768 };
export const LARGE = { width: 1920, height: 1080 };

/** Starts the browser. */
export function startBrowser() {
  return chromium.launch({ executablePath: process.env.SOHOA_CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** A page of a fresh browser in which `person` has logged in through the form. What goes wrong in it is kept. */
export async function sitDown(browser, server, person, viewport = OFFICE_PC) {
  const context = await browser.newContext({ viewport, locale: "vi-VN", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(String(error.stack)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) page.troubles.push(message.text());
  });
  await page.goto(`${server.url}/login`);
  await page.waitForSelector("#username:focus");
  await page.keyboard.type(person.username);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/login");
  return page;
}

/** Goes to a desk and waits for its entry; answers the entry's first line on the screen. */
export async function openDesk(page, server, path) {
  await page.goto(`${server.url}${path}`);
  await page.waitForSelector(".cell.here");
  return page.textContent("#task");
}

/** The key of the field that has the focus, or "finish" on the summary row. */
export function here(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    return at.closest("#finish") ? "finish" : at.closest(".cell")?.dataset.key ?? "";
  });
}

/** Everything of the field in hand is replaced by typing, key by key for ASCII, by insertion otherwise. */
export async function typeValue(page, text) {
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

/** Gives the field in hand its true value by keys alone. */
export async function typeTruth(page, field) {
  if (field.kind === "choice") {
    await tick(page, field);
  } else if (field.state === "written") {
    await typeValue(page, field.text);
  } else {
    await page.keyboard.press({ blank: "F4", illegible: "F6", torn: "F7" }[field.state]);
  }
}

async function tick(page, field) {
  const boxes = await page.$$eval(".cell.here input[type=checkbox]", (all) => all.map((b) => ({ on: b.checked, text: b.parentElement.querySelector("span").textContent })));
  const wanted = field.state === "written" ? field.text.split("; ") : [];
  for (const [i, box] of boxes.entries()) {
    if (box.on !== wanted.includes(box.text)) await page.keyboard.press(`Alt+${i + 1}`);
  }
}

/** Walks the whole entry from its first field and gives every field its truth; ends on the summary row. */
export async function typeEntry(page, fields) {
  await page.locator(".cell").first().locator("textarea, input").first().focus();
  for (const field of fields) {
    if ((await here(page)) !== field.key) throw new Error(`expected to stand on ${field.key}, not ${await here(page)}`);
    await typeTruth(page, field);
    await page.keyboard.press("ArrowDown");
  }
}

/** Presses Enter until the summary row is reached. */
export async function confirmAll(page) {
  for (let i = 0; i < 80; i += 1) {
    if ((await here(page)) === "finish") {
      const open = await page.$eval("#sum", (sum) => sum.classList.contains("look"));
      if (!open) return;
    }
    await page.keyboard.press("Enter");
  }
  throw new Error("Enter never came to the end of the entry");
}
