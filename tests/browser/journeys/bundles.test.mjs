// A file of many pages at the scanning centre: its pages come out; one of which nothing came out can be given up
// with a reason, tried again, or sent again. With SOHOA_SCREENSHOTS=FOLDER also pictures.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LARGE, OFFICE_PC, sitDown, startBrowser } from "../support/browser.mjs";
import { Client, PEOPLE, startServer } from "../support/server.mjs";
import { troublesOf } from "../support/legible.mjs";

const WAIT_MS = 120_000;
const folder = process.env.SOHOA_SCREENSHOTS;
let server, browser, book, tiff;

before(async () => {
  if (folder) await mkdir(folder, { recursive: true });
  tiff = await readFile(new URL("../../fixtures/formats/three_pages.tif", import.meta.url));
  server = await startServer();
  browser = await startBrowser();
  const scanner = await Client.logIn(server.url, PEOPLE.scanner);
  book = await scanner.call("POST", "/books", { kind: "KS", year_opened: 2017, number: "07", office: "Ủy ban nhân dân xã Vĩnh Ngọc" });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** Puts a file on the book's list of which nothing came out, as an earlier unpacking would have left it. */
function leaveRefused(id, name, sha256) {
  const insert = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
db.execute("INSERT INTO bundle (id, book_id, sha256, file_name, mime, size_bytes, state, reject_code, created_at) VALUES (?, ?, ?, ?, 'image/tiff', 9, 'refused', 'file_too_hard', 0)", sys.argv[2:])
db.commit()`;
  execFileSync("python3", ["-c", insert, join(server.data, "sohoa.db"), id, book.id, sha256, name]);
}

async function picture(page, name) {
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
  assert.deepEqual(await page.evaluate(troublesOf), []);
}

for (const size of [OFFICE_PC, LARGE]) {
  test(`files of many pages at ${size.width}×${size.height}`, async () => {
    const own = createHash("sha256").update(tiff).digest("hex");
    const large = size === LARGE;
    leaveRefused(`b1-${size.width}`, "Sổ khai sinh 2017 quyển 07 (bản quét lại lần hai).pdf", large ? "b".repeat(64) : "a".repeat(64));
    if (!large) leaveRefused("b2", "quyển 07.tif", own);
    const page = await sitDown(browser, server, PEOPLE.scanner, size);
    await page.goto(`${server.url}/books/${book.id}`);
    const failed = page.locator(`li[data-bundle="b1-${size.width}"]`);
    await failed.locator(".reason").waitFor();
    assert.match(await failed.locator(".reason").textContent(), /Không tách được tệp này/);
    await picture(page, `bundles-refused-${size.width}`);

    await failed.getByText("Bỏ tệp này").click();
    await page.keyboard.press("Enter");
    await failed.getByText("Ghi một lý do ngắn").waitFor();
    await page.keyboard.insertText("đã tải lại từng trang");
    await picture(page, `bundles-why-${size.width}`);
    await page.keyboard.press("Enter");
    await page.locator(`li[data-bundle="b1-${size.width}"][data-state=dismissed]`).waitFor();
    assert.match(await failed.textContent(), /Lý do bỏ: đã tải lại từng trang/);

    if (!large) {
      // The same content again is a new try, with the pages in its wake.
      await page.setInputFiles("#files", [{ name: "quyển 07.tif", mimeType: "image/tiff", buffer: tiff }]);
      await page.locator("li[data-bundle=b2][data-state=unpacked]").waitFor({ timeout: WAIT_MS });
      await page.waitForSelector("#pages tr:nth-child(3)");
    }
    await page.setInputFiles("#files", [
      { name: "có mật khẩu.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 hỏng") },
      { name: "quyển 07.tif", mimeType: "image/tiff", buffer: tiff },
    ]);
    await page.waitForSelector(".upload[data-state=refused]");
    await page.waitForSelector(".upload[data-state=already]");
    await picture(page, `bundles-${size.width}`);
    await failed.getByText("Thử lại").click();
    await page.locator(`li[data-bundle="b1-${size.width}"][data-state=received]`).waitFor();
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
}
