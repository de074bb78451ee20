// All corrections of a picture, the newest first.
import { html } from "../../core/html.js";
import { ago, moment, percent } from "../../core/format.js";
import { nameOf } from "./verdicts.js";

const SHOWN = 30;
const VERBS = { add: "added", remove: "removed", confirm: "confirmed", undo: "took back" };

export function History({ of }) {
  const corrections = of.data?.corrections ?? [];
  if (!corrections.length) return null;
  return html`
    <section class="side-section" aria-labelledby="history-title">
      <h2 id="history-title" class="side-title">History</h2>
      <ol class="history">
        ${corrections.slice(0, SHOWN).map((one) => html`
          <li key=${one.id}>
            <span><strong dir="auto">${nameOf(one.user)}</strong> ${VERBS[one.verdict]} <em dir="auto">${one.name}</em></span>
            <span class="muted" title=${moment(one.created_at)}>${ago(one.created_at)}${one.confidence !== null && one.confidence !== undefined ? ` · the model said ${percent(one.confidence)}` : ""}</span>
          </li>`)}
      </ol>
      ${corrections.length > SHOWN && html`<p class="muted">and ${corrections.length - SHOWN} earlier</p>`}
    </section>
  `;
}
