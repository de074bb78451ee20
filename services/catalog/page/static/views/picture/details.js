// Where a picture comes from and what it is.
import { html } from "../../core/html.js";
import { megapixels, moment } from "../../core/format.js";
import { path } from "../../core/router.js";

export function Details({ image }) {
  const size = image.width ? `${image.width} × ${image.height} · ${megapixels(image.width, image.height)}` : null;
  const rows = [
    ["Name", image.filename],
    ["Size", size && `${size}${image.format ? ` · ${image.format.toUpperCase()}` : ""}`],
    ["Added", moment(image.created_at)],
    ["Owner", image.owner && html`<a href=${path("owners", image.owner)} dir="auto">${image.owner}</a>`],
    ["Hashtags", image.hashtags.length > 0 && image.hashtags.map((word) => `#${word}`).join(" ")],
    ["From", image.source_url],
    ["Model", image.model && `version ${image.model}`],
  ];
  return html`
    <section class="side-section" aria-labelledby="details-title">
      <h2 id="details-title" class="side-title">Details</h2>
      <dl class="details">
        ${rows.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}
      </dl>
    </section>
  `;
}
