// How each word of the search was interpreted, so that it can be corrected.
import { classes, html } from "../../core/html.js";
import { Icon } from "../../parts/icon.js";
import { quote } from "./query.js";

const HOW = {
  wordnet: "the nearest tag for this word",
  typo: "spelled a little differently",
  alias: "another name of this tag",
};

const IGNORED = "This word is left out of the search";

// Kinds of terms that are part of a text.
const OF_TEXT = ["tag", "unknown", "ignored"];

export function Understood({ query, state, onSearch }) {
  const { byText } = state;
  // The words of a text belong together; none of them is a tag.
  const terms = byText ? state.terms.filter((term) => !OF_TEXT.includes(term.kind)) : state.terms;
  if (!query || !(terms.length || byText)) return null;
  const without = (term) => onSearch(splice(query, term, ""));
  const instead = (term, name) => onSearch(splice(query, term, (term.negated ? "-" : "") + quote(name)));
  return html`
    <ul class="chips" aria-label="What the search understood">
      ${byText && html`<li class="chip by-text" title="Not every word is a tag, so pictures are compared with the whole text"><${Icon} name="spark" size="14" /><span>Looks like <q dir="auto">${byText}</q>, nearest first</span></li>`}
      ${terms.map((term) => html`
        <li key=${term.start} class=${classes("chip", { negated: term.negated, unknown: term.kind === "unknown", ignored: term.kind === "ignored" })}>
          <span dir="auto" title=${term.kind === "ignored" ? IGNORED : HOW[term.how]}>${labelOf(term)}</span>
          ${term.alternatives?.length > 0 && html`<${Alternatives} term=${term} onPick=${(name) => instead(term, name)} />`}
          <button class="chip-button" aria-label=${`Remove ${term.text}`} onClick=${() => without(term)}><${Icon} name="close" size="14" /></button>
        </li>
      `)}
    </ul>
  `;
}

function Alternatives({ term, onPick }) {
  return html`
    <select class="chip-select" aria-label=${`Another meaning of ${term.text}`} value="" onChange=${(event) => onPick(event.currentTarget.value)}>
      <option value="">${term.kind === "unknown" ? "meant…" : "or…"}</option>
      ${term.alternatives.map((tag) => html`<option value=${tag.name}>${tag.name}</option>`)}
    </select>
  `;
}

function labelOf(term) {
  if (term.kind === "unknown") return html`“${term.text}” is no tag`;
  if (term.kind === "ignored") return html`<s>${term.text}</s>`;
  if (term.kind !== "tag") return term.text;
  const name = term.name ?? term.tag;
  const isSame = term.text.replace(/^-/, "").replaceAll('"', "").toLowerCase() === name?.toLowerCase();
  const sign = term.negated ? "not " : "";
  return isSame || !name ? sign + (name ?? term.text) : html`${sign}<s>${term.text.replace(/^-/, "")}</s> ${name}`;
}

function splice(query, { start, end }, text) {
  return (query.slice(0, start) + text + query.slice(end)).replace(/\s+/g, " ").trim();
}
