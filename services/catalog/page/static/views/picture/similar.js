// Pictures that look alike.
import { getSimilar, thumbnailUrl } from "../../core/api/images.js";
import { html } from "../../core/html.js";
import { percent } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { path } from "../../core/router.js";

const SHOWN = 12;

export function Similar({ id }) {
  const found = useLoad((signal) => getSimilar(id, SHOWN, signal), [id]);
  const images = found.data?.images ?? [];
  if (found.data && !images.length) return null;
  return html`
    <section class="side-section" aria-labelledby="similar-title">
      <h2 id="similar-title" class="side-title">Similar</h2>
      ${found.error && html`<p class="muted">${found.error.message}</p>`}
      <ul class="similar" aria-busy=${found.loading}>
        ${found.loading
          ? Array.from({ length: SHOWN }, (_, index) => html`<li key=${index} class="tile"></li>`)
          : images.map((image) => html`
              <li key=${image.id} class="tile">
                <a href=${path("pictures", image.id)} title=${`${percent(image.similarity ?? 0)} alike`} aria-label=${image.tags[0]?.name ?? "Similar picture"}>
                  <img src=${thumbnailUrl(image.id)} alt="" loading="lazy" decoding="async" />
                </a>
              </li>`)}
      </ul>
    </section>
  `;
}
