// The progress of uploads: overall, file by file, and refused files.
import { html, useState } from "../../core/html.js";
import { count, countOf } from "../../core/format.js";
import { useStore } from "../../core/store.js";
import { Icon } from "../../parts/icon.js";
import { clearUploads, stopUploads, uploads } from "./queue.js";

const SHOWN_PROBLEMS = 50;
// With more pictures the list has its full height at once, so that Stop does not move while it fills.
const SHORT_LIST = 8;

export function UploadTray() {
  const state = useStore(uploads);
  const [isOpen, setOpen] = useState(true);
  const { total, done, refused, active, problems, paused } = state;
  if (!total) return null;
  const isBusy = done + refused < total;
  const share = (done + refused + active.reduce((sum, job) => sum + job.progress, 0)) / total;
  return html`
    <section class="tray" aria-label="Uploads">
      <header class="tray-head">
        <button class="tray-title" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
          <span role="status">${titleOf(state, isBusy)}</span><${Icon} name="down" size="16" />
        </button>
        ${isBusy
          ? html`<button class="link-button" onClick=${stopUploads}>Stop</button>`
          : html`<button class="icon-button small" aria-label="Close uploads" onClick=${clearUploads}><${Icon} name="close" size="16" /></button>`}
      </header>
      ${isBusy && html`<progress class="bar" max="1" value=${Math.min(share, 1)} aria-label="Uploaded"></progress>`}
      ${isOpen && (isBusy || problems.length > 0) && html`
        <ul class=${isBusy && total > SHORT_LIST ? "tray-list full" : "tray-list"}>
          ${paused && html`<li class="tray-item muted">Waiting for the connection</li>`}
          ${active.map((job) => html`
            <li class="tray-item"><span class="clip" dir="auto">${job.name}</span>
              <progress class="bar small" max="1" value=${job.progress} aria-label=${`Uploaded of ${job.name}`}></progress></li>`)}
          ${problems.slice(-SHOWN_PROBLEMS).reverse().map((problem) => html`
            <li class="tray-item problem-item"><${Icon} name="warning" size="16" />
              <span><span class="clip" dir="auto">${problem.name}</span><span class="muted" dir="auto">${problem.reason}</span></span></li>`)}
        </ul>
      `}
    </section>
  `;
}

function titleOf({ total, done, known, refused }, isBusy) {
  if (isBusy) return `Adding ${count(done + refused)} of ${countOf(total, "picture")}`;
  const parts = done - known || !known ? [`${countOf(done - known, "picture")} added`] : [];
  if (known) parts.push(`${count(known)} already there`);
  if (refused) parts.push(`${count(refused)} refused`);
  return parts.join(", ");
}
