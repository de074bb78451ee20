import { html } from "../../core/html.js";
export function Dial() { return html`<h1>Dial</h1>`; }
