// A small bar for a share between 0 and 1, beside a word or a number.
import { html } from "../core/html.js";

export function Meter({ value, tone = "" }) {
  return html`<span class=${`meter ${tone}`} aria-hidden="true"><span class="meter-fill" style=${{ width: `${Math.round(value * 100)}%` }}></span></span>`;
}
