import { html } from "../../core/html.js";
export function Owners() { return html`<h1>Owners</h1>`; }
