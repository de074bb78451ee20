// A justified grid: rows of one height that fill the width, from the pictures' stored sizes.

const MIN_RATIO = 0.45;
const MAX_RATIO = 3.2;
// Shown until a picture's size is known.
const USUAL_RATIO = 4 / 3;
// The last row keeps the usual height if it would have to grow more than this.
const MAX_GROWTH = 1.35;
const DAY_HEIGHT = 52;
const FIRST_DAY_HEIGHT = 36;

export function ratioOf(picture) {
  const ratio = picture.width && picture.height ? picture.width / picture.height : USUAL_RATIO;
  return Math.min(Math.max(ratio, MIN_RATIO), MAX_RATIO);
}

// pictures: in order. width, rowHeight, gap: CSS pixels. dayOf: a picture's heading, or null.
// Returns {rows, height}; a row is {key, top, height, heading} or {key, top, height, cells},
// a cell {index, left, width}.
export function justify(pictures, { width, rowHeight, gap, dayOf = null }) {
  const rows = [];
  let top = 0;
  let row = [];
  let ratios = 0;
  let heading = null;

  const close = (isLast) => {
    if (!row.length) return;
    const free = width - gap * (row.length - 1);
    const filled = free / ratios;
    const height = isLast && filled > rowHeight * MAX_GROWTH ? rowHeight : filled;
    rows.push({ key: `row-${row[0].index}`, top, height, cells: place(row, height, gap) });
    top += height + gap;
    row = [];
    ratios = 0;
  };

  pictures.forEach((picture, index) => {
    const label = dayOf?.(picture) ?? null;
    if (label !== heading) {
      close(true);
      heading = label;
      const height = rows.length ? DAY_HEIGHT : FIRST_DAY_HEIGHT;
      rows.push({ key: `day-${label}`, top, height, heading: label });
      top += height;
    }
    const ratio = ratioOf(picture);
    row.push({ index, ratio });
    ratios += ratio;
    if (ratios * rowHeight + gap * (row.length - 1) >= width) close(false);
  });
  close(true);
  return { rows, height: Math.max(0, top - gap) };
}

function place(row, height, gap) {
  let left = 0;
  return row.map(({ index, ratio }) => {
    const cell = { index, left, width: ratio * height };
    left += cell.width + gap;
    return cell;
  });
}

// The rows that lie between two heights.
export function rowsBetween(rows, from, to) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].top + rows[middle].height < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < rows.length && rows[end].top <= to) end += 1;
  return rows.slice(low, end);
}

// The picture above or below another: the one whose middle is nearest in the next row of pictures.
export function neighbour(rows, index, step) {
  const here = rows.findIndex((row) => row.cells?.some((cell) => cell.index === index));
  if (here < 0) return index;
  const cell = rows[here].cells.find((some) => some.index === index);
  let next = here + step;
  while (rows[next] && !rows[next].cells) next += step;
  if (!rows[next]) return index;
  const middle = cell.left + cell.width / 2;
  const distance = (some) => Math.abs(some.left + some.width / 2 - middle);
  return rows[next].cells.reduce((best, some) => (distance(some) < distance(best) ? some : best)).index;
}
