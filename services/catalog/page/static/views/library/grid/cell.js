// One picture of the grid.
import { thumbnailUrl } from "../../../core/api/images.js";
import { classes, html, useEffect, useRef, useState } from "../../../core/html.js";
import { path } from "../../../core/router.js";
import { Icon } from "../../../parts/icon.js";
import { previewOf } from "../../uploads/queue.js";
import { ratioOf } from "./layout.js";
import { stackName } from "./stack.js";

const LONG_PRESS_MS = 450;
const MAX_TRIES = 3;
const RETRY_MS = 3000;

export function Cell({ picture, cell, index, height, isActive, isSelected, isSelecting, onPick, onOpen, onStack, onFocus }) {
  const press = useLongPress(() => onPick(picture.id, {}));
  const name = describe(picture);
  const onClick = (event) => {
    if (event.ctrlKey || event.metaKey) return undefined;
    if (!isSelecting && !event.shiftKey) return onOpen();
    event.preventDefault();
    return onPick(picture.id, { isRange: event.shiftKey });
  };
  const style = { left: `${cell.left}px`, width: `${cell.width}px`, height: `${height}px` };
  return html`
    <div
      role="gridcell"
      class=${classes("cell", { selected: isSelected, active: isActive })}
      aria-selected=${isSelected}
      style=${style}
      data-index=${index}
      data-id=${picture.id}
      ...${press}
    >
      <a
        class="cell-link"
        href=${path("pictures", picture.id)}
        tabindex=${isActive ? 0 : -1}
        aria-label=${name}
        draggable=${false}
        onClick=${onClick}
        onFocus=${onFocus}
      >
        <${Thumbnail} picture=${picture} width=${cell.width} />
        <span class="cell-caption" aria-hidden="true" dir="auto">${picture.tags[0]?.name}</span>
      </a>
      <button
        class="cell-pick"
        role="checkbox"
        aria-checked=${isSelected}
        aria-label=${`Select ${name}`}
        tabindex="-1"
        onClick=${(event) => onPick(picture.id, { isRange: event.shiftKey })}
      >
        <${Icon} name="check" size="16" />
      </button>
      ${picture.stack && html`
        <button
          class="cell-stack"
          aria-haspopup="dialog"
          aria-label=${`Show ${stackName(picture.stack)}`}
          title=${`${stackName(picture.stack)} (s)`}
          tabindex="-1"
          onClick=${() => onStack(picture)}
        >
          <${Icon} name="stack" size="16" />${picture.stack.size}
        </button>`}
    </div>
  `;
}

function Thumbnail({ picture, width }) {
  const [broken, setBroken] = useState(null);
  const [isLoaded, setLoaded] = useState(false);
  // Not every browser shows every type of file; the server's thumbnail is always a JPEG.
  const own = previewOf(picture.id);
  const preview = own === broken ? null : own;
  const source = preview ?? thumbnailUrl(picture.id);
  const tries = useRef(0);
  useEffect(() => {
    if (!broken || broken === own || tries.current >= MAX_TRIES) return undefined;
    tries.current += 1;
    const timer = setTimeout(() => setBroken(null), RETRY_MS);
    return () => clearTimeout(timer);
  }, [broken]);
  if (picture.status === "failed") {
    return html`<span class="cell-note bad"><${Icon} name="warning" /><span class="cell-why" dir="auto">${picture.error}</span></span>`;
  }
  if (source === broken || (picture.status === "queued" && !preview)) {
    return html`<span class=${classes("cell-note", { waiting: picture.status === "queued" })}><${Icon} name="library" /></span>`;
  }
  return html`
    <img
      class=${classes("cell-image", { loaded: isLoaded })}
      alt=""
      decoding="async"
      draggable=${false}
      ...${preview ? { src: preview, srcset: undefined } : sources(picture, width)}
      onLoad=${() => setLoaded(true)}
      onError=${() => setBroken(source)}
    />
    ${picture.status === "queued" && html`<span class="cell-queued"><span class="spinner small"></span>Waiting for tags</span>`}
  `;
}

// The small thumbnail, and the larger one for screens with more pixels. Sizes are of the longer side.
function sources(picture, width) {
  const share = Math.min(1, ratioOf(picture));
  const at = (size) => `${thumbnailUrl(picture.id, size)} ${Math.round(size * share)}w`;
  return { sizes: `${Math.round(width)}px`, srcset: `${at(320)}, ${at(640)}`, src: thumbnailUrl(picture.id) };
}

function describe(picture) {
  const name = describeAlone(picture);
  return picture.stack ? `${name}, ${stackName(picture.stack)}` : name;
}

function describeAlone(picture) {
  const tags = picture.tags.slice(0, 3).map((tag) => tag.name);
  if (picture.status === "failed") return `Failed: ${picture.error}`;
  if (tags.length) return tags.join(", ");
  return picture.filename || (picture.status === "queued" ? "Picture without tags yet" : "Picture without tags");
}

// A long touch selects, as there is no mouse to show the circle. The circle then appears under the
// finger, so the click that lifting it makes is not for anything in the cell.
function useLongPress(run) {
  const timer = useRef(null);
  const wasLong = useRef(false);
  const stop = () => clearTimeout(timer.current);
  return {
    onPointerDown: (event) => {
      wasLong.current = false;
      if (event.pointerType !== "touch") return;
      timer.current = setTimeout(() => {
        wasLong.current = true;
        run();
      }, LONG_PRESS_MS);
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    onPointerMove: (event) => (Math.abs(event.movementX) + Math.abs(event.movementY) > 8 ? stop() : undefined),
    onContextMenu: (event) => (wasLong.current ? event.preventDefault() : undefined),
    onClickCapture: (event) => {
      if (!wasLong.current) return;
      wasLong.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
