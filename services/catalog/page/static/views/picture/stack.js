// The other pictures of this one's stack.
import { getStack } from "../../core/api/images.js";
import { html } from "../../core/html.js";
import { useLoad } from "../../core/load.js";
import { StackTiles } from "../library/grid/stack.js";

export function Stack({ id }) {
  const found = useLoad((signal) => getStack(id, signal), [id]);
  const others = (found.data?.images ?? []).filter((image) => image.id !== id);
  if (!others.length) return null;
  return html`
    <section class="side-section" aria-labelledby="stack-title">
      <h2 id="stack-title" class="side-title">${found.data.why === "burst" ? "Same moment" : "Other versions"}</h2>
      <${StackTiles} images=${others} />
    </section>
  `;
}
