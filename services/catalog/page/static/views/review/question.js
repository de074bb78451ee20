// "Is this a …?" with the answers, and how many questions this picture still has.
import { html } from "../../core/html.js";
import { percent } from "../../core/format.js";
import { Icon } from "../../parts/icon.js";
import { TagInput } from "../../parts/tag-input.js";

const WHY = {
  uncertain: "The model is unsure",
  disputed: "People and the model disagree",
  held: "Held back until someone confirms it",
  rare: "There are few examples of this tag",
};

export function Question({ item, position, isTyping, canUndo, actions }) {
  const suggestion = item.suggestions[position];
  return html`
    <section class="question" aria-label="Question">
      <p class="question-why">
        <span>${WHY[suggestion.why] ?? ""}</span>
        <span class="dots" aria-label=${`Question ${position + 1} of ${item.suggestions.length}`} role="img">
          ${item.suggestions.map((_, index) => html`<span key=${index} class=${index === position ? "dot on" : index < position ? "dot done" : "dot"}></span>`)}
        </span>
      </p>
      <p class="question-text" role="status">Does this show <strong dir="auto">${suggestion.name}</strong>?</p>
      <p class="muted" title=${percent(suggestion.confidence, 1)}>The model gives it ${percent(suggestion.confidence)}</p>
      <div class="answers">
        <${Answer} tone="no" icon="close" label="No" hint="n" onClick=${actions.no} />
        <${Answer} tone="yes" icon="check" label="Yes" hint="y" onClick=${actions.yes} />
      </div>
      ${isTyping
        ? html`<div class="question-type"><${TagInput} label="What does it show?" autofocus onPick=${actions.type} onEscape=${actions.stopTyping} /></div>`
        : html`
            <div class="answers quiet">
              <${Answer} label="Type a tag" hint="t" onClick=${actions.startTyping} />
              <${Answer} label="Undo" hint="z" disabled=${!canUndo} onClick=${actions.undo} />
              <${Answer} label="Skip" hint="→" onClick=${actions.skip} />
            </div>`}
    </section>
  `;
}

function Answer({ tone = "", icon, label, hint, disabled = false, onClick }) {
  return html`
    <button class=${`answer ${tone}`} disabled=${disabled} aria-keyshortcuts=${hint === "→" ? "ArrowRight" : hint} onClick=${onClick}>
      ${icon && html`<${Icon} name=${icon} />`}<span>${label}</span><kbd aria-hidden="true">${hint}</kbd>
    </button>
  `;
}
