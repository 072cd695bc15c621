// The main journey: a scanned page goes in, a record that two people agreed on comes out.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { confirmAll, here, openDesk, sitDown, startBrowser, typeEntry } from "../support/browser.mjs";
import { Client, fixture, PEOPLE, startServer, values } from "../support/server.mjs";
import { readRows } from "../support/workbook.mjs";

const OFFICE = "Ủy ban nhân dân xã Vĩnh Ngọc";
let server, browser, paper, bookUrl, entryId;

before(async () => {
  paper = await fixture("extra/page_0001");
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test("the scanning centre opens a book and sends a page, which is read", async () => {
  const page = await sitDown(browser, server, PEOPLE.scanner);
  assert.equal(new URL(page.url()).pathname, "/books");
  await page.selectOption("#kind", "KS");
  await page.fill("#number", "01");
  await page.fill("#year_opened", "2017");
  await page.fill("#office", OFFICE);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/books\/.+/);
  bookUrl = page.url();
  await page.setInputFiles("#files", paper.path);
  await page.waitForSelector(".upload[data-state=done]");
  await page.waitForSelector("#pages tr[data-state=read]", { timeout: 120_000 });

  await page.setInputFiles("#files", paper.path);
  await page.waitForSelector(".upload[data-state=already]");
  assert.match(await page.textContent(".upload[data-state=already] .words"), /đã có sẵn ở đây: trang 1/);
  assert.equal(await page.locator("#pages tr").count(), 1);

  await page.setInputFiles("#files", { name: "../khong-phai-anh.jpg", mimeType: "image/jpeg", buffer: Buffer.from("chỉ là chữ") });
  await page.waitForSelector(".upload[data-state=refused]");
  assert.match(await page.textContent(".upload[data-state=refused] .words"), /^\p{Lu}.*\.$/u);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("a typist gives every field its value", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  const asked = page.waitForRequest((r) => r.url().endsWith("/keying"));
  await openDesk(page, server, "/type");
  await typeEntry(page, paper.fields);
  await confirmAll(page);
  await page.keyboard.press("Enter");
  const request = await asked;
  entryId = /entries\/([^/]+)\/keying/.exec(request.url())[1];
  const sent = request.postDataJSON().fields;
  for (const field of paper.fields) {
    assert.deepEqual([sent[field.key].state, sent[field.key].text], [field.state, field.text.normalize("NFC")], field.key);
  }
  await page.waitForSelector("#blank:not([hidden])");
  assert.match(await page.textContent("#blank"), /Hết việc/);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("who typed an entry is neither offered it to verify nor allowed to", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await page.goto(`${server.url}/verify`);
  await page.waitForSelector("#blank:not([hidden])");
  assert.match(await page.textContent("#blank"), /không còn trường hợp nào chờ bạn kiểm tra/);
  const answer = await page.evaluate(async ({ id, keys }) => {
    const fields = Object.fromEntries(keys.map((key) => [key, { decision: "confirm" }]));
    const response = await fetch(`/api/v1/entries/${id}/verdicts`, { method: "POST", headers: { "X-Sohoa": "1", "Content-Type": "application/json", "Accept-Language": "vi" }, body: JSON.stringify({ fields }) });
    return { status: response.status, error: (await response.json()).error };
  }, { id: entryId, keys: paper.fields.map((f) => f.key) });
  assert.equal(answer.status, 403);
  assert.equal(answer.error.code, "same_person");
  assert.match(answer.error.message, /\.$/);
  await page.context().close();
});

test("another person verifies it: everything shown, then one key", async () => {
  const page = await sitDown(browser, server, PEOPLE.verifier);
  assert.equal(new URL(page.url()).pathname, "/verify");
  await page.waitForSelector(".cell.here");
  const shown = await page.$$eval(".cell", (cells) => Object.fromEntries(cells.map((c) => [c.dataset.key, c.querySelector(".given").textContent])));
  for (const field of paper.fields) {
    assert.equal(shown[field.key], field.state === "written" ? field.text.normalize("NFC") : "trống trên sổ", field.key);
  }
  let presses = 0;
  while ((await here(page)) !== "finish") {
    await page.keyboard.press("Control+Enter");
    await page.waitForTimeout(60);
    presses += 1;
    assert.ok(presses < 20, "Ctrl+Enter never reached the end");
  }
  assert.ok(presses > 1, "one key confirmed fields that had not been on the screen");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#blank:not([hidden])");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("a lot is accepted, the supervisor approves and delivers; the workbook holds the truth of the page", async () => {
  await acceptByApi();
  const page = await sitDown(browser, server, PEOPLE.supervisor);
  await page.goto(bookUrl);
  for (const step of ["Phê duyệt", "Bàn giao: lập tệp 158"]) {
    await page.click(`#step button:has-text("${step}")`);
  }
  const download = page.waitForEvent("download");
  await page.click("#deliveries a");
  const rows = readRows(await readFile(await (await download).path()));
  assert.equal(rows.length, 1);
  for (const [column, text] of Object.entries(expectedCells(paper.fields))) {
    assert.equal(rows[0].get(column), text, column);
  }
  assert.equal(await page.textContent("#book-state"), "đã bàn giao");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

/** The book as a lot, inspected by somebody who knows the page; the screens of that are in lots.test.mjs. */
async function acceptByApi() {
  const deputy = await Client.logIn(server.url, PEOPLE.deputy);
  const lot = await deputy.call("POST", "/lots", { book_ids: [bookUrl.split("/").at(-1)] });
  const task = await deputy.call("POST", `/lots/${lot.id}/inspections/next`, {});
  const fields = Object.fromEntries(Object.entries(values(paper.fields)).map(([key, { state, text }]) => [key, { decision: "replace", state, text }]));
  const outcome = await deputy.call("POST", `/lots/${lot.id}/inspections/${task.entry.id}`, { fields });
  assert.equal(outcome.state, "accepted");
}

/** Columns that hold a field as the register says it, by hand from the Ministry's layout. */
const AS_WRITTEN = {
  nksHoTen: "nks_ho_ten", nksNgaySinhBangChu: "nks_ngay_sinh_bang_chu", nksNoiSinh: "nks_noi_sinh", nksQueQuan: "nks_que_quan", nksDanToc: "nks_dan_toc", nksQuocTich: "nks_quoc_tich", nksSoDinhDanh: "nks_so_dinh_danh",
  meHoTen: "me_ho_ten", meDanToc: "me_dan_toc", meQuocTich: "me_quoc_tich", meNoiCuTru: "me_noi_cu_tru",
  chaHoTen: "cha_ho_ten", chaDanToc: "cha_dan_toc", chaQuocTich: "cha_quoc_tich", chaNoiCuTru: "cha_noi_cu_tru",
  nycHoTen: "nyc_ho_ten", nguoiThucHien: "nguoi_thuc_hien", trangSo: "trang_so",
};
const DATES = { ngayDangKy: "ngay_dang_ky", nksNgaySinh: "nks_ngay_sinh", meNgaySinh: "me_nam_sinh", chaNgaySinh: "cha_nam_sinh" };

function expectedCells(fields) {
  const text = (key) => fields.find((f) => f.key === key).text.normalize("NFC");
  const cells = { STT: "1", noiDangKy: OFFICE, nksGioiTinh: { nam: "1", "nữ": "2" }[text("nks_gioi_tinh").toLowerCase()] };
  for (const [column, key] of Object.entries(AS_WRITTEN)) cells[column] = text(key);
  for (const [column, key] of Object.entries(DATES)) cells[column] = dotted(text(key));
  return cells;
}

/** A date as the import wants it: 05.03.2018; a year alone stays. */
function dotted(date) {
  return date.match(/\d+/g).map((part) => part.padStart(2, "0")).join(".");
}
