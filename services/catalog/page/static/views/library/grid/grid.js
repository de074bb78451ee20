// The grid of pictures. Only the rows near the screen are in the document.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../../core/html.js";
import { navigate, path } from "../../../core/router.js";
import { Cell } from "./cell.js";
import { justify, neighbour, rowsBetween } from "./layout.js";

const WIDE = 560;
const GAP = 4;
const SCREENS_AROUND = 1;
const SCREENS_AHEAD = 6;

// dayOf: a picture's heading, or null. onReady: the grid has its height, so that the document can be
// scrolled. onNear: the end of what is loaded comes near.
export function Grid({ pictures, label, selected, dayOf = null, onPick, onOpen = () => {}, onStack = () => {}, onReady = () => {}, onNear = () => {}, onClear = () => {} }) {
  const element = useRef(null);
  const width = useWidth(element);
  const view = useView(element);
  const [active, setActive] = useState(0);
  const isWide = width >= WIDE;
  const { rows, height } = useMemo(
    () => justify(pictures, { width, rowHeight: isWide ? 220 : 118, gap: isWide ? GAP : 2, dayOf }),
    [pictures, width, dayOf],
  );
  const around = view.height * SCREENS_AROUND;
  const shown = width ? rowsBetween(rows, view.top - around, view.top + view.height + around) : [];
  const isNear = view.top + view.height * (1 + SCREENS_AHEAD) > height;
  useEffect(() => {
    if (width && isNear) onNear();
  }, [isNear, pictures, width]);
  useLayoutEffect(() => {
    if (width) onReady();
  }, [width > 0, onReady]);
  useAnchor(element, pictures, rows);

  const move = (index, { extend = false } = {}) => {
    const next = Math.min(Math.max(index, 0), pictures.length - 1);
    if (extend && !selected.has(pictures[active].id)) onPick(pictures[active].id, {});
    setActive(next);
    if (extend) onPick(pictures[next].id, { isRange: true });
    reveal(element.current, rows, next);
  };
  const onKeyDown = (event) => {
    const step = STEPS[event.key]?.(active, rows, pictures.length);
    if (step !== undefined) move(step, { extend: event.shiftKey });
    else if (event.key === "x" && !event.ctrlKey && !event.metaKey) onPick(pictures[active].id, {});
    else if (event.key === "X") onPick(pictures[active].id, { isRange: true });
    else if (event.key === " ") onPick(pictures[active].id, { isRange: event.shiftKey });
    else if (event.key === "s" && !event.ctrlKey && !event.metaKey && pictures[active].stack) onStack(pictures[active]);
    else if (event.key === "Enter" && selected.size) navigate(path("pictures", pictures[active].id));
    else if (event.key === "Escape" && selected.size) onClear();
    else return;
    event.preventDefault();
  };
  return html`
    <div
      ref=${element}
      class="grid"
      role="grid"
      aria-label=${label}
      aria-multiselectable="true"
      aria-rowcount=${rows.length}
      style=${{ height: `${height}px` }}
      onKeyDown=${onKeyDown}
    >
      ${shown.map((row) =>
        row.cells
          ? html`
              <div key=${row.key} role="row" class="grid-row" aria-rowindex=${rows.indexOf(row) + 1} style=${{ transform: `translateY(${row.top}px)`, height: `${row.height}px` }}>
                ${row.cells.map(
                  (cell) => html`
                    <${Cell}
                      key=${pictures[cell.index].id}
                      picture=${pictures[cell.index]}
                      cell=${cell}
                      index=${cell.index}
                      height=${row.height}
                      isActive=${cell.index === Math.min(active, pictures.length - 1)}
                      isSelected=${selected.has(pictures[cell.index].id)}
                      isSelecting=${selected.size > 0}
                      onPick=${onPick}
                      onOpen=${onOpen}
                      onStack=${onStack}
                      onFocus=${() => setActive(cell.index)}
                    />
                  `,
                )}
              </div>
            `
          : html`
              <div key=${row.key} role="row" class="grid-day" aria-rowindex=${rows.indexOf(row) + 1} style=${{ transform: `translateY(${row.top}px)`, height: `${row.height}px` }}>
                <div class="day-name" role="rowheader">${row.heading}</div>
              </div>
            `,
      )}
    </div>
  `;
}

const STEPS = {
  ArrowLeft: (index) => index - 1,
  ArrowRight: (index) => index + 1,
  ArrowUp: (index, rows) => neighbour(rows, index, -1),
  ArrowDown: (index, rows) => neighbour(rows, index, 1),
  Home: () => 0,
  End: (_index, _rows, length) => length - 1,
};

// The picture that the keys moved to last: only it gets the focus.
let wanted = null;

// Scroll a picture into view and give it the focus, once its row is in the document.
function reveal(grid, rows, index) {
  wanted = index;
  const row = rows.find((some) => some.cells?.some((cell) => cell.index === index));
  if (!row) return;
  const box = grid.getBoundingClientRect();
  const top = box.top + row.top;
  const head = document.querySelector(".library-head")?.getBoundingClientRect().bottom ?? 0;
  const foot = document.querySelector(".tabbar")?.offsetHeight ?? 0;
  const below = top + row.height - (window.innerHeight - foot - 12);
  if (top < head + 8) window.scrollBy(0, top - head - 8);
  else if (below > 0) window.scrollBy(0, below);
  const focus = (tries) => {
    if (wanted !== index) return;
    const link = grid.querySelector(`[data-index="${index}"] .cell-link`);
    if (link) link.focus({ preventScroll: true });
    else if (tries) requestAnimationFrame(() => focus(tries - 1));
  };
  requestAnimationFrame(() => focus(20));
}

function useWidth(element) {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element.current);
    setWidth(Math.floor(element.current.clientWidth));
    return () => observer.disconnect();
  }, []);
  return width;
}

// The part of the grid on the screen, in steps of a quarter of a screen.
function useView(element) {
  const [view, setView] = useState({ top: 0, height: window.innerHeight });
  useLayoutEffect(() => {
    const look = () => {
      if (!element.current) return;
      const step = Math.max(1, Math.floor(window.innerHeight / 4));
      const top = Math.floor(-element.current.getBoundingClientRect().top / step) * step;
      const height = window.innerHeight;
      setView((old) => (old.top === top && old.height === height ? old : { top, height }));
    };
    look();
    window.addEventListener("scroll", look, { passive: true });
    window.addEventListener("resize", look);
    return () => {
      window.removeEventListener("scroll", look);
      window.removeEventListener("resize", look);
    };
  }, []);
  return view;
}

// Pictures that arrive above do not move the pictures on the screen.
function useAnchor(element, pictures, rows) {
  const last = useRef(null);
  useLayoutEffect(() => {
    const before = last.current;
    const top = element.current.getBoundingClientRect().top;
    if (before && before.pictures !== pictures && top < -100) {
      const now = before.id && topOf(rows, pictures, before.id);
      if (now !== null && now !== undefined && now !== before.top) window.scrollBy(0, now - before.top);
    }
  }, [pictures, rows]);
  useEffect(() => {
    const note = () => {
      const at = -(element.current?.getBoundingClientRect().top ?? 0);
      const row = rowsBetween(rows, at, at + 400).find((some) => some.cells);
      const id = row && pictures[row.cells[0].index]?.id;
      last.current = { pictures, id, top: row?.top };
    };
    note();
    window.addEventListener("scroll", note, { passive: true });
    return () => window.removeEventListener("scroll", note);
  }, [pictures, rows]);
}

function topOf(rows, pictures, id) {
  return rows.find((row) => row.cells?.some((cell) => pictures[cell.index].id === id))?.top ?? null;
}
