// Fields of many entries that read the same, put together: how many at once and for how long at least depends on
// the risk. A value that the machine reads otherwise, or that something contradicts, is looked at in its entry.

/** What nobody doubts is shown in large groups, what the machine was unsure of in small ones. */
const CALM = { most: 60, msEach: 100 };
const DOUBTFUL = { most: 12, msEach: 350 };
/** Fewer than this are looked at in their entries. */
const LEAST = 3;

const riskOf = (field) => (field.attention ? DOUBTFUL : CALM);
const isAlike = (field) => !field.machine_differs && !field.hint && field.reason !== "unread" && field.kind !== "choice";

/**
 * Groups out of tasks (`{entry, fields}`); `isOpen(entryId, key)` says which fields still want a verdict. Each group:
 * `{kind, label, value, most, msEach, items: [{entryId, page, field}]}`, calm ones and large ones first.
 */
export function groupsOf(tasks, isOpen) {
  const alike = new Map();
  for (const { entry, fields } of tasks) {
    if (entry.by_hand) continue;
    for (const field of fields) {
      if (!isAlike(field) || !isOpen(entry.id, field.key)) continue;
      const name = JSON.stringify([field.kind, field.value.state, field.value.text, field.attention]);
      if (!alike.has(name)) alike.set(name, []);
      alike.get(name).push({ entryId: entry.id, page: entry.page, field });
    }
  }
  return [...alike.values()].flatMap(parts).sort((a, b) => a.msEach - b.msEach || b.items.length - a.items.length);
}

/** Groups of equal size out of items that read the same. */
function parts(items) {
  const [{ field }] = items;
  const { most, msEach } = riskOf(field);
  const count = Math.ceil(items.length / most);
  const size = Math.ceil(items.length / count);
  if (size < LEAST) return [];
  const labels = [...new Set(items.map((item) => item.field.label))];
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size))
    .filter((some) => some.length >= LEAST)
    .map((some) => ({ label: labels.slice(0, 2).join(", ") + (labels.length > 2 ? " …" : ""), value: field.value, msEach, items: some }));
}
