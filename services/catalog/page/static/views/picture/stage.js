// The picture itself: fitted to the screen, zoomed by wheel, double click, fingers or keys.
import { fileUrl, screenUrl, thumbnailUrl } from "../../core/api/images.js";
import { html, useLayoutEffect, useRef, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { Icon } from "../../parts/icon.js";
import { previewOf } from "../uploads/queue.js";

const MAX_ZOOM = 8;
const STEP = 1.5;
const FITTED = { zoom: 1, x: 0, y: 0 };

export function Stage({ image }) {
  const frame = useRef(null);
  const [view, setView] = useState(FITTED);
  const [isOriginal, setOriginal] = useState(false);
  const zoomBy = (factor, point) => setView((old) => zoomed(old, factor, point));
  useWheel(frame, zoomBy);
  const drag = useDrag(view, setView);
  useKeys({ "+": () => zoomBy(STEP), "=": () => zoomBy(STEP), "-": () => zoomBy(1 / STEP), 0: () => setView(FITTED) });
  const preview = previewOf(image.id);
  if (image.status !== "tagged" && !preview) {
    return html`<div class="stage-frame"><span class="stage-none"><${Icon} name=${image.status === "failed" ? "warning" : "library"} size="40" /></span></div>`;
  }
  const onDoubleClick = (event) => (view.zoom > 1 ? setView(FITTED) : zoomBy(2.5, pointIn(frame.current, event)));
  return html`
    <div ref=${frame} class=${view.zoom > 1 ? "stage-frame zoomed" : "stage-frame"} onDblClick=${onDoubleClick} ...${drag}>
      <${Rendition} image=${image} preview=${preview} isOriginal=${isOriginal} view=${view} />
    </div>
    <div class="stage-zoom">
      ${view.zoom > 1 && !isOriginal && image.status === "tagged" &&
      html`<button class="button on-stage" onClick=${() => setOriginal(true)}>Load the original</button>`}
      <button class="icon-button on-stage" aria-label="Zoom out" title="Zoom out (−)" disabled=${view.zoom <= 1} onClick=${() => zoomBy(1 / STEP)}><${Icon} name="zoomOut" /></button>
      <button class="icon-button on-stage" aria-label="Zoom in" title="Zoom in (+)" disabled=${view.zoom >= MAX_ZOOM} onClick=${() => zoomBy(STEP)}><${Icon} name="zoomIn" /></button>
    </div>
  `;
}

// The thumbnail lies under the larger rendition until that is there.
function Rendition({ image, preview, isOriginal, view }) {
  const [isBroken, setBroken] = useState(false);
  const [isLoaded, setLoaded] = useState(false);
  const large = isOriginal || isBroken ? fileUrl(image.id) : screenUrl(image.id);
  const source = image.status === "tagged" ? large : preview;
  const style = { transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` };
  const alt = image.tags.slice(0, 4).map((tag) => tag.name).join(", ") || image.filename || "Picture";
  return html`
    <div class="stage-picture" style=${style}>
      ${image.status === "tagged" && !isLoaded && html`<img class="stage-image under" src=${preview ?? thumbnailUrl(image.id)} alt="" draggable=${false} />`}
      <img class="stage-image" src=${source} alt=${alt} width=${image.width} height=${image.height} draggable=${false} onLoad=${() => setLoaded(true)} onError=${() => setBroken(true)} />
    </div>
  `;
}

// Zoom so that the point stays where it is. point: from the middle of the frame, in pixels.
function zoomed(view, factor, point = { x: 0, y: 0 }) {
  const zoom = Math.min(Math.max(view.zoom * factor, 1), MAX_ZOOM);
  if (zoom === 1) return FITTED;
  const growth = zoom / view.zoom;
  return { zoom, x: point.x - (point.x - view.x) * growth, y: point.y - (point.y - view.y) * growth };
}

function pointIn(frame, event) {
  const box = frame.getBoundingClientRect();
  return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
}

function useWheel(frame, zoomBy) {
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const listen = (event) => {
      event.preventDefault();
      zoomBy(Math.exp(-event.deltaY / 300), pointIn(element, event));
    };
    element.addEventListener("wheel", listen, { passive: false });
    return () => element.removeEventListener("wheel", listen);
  }, [frame.current]);
}

// One pointer moves, two pinch.
function useDrag(view, setView) {
  const pointers = useRef(new Map());
  const spread = () => {
    const [one, other] = [...pointers.current.values()];
    return Math.hypot(one.x - other.x, one.y - other.y);
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event) => {
      const before = pointers.current.get(event.pointerId);
      if (!before) return;
      const now = { x: event.clientX, y: event.clientY };
      const wide = pointers.current.size === 2 ? spread() : 0;
      pointers.current.set(event.pointerId, now);
      if (wide) setView((old) => zoomed(old, spread() / wide));
      else if (view.zoom > 1) setView((old) => ({ ...old, x: old.x + now.x - before.x, y: old.y + now.y - before.y }));
    },
    onPointerUp: (event) => pointers.current.delete(event.pointerId),
    onPointerCancel: (event) => pointers.current.delete(event.pointerId),
  };
}
