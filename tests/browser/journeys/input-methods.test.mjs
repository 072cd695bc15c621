// Vietnamese input methods: composing ones (ibus, macOS, TSF) and UniKey, which sends backspaces and then the new
// letters. In both, what is handed in is exactly what the clerk meant.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { confirmAll, here, openDesk, sitDown, startBrowser } from "../support/browser.mjs";
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

/** Stands on a field of text with nothing in it. */
async function emptyField(page, key) {
  await page.locator(`#f-${key}`).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
}

/** The Enter that an input method keeps for itself, as Chromium reports it. */
async function composedEnter(cdp) {
  for (const type of ["rawKeyDown", "keyUp"]) {
    await cdp.send("Input.dispatchKeyEvent", { type, key: "Process", code: "Enter", windowsVirtualKeyCode: 229 });
  }
}

/** Composes a word: the preedit grows and changes, then is committed. */
async function compose(cdp, steps, word) {
  for (const text of steps) await cdp.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  await cdp.send("Input.insertText", { text: word });
}

/**
 * UniKey in VNI or Telex: after letters that stand already, a burst of backspaces and the marked letters, as fast as
 * the queue takes them, without waiting for the page in between.
 */
async function resend(cdp, backspaces, letters) {
  const sent = [];
  for (let i = 0; i < backspaces; i += 1) {
    for (const type of ["rawKeyDown", "keyUp"]) sent.push(cdp.send("Input.dispatchKeyEvent", { type, key: "Backspace", code: "Backspace", windowsVirtualKeyCode: 8 }));
  }
  for (const letter of letters) {
    sent.push(cdp.send("Input.dispatchKeyEvent", { type: "keyDown", key: letter, text: letter, unmodifiedText: letter, windowsVirtualKeyCode: 231 }));
    sent.push(cdp.send("Input.dispatchKeyEvent", { type: "keyUp", key: letter, windowsVirtualKeyCode: 231 }));
  }
  await Promise.all(sent);
}

async function handedIn(page) {
  const asked = page.waitForRequest((r) => r.url().endsWith("/keying"));
  for (const key of await page.$$eval(".cell", (cells) => cells.map((c) => c.dataset.key))) {
    // What the machine left empty is said to be blank, so that the entry can be handed in.
    const input = page.locator(`#f-${key}`);
    if ((await input.count()) && (await input.inputValue()) === "" && (await page.getAttribute(`.cell[data-key=${key}]`, "data-state")) === "written") {
      await input.focus();
      await page.keyboard.press("F4");
    }
  }
  await page.locator(".cell textarea").first().focus();
  await confirmAll(page);
  await page.keyboard.press("Enter");
  return (await asked).postDataJSON().fields;
}

test("composition: keys of the input method neither confirm nor change anything, and no letter is lost or doubled", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  const cdp = await page.context().newCDPSession(page);
  await emptyField(page, "nks_ho_ten");

  await compose(cdp, ["N", "Ng", "Ngu", "Nguy", "Nguye", "Nguyê", "Nguyên", "Nguyễn"], "Nguyễn");
  await page.keyboard.press("Space");
  await cdp.send("Input.imeSetComposition", { text: "Thị", selectionStart: 3, selectionEnd: 3 });
  await composedEnter(cdp);
  assert.equal(await here(page), "nks_ho_ten", "the Enter of a composition moved on");
  for (const [key, code] of [["F4", 115], ["F6", 117]]) {
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key, code: key, windowsVirtualKeyCode: code });
    assert.equal(await page.getAttribute(".cell.here", "data-state"), "written", `${key} acted while composing`);
  }
  await cdp.send("Input.insertText", { text: "Thị" });
  await page.keyboard.press("Space");
  // Letters as base letter and combining marks, as some input methods send them.
  await compose(cdp, ["Phu", "Phu\u031b"], "Phu\u031bo\u031b\u0323ng");
  assert.equal(await page.inputValue("#f-nks_ho_ten"), "Nguyễn Thị Phu\u031bo\u031b\u0323ng", "the input was rewritten while typing");

  await emptyField(page, "me_ho_ten");
  await compose(cdp, ["H", "H'", "H'H", "H'He", "H'Hen"], "H'Hen");
  await page.keyboard.press("Space");
  await compose(cdp, ["Ni", "Niê"], "Niê");

  const sent = await handedIn(page);
  assert.equal(sent.nks_ho_ten.text, "Nguyễn Thị Phượng");
  assert.equal(sent.me_ho_ten.text, "H'Hen Niê");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test("UniKey: backspaces and letters sent again come through whole, digits and all", async () => {
  const page = await sitDown(browser, server, PEOPLE.typist);
  await openDesk(page, server, "/type");
  const cdp = await page.context().newCDPSession(page);

  // Telex: "Trần Thị Phượng Quyên" with the marks typed at the end of each word.
  await emptyField(page, "nks_ho_ten");
  await page.keyboard.type("Tran");
  await resend(cdp, 2, "ân");
  await resend(cdp, 2, "ần");
  await page.keyboard.type(" Thi");
  await resend(cdp, 1, "ị");
  await page.keyboard.type(" Phuong");
  await resend(cdp, 4, "ương");
  await resend(cdp, 3, "ợng");
  await page.keyboard.type(" Quyen");
  await resend(cdp, 2, "ên");
  // Told to stand on VNI: plain digits are letters' marks or digits, never commands.
  await emptyField(page, "me_ho_ten");
  await page.keyboard.type("Le");
  await resend(cdp, 1, "ê");
  await page.keyboard.type(" Thi");
  await resend(cdp, 1, "ị");
  await page.keyboard.type(" Huo2");
  await resend(cdp, 3, "ườ");
  await page.keyboard.type("ng");
  await emptyField(page, "nks_so_dinh_danh");
  await page.keyboard.type("001317123459");
  assert.equal(await here(page), "nks_so_dinh_danh", "a digit acted as a key");

  // Long texts in one burst, ending right before Enter.
  await emptyField(page, "nks_que_quan");
  for (const word of ["xã", "Vĩnh", "Ngọc,", "huyện", "Đông", "Anh"]) {
    await page.keyboard.type(`${word.normalize("NFD").replace(/\p{M}/gu, "").replace("Đ", "D")}`);
    await resend(cdp, [...word].length, word);
    await page.keyboard.press("Space");
  }
  await page.keyboard.press("Enter");

  const sent = await handedIn(page);
  assert.equal(sent.nks_ho_ten.text, "Trần Thị Phượng Quyên");
  assert.equal(sent.me_ho_ten.text, "Lê Thị Hường");
  assert.equal(sent.nks_so_dinh_danh.text, "001317123459");
  assert.equal(sent.nks_que_quan.text, "xã Vĩnh Ngọc, huyện Đông Anh");
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
