import { html } from "../../core/html.js";
export function Teach() { return html`<h1>Teach</h1>`; }
