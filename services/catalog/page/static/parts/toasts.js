// Short messages at the bottom of the page, some with an undo button.
import { html } from "../core/html.js";
import { createStore, useStore } from "../core/store.js";
import { Icon } from "./icon.js";

const SHOWN_MS = 7000;
const MAX_SHOWN = 3;
const toasts = createStore([]);
let lastId = 0;

// action: {label, run}. tone: "plain" or "bad".
export function showToast(text, { action = null, tone = "plain" } = {}) {
  const id = ++lastId;
  toasts.set((old) => [...old.slice(1 - MAX_SHOWN), { id, text, action, tone }]);
  setTimeout(() => dropToast(id), action ? SHOWN_MS * 1.5 : SHOWN_MS);
}

// Show the error of an action that a click started.
export function showError(error) {
  if (error.name === "AbortError" || error.status === 401) return;
  showToast(error.message, { tone: "bad" });
}

function dropToast(id) {
  toasts.set((old) => old.filter((toast) => toast.id !== id));
}

export function Toasts() {
  const shown = useStore(toasts);
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${shown.map(
        (toast) => html`
          <div key=${toast.id} class=${`toast ${toast.tone}`}>
            <span class="toast-text" dir="auto">${toast.text}</span>
            ${toast.action &&
            html`<button class="link-button" onClick=${() => run(toast)}>${toast.action.label}</button>`}
            <button class="icon-button small" aria-label="Dismiss" onClick=${() => dropToast(toast.id)}>
              <${Icon} name="close" size="16" />
            </button>
          </div>
        `,
      )}
    </div>
  `;
}

function run(toast) {
  dropToast(toast.id);
  toast.action.run();
}
