// Themes: what the pictures are about, each with a cover and a count.
import { thumbnailUrl } from "../../core/api/images.js";
import { getThemes } from "../../core/api/overview.js";
import { html } from "../../core/html.js";
import { count } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { EmptyState, Loaded, PageHead } from "../../parts/states.js";

export function Themes() {
  const themes = useLoad(getThemes, []);
  return html`
    <${PageHead} title="Themes">What your pictures are about.<//>
    <${Loaded} of=${themes}>
      ${({ themes: found }) => (found.length ? html`<ul class="themes">${found.map((theme) => html`<${Theme} key=${theme.theme} theme=${theme} />`)}</ul>` : html`<${NoThemes} />`)}
    <//>
  `;
}

function Theme({ theme }) {
  const number = `${count(theme.images)}${theme.capped ? "+" : ""}`;
  return html`
    <li>
      <a class="theme" href=${`/?q=${encodeURIComponent(`theme:${theme.theme}`)}`} aria-label=${`${theme.name}, ${number} pictures`}>
        <span class=${theme.covers.length >= 4 ? "theme-cover four" : "theme-cover"}>
          ${theme.covers.slice(0, theme.covers.length >= 4 ? 4 : 1).map((id) => html`<img key=${id} src=${thumbnailUrl(id)} alt="" loading="lazy" decoding="async" />`)}
        </span>
        <span class="theme-name">${theme.name}</span>
        <span class="muted number">${number}</span>
      </a>
    </li>
  `;
}

function NoThemes() {
  return html`
    <${EmptyState} icon="themes" title="No themes yet">
      <p>A theme appears when eight pictures have it. <a href="/">Add pictures</a></p>
    <//>
  `;
}
