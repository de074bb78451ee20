// What a view shows while it is loading, empty or broken.
import { html } from "../core/html.js";
import { Icon } from "./icon.js";

export function EmptyState({ icon, title, children }) {
  return html`
    <div class="empty">
      <span class="empty-icon"><${Icon} name=${icon} size="28" /></span>
      <h2>${title}</h2>
      <div class="empty-text">${children}</div>
    </div>
  `;
}

export function ErrorState({ error, onRetry }) {
  const title = error.status === 0 ? "No connection" : "This could not be loaded";
  return html`
    <${EmptyState} icon="warning" title=${title}>
      <p dir="auto">${error.message}</p>
      ${onRetry && html`<button class="button" onClick=${onRetry}>Try again</button>`}
    <//>
  `;
}

export function Loading({ label = "Loading" }) {
  return html`<div class="loading" role="status"><span class="spinner"></span><span class="hidden">${label}</span></div>`;
}

// A view of something that is loaded by useLoad.
export function Loaded({ of, children }) {
  if (of.data) return children(of.data);
  if (of.error) return html`<${ErrorState} error=${of.error} onRetry=${of.reload} />`;
  return html`<${Loading} />`;
}

export function PageHead({ title, children, actions }) {
  return html`
    <header class="page-head">
      <div>
        <h1>${title}</h1>
        ${children && html`<div class="page-lead">${children}</div>`}
      </div>
      ${actions && html`<div class="page-actions">${actions}</div>`}
    </header>
  `;
}
