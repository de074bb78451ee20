import { html } from "../../core/html.js";
export function Review() { return html`<h1>Review</h1>`; }
