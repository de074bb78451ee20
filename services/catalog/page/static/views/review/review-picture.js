// The picture in question, as large as the screen allows.
import { fileUrl, screenUrl } from "../../core/api/images.js";
import { html, useEffect, useState } from "../../core/html.js";

export function ReviewPicture({ item }) {
  const { image } = item;
  const [isBroken, setBroken] = useState(false);
  useEffect(() => setBroken(false), [image.id]);
  const alt = image.tags.slice(0, 4).map((tag) => tag.name).join(", ") || "Picture to review";
  const style = image.width ? { "--ratio": image.width / image.height } : {};
  return html`
    <div class="review-picture" style=${style}>
      <img key=${image.id} src=${isBroken ? fileUrl(image.id) : screenUrl(image.id)} alt=${alt} width=${image.width} height=${image.height} onError=${() => setBroken(true)} />
    </div>
  `;
}
