// Which pictures are selected: by click, in ranges, or all that were found.
import { createStore } from "../../core/store.js";

const NOTHING = { ids: new Set(), anchor: null };

// anchor: where a range begins.
export const selection = createStore(NOTHING);

export function toggle(id) {
  selection.set(({ ids }) => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    return { ids: next, anchor: id };
  });
}

// Select everything between the anchor and a picture, both included.
export function selectRange(pictures, id) {
  const { ids, anchor } = selection.get();
  const from = pictures.findIndex((picture) => picture.id === anchor);
  const to = pictures.findIndex((picture) => picture.id === id);
  if (from < 0) return toggle(id);
  const [first, last] = from < to ? [from, to] : [to, from];
  const range = pictures.slice(first, last + 1).map((picture) => picture.id);
  return selection.set({ ids: new Set([...ids, ...range]), anchor });
}

export function selectAll(ids) {
  selection.set({ ids: new Set(ids), anchor: null });
}

export function clearSelection() {
  if (selection.get().ids.size) selection.set(NOTHING);
}
