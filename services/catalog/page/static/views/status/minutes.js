// Pictures tagged in each of the last 60 minutes, as bars.
import { html } from "../../core/html.js";
import { countOf } from "../../core/format.js";

const WIDTH = 600;
const HEIGHT = 72;

export function Minutes({ minutes }) {
  const highest = Math.max(...minutes, 1);
  const width = WIDTH / minutes.length;
  const total = minutes.reduce((sum, value) => sum + value, 0);
  return html`
    <figure class="minutes">
      <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${`${countOf(total, "picture")} tagged in the last hour`}>
        ${minutes.map((value, index) => {
          const height = Math.max((value / highest) * HEIGHT, 1.5);
          return html`<rect key=${index} class=${value ? "minute" : "minute none"} x=${index * width + 1} y=${HEIGHT - height} width=${width - 2} height=${height} rx="1.5" />`;
        })}
      </svg>
      <figcaption class="muted"><span>An hour ago</span><span>${countOf(total, "picture")} tagged in this hour</span><span>Now</span></figcaption>
    </figure>
  `;
}
