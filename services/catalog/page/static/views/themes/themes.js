import { html } from "../../core/html.js";
export function Themes() { return html`<h1>Themes</h1>`; }
