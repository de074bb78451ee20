// Says that the server does not answer, until it does again.
import { connection } from "../../core/connection.js";
import { html } from "../../core/html.js";
import { useStore } from "../../core/store.js";
import { Icon } from "../../parts/icon.js";

export function Banner() {
  const { lost } = useStore(connection);
  return html`
    <div class="banner-place" role="status" aria-live="assertive">
      ${lost &&
      html`<div class="banner"><${Icon} name="warning" size="18" /> Connection lost. Trying again…</div>`}
    </div>
  `;
}
