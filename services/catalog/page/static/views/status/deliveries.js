// Deliveries to other systems, and sending failed ones again.
import { getDeliveries, replay } from "../../core/api/overview.js";
import { html } from "../../core/html.js";
import { ago, count } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { may } from "../../core/session.js";
import { showError, showToast } from "../../parts/toasts.js";

const NONE = Promise.resolve({ deliveries: [] });

export function Deliveries({ summary }) {
  // Addresses of receivers can be secrets: permission to read pictures is not enough.
  const failed = useLoad((signal) => (may("admin") ? getDeliveries("failed", signal) : NONE), [summary.failed]);
  const again = (id) => replay(id).then(() => {
    showToast("Sent again");
    failed.reload();
  }, showError);
  const list = failed.data?.deliveries ?? [];
  return html`
    <section class="card" aria-labelledby="deliveries-title">
      <header class="card-head"><h2 id="deliveries-title">Deliveries</h2></header>
      <ul class="lines">
        <li class="line"><span class="line-main">Delivered today</span><span class="number">${count(summary.delivered_today)}</span></li>
        <li class="line"><span class="line-main">On their way</span><span class="number">${count(summary.pending)}</span></li>
        <li class="line"><span class="line-main">Given up</span><span class="number">${count(summary.failed)}</span></li>
      </ul>
      ${list.length > 0 && html`
        <h3 class="side-subtitle">Given up</h3>
        <ul class="lines">
          ${list.map((delivery) => html`
            <li key=${delivery.id} class="line"><span class="line-main"><span class="clip" dir="auto">${delivery.type} to ${delivery.url ?? delivery.endpoint ?? "a callback"}</span><span class="muted" dir="auto">${delivery.error ?? delivery.last_error ?? ""} · ${ago(delivery.created_at)}</span></span>
              <button class="link-button" onClick=${() => again(delivery.id)}>Send again</button></li>`)}
        </ul>`}
    </section>
  `;
}
