// The near-duplicates behind one picture of the grid.
import { getStack, thumbnailUrl } from "../../../core/api/images.js";
import { countOf } from "../../../core/format.js";
import { html } from "../../../core/html.js";
import { useLoad } from "../../../core/load.js";
import { path } from "../../../core/router.js";
import { Dialog } from "../../../parts/dialog.js";
import { Loaded } from "../../../parts/states.js";

// stack: {size, why}, of a picture's document.
export function stackName({ size, why }) {
  return why === "burst" ? countOf(size, "picture of one moment", "pictures of one moment") : countOf(size, "version of this picture", "versions of this picture");
}

export function StackDialog({ picture, onClose }) {
  const found = useLoad((signal) => getStack(picture.id, signal), [picture.id]);
  return html`
    <${Dialog} title=${stackName(picture.stack)} onClose=${onClose} className="stack-dialog">
      <${Loaded} of=${found}>${(data) => html`<${StackTiles} images=${data.images} />`}<//>
    <//>
  `;
}

export function StackTiles({ images }) {
  return html`
    <ul class="stack-tiles">
      ${images.map((image) => html`
        <li key=${image.id}>
          <a class="stack-tile" href=${path("pictures", image.id)}>
            <span class="tile"><img src=${thumbnailUrl(image.id)} alt="" loading="lazy" decoding="async" /></span>
            <span class="stack-size">${image.width} × ${image.height}</span>
            ${image.filename && html`<span class="stack-file" dir="auto">${image.filename}</span>`}
          </a>
        </li>`)}
    </ul>
  `;
}
