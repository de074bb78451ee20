import { html } from "../../core/html.js";
export function Status() { return html`<h1>Status</h1>`; }
