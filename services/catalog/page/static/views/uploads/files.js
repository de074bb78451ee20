// Find the files in what was dropped or pasted, also inside folders.

const IGNORED = /^(\.|Thumbs\.db$|desktop\.ini$)/i;

// Read the entries before any await: the browser empties the list afterwards.
export async function filesOf(transfer) {
  const entries = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile())
    .filter(Boolean);
  const found = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

async function collect(entry, found) {
  if (entry instanceof File) return void found.push(entry);
  if (IGNORED.test(entry.name)) return undefined;
  if (entry.isFile) return void found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
  const reader = entry.createReader();
  // A reader gives a hundred entries at a time, and none at the end.
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) return undefined;
    for (const inner of part) await collect(inner, found);
  }
}

export function hasFiles(transfer) {
  return [...(transfer?.types ?? [])].includes("Files");
}
