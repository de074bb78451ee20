// Pictures that would get the tag, the surest first, and those that would just miss it.
import { thumbnailUrl } from "../../core/api/images.js";
import { html } from "../../core/html.js";
import { count, percent } from "../../core/format.js";
import { Icon } from "../../parts/icon.js";
import { ErrorState, Loading } from "../../parts/states.js";

export function Preview({ preview, onWrong, onRight }) {
  const { data, error, loading } = preview;
  if (error) return html`<${ErrorState} error=${error} />`;
  if (!data) return html`<${Loading} label="Looking for pictures" />`;
  const number = `${count(data.images)}${data.capped ? "+" : ""}`;
  return html`
    <section class="preview" aria-label="Preview" aria-busy=${loading}>
      <h2><span role="status">It would tag <span class="number">${number}</span> other ${data.images === 1 ? "picture" : "pictures"}</span></h2>
      ${data.note && html`<p class="muted">${data.note}</p>`}
      <ul class="preview-tiles">
        ${data.found.map((one) => html`<${Found} key=${one.image.id} one=${one} label="Wrong" icon="close" onClick=${() => onWrong(one.image.id)} />`)}
      </ul>
      ${data.borderline.length > 0 && html`
        <h3>Less likely</h3>
        <p class="muted">Add what belongs to it.</p>
        <ul class="preview-tiles">
          ${data.borderline.map((one) => html`<${Found} key=${one.image.id} one=${one} label="Shows it" icon="plus" onClick=${() => onRight(one.image.id)} />`)}
        </ul>`}
    </section>
  `;
}

function Found({ one, label, icon, onClick }) {
  const name = one.image.tags[0]?.name ?? "picture";
  return html`
    <li class="preview-tile">
      <img src=${thumbnailUrl(one.image.id)} alt=${name} loading="lazy" decoding="async" />
      <span class="tile-share number">${percent(one.confidence)}</span>
      <button class="tile-action" aria-label=${`${label}: ${name}`} onClick=${onClick}><${Icon} name=${icon} size="16" />${label}</button>
    </li>
  `;
}
