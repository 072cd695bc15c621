// A small check of what every screen owes its readers, run inside the page.

/** Sentences about what is wrong: sideways scrolling, controls without a name, text too faint. */
export function troublesOf() {
  const troubles = [];
  const room = document.documentElement.scrollWidth - innerWidth;
  if (room > 0) troubles.push(`the page scrolls ${room} px sideways`);

  const named = (el) => el.getAttribute("aria-label") || el.labels?.length || el.textContent.trim() || el.title;
  for (const el of document.querySelectorAll("input, select, textarea, button, a[href], progress")) {
    if (el.checkVisibility() && !named(el)) troubles.push(`no name: ${el.outerHTML.slice(0, 90)}`);
  }
  for (const img of document.querySelectorAll("img:not([alt])")) troubles.push(`no words for ${img.src}`);
  const ids = [...document.querySelectorAll("[id]")].map((el) => el.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) troubles.push(`the id ${id} stands twice`);

  const channels = (css) => (/rgba?\(([^)]+)\)/.exec(css)?.[1] ?? "0,0,0,0").split(/[ ,/]+/).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) === 1) return colour;
    }
    return [255, 255, 255];
  };
  for (const el of document.querySelectorAll("body *")) {
    const own = [...el.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
    if (!own || ["SCRIPT", "OPTION"].includes(el.tagName) || !el.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(el);
    const colour = channels(style.color);
    if ((colour[3] ?? 1) === 0) continue;
    const [a, b] = [light(colour), light(behind(el))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) troubles.push(`contrast ${contrast.toFixed(2)}: "${el.textContent.trim().slice(0, 40)}"`);
    const ratio = parseFloat(style.lineHeight) / parseFloat(style.fontSize);
    if (el.closest(".value, p, td, li") && ratio < 1.45) troubles.push(`line height ${ratio.toFixed(2)}: "${el.textContent.trim().slice(0, 40)}"`);
  }
  return [...new Set(troubles)];
}
