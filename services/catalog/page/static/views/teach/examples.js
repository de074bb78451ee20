// The chosen pictures, and the dialog to choose more.
import { thumbnailUrl } from "../../core/api/images.js";
import { html, useState } from "../../core/html.js";
import { Icon } from "../../parts/icon.js";
import { Picker } from "./picker.js";

export function Examples({ title, ids, hint, onChange }) {
  const [isPicking, setPicking] = useState(false);
  return html`
    <fieldset class="examples">
      <legend>${title} ${ids.length > 0 && html`<span class="muted number">${ids.length}</span>`}</legend>
      <ul class="tiles">
        ${ids.map((id, index) => html`
          <li key=${id} class="tile removable">
            <img src=${thumbnailUrl(id)} alt=${`${title}, picture ${index + 1}`} loading="lazy" decoding="async" />
            <button class="tile-remove" aria-label=${`Take out picture ${index + 1}`} onClick=${() => onChange(ids.filter((other) => other !== id))}><${Icon} name="close" size="16" /></button>
          </li>`)}
        <li class="tile"><button class="tile-add" aria-label=${`${title}: choose pictures`} onClick=${() => setPicking(true)}><${Icon} name="plus" /></button></li>
      </ul>
      ${hint && html`<p class="muted">${hint}</p>`}
      ${isPicking && html`<${Picker} title=${title} chosen=${ids} onClose=${() => setPicking(false)} onDone=${(chosen) => {
        onChange(chosen);
        setPicking(false);
      }} />`}
    </fieldset>
  `;
}
