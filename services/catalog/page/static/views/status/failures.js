// Reasons why pictures failed, and retrying them.
import { listFailed, retryAll, retryImage } from "../../core/api/images.js";
import { html, useState } from "../../core/html.js";
import { countOf } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { path } from "../../core/router.js";
import { may } from "../../core/session.js";
import { Icon } from "../../parts/icon.js";
import { showError, showToast } from "../../parts/toasts.js";

const SHOWN = 8;

export function Failures({ failures, onRetried }) {
  const failed = useLoad((signal) => listFailed(SHOWN, undefined, signal), [JSON.stringify(failures)]);
  const [isBusy, setBusy] = useState(false);
  const run = async (work, text) => {
    setBusy(true);
    try {
      const answer = await work();
      showToast(text(answer));
      onRetried();
      failed.reload();
    } catch (error) {
      showError(error);
    }
    setBusy(false);
  };
  const again = (error) => run(() => retryAll(error), ({ images }) => `${countOf(images, "picture")} tried again`);
  const one = (id) => run(() => retryImage(id), () => "Tried again");
  return html`
    <section class="card" aria-labelledby="failures-title">
      <header class="card-head"><h2 id="failures-title">Failures</h2>
        ${failures.length > 0 && may("ingest") && html`<button class="button" disabled=${isBusy} onClick=${() => again(null)}><${Icon} name="refresh" size="18" />Try all again</button>`}</header>
      ${!failures.length && html`<p class="muted">No picture has failed.</p>`}
      <ul class="lines">
        ${failures.map((failure) => html`
          <li key=${failure.error} class="line"><span class="line-main"><span dir="auto">${failure.error}</span><span class="muted">${countOf(failure.images, "picture")}</span></span>
            ${may("ingest") && html`<button class="link-button" disabled=${isBusy} aria-label=${`Try again: ${failure.error}`} onClick=${() => again(failure.error)}>Try again</button>`}</li>`)}
      </ul>
      ${(failed.data?.images.length ?? 0) > 0 && html`
        <h3 class="side-subtitle">The newest</h3>
        <ul class="lines">
          ${failed.data.images.map((image) => html`
            <li key=${image.id} class="line"><a class="line-main clip" href=${path("pictures", image.id)} dir="auto">${image.filename ?? image.source_url ?? image.id}</a>
              ${may("ingest") && html`<button class="link-button" disabled=${isBusy} aria-label=${`Try ${image.filename ?? image.id} again`} onClick=${() => one(image.id)}>Try again</button>`}</li>`)}
        </ul>`}
    </section>
  `;
}
