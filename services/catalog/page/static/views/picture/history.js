// Everything that people said of a picture, the newest first.
import { html } from "../../core/html.js";
import { ago, moment, percent } from "../../core/format.js";
import { nameOf } from "./words.js";

const SHOWN = 30;
const VERBS = { add: "added", remove: "removed", confirm: "confirmed", undo: "took back" };

export function History({ of }) {
  const said = of.data?.corrections ?? [];
  if (!said.length) return null;
  return html`
    <section class="side-section" aria-labelledby="history-title">
      <h2 id="history-title" class="side-title">History</h2>
      <ol class="history">
        ${said.slice(0, SHOWN).map((word) => html`
          <li key=${word.id}>
            <span><strong dir="auto">${nameOf(word.user)}</strong> ${VERBS[word.verdict]} <em dir="auto">${word.name}</em></span>
            <span class="muted" title=${moment(word.created_at)}>${ago(word.created_at)}${word.confidence !== null && word.confidence !== undefined ? ` · the model said ${percent(word.confidence)}` : ""}</span>
          </li>`)}
      </ol>
      ${said.length > SHOWN && html`<p class="muted">and ${said.length - SHOWN} earlier</p>`}
    </section>
  `;
}
