// The tags of a picture: confidence, who gave it, why; one click confirms, removes or adds.
import { correct, undoBatch } from "../../core/api/corrections.js";
import { html, useState } from "../../core/html.js";
import { may } from "../../core/session.js";
import { showError, showToast } from "../../parts/toasts.js";
import { TagInput } from "../../parts/tag-input.js";
import { splitImplied } from "../../parts/implied.js";
import { RemovedTag, TagRow } from "./tag-row.js";
import { lastVerdicts } from "./verdicts.js";

export function Tags({ image, corrections, onTags, onUndone }) {
  const [isBusy, setBusy] = useState(false);
  const { own, implied } = splitImplied(image.tags);
  const verdicts = lastVerdicts(corrections);
  const shown = new Set(image.tags.map((tag) => tag.tag));
  const removed = [...verdicts.entries()].filter(([slug, users]) => !shown.has(slug) && users.some((one) => one.verdict === "remove"));

  const say = async (change, text) => {
    setBusy(true);
    try {
      const { tags, batch } = await correct(image.id, change);
      onTags(tags);
      const undo = () => undoBatch(batch).then(onUndone, showError);
      showToast(text, { action: batch ? { label: "Undo", run: undo } : null });
    } catch (error) {
      showError(error);
    }
    setBusy(false);
  };
  const actions = {
    confirm: (tag) => say({ confirm: [tag.tag] }, `Confirmed “${tag.name}”`),
    remove: (tag) => say({ remove: [tag.tag] }, `Removed “${tag.name}”`),
  };
  const add = (name) => say({ add: [name] }, `Added “${name}”`);
  return html`
    <section class="side-section" aria-labelledby="tags-title" aria-busy=${isBusy}>
      <h2 id="tags-title" class="side-title">Tags</h2>
      ${own.length > 0
        ? html`<ul class="tag-rows">${own.map((tag) => html`<${TagRow} key=${tag.tag} tag=${tag} verdicts=${verdicts.get(tag.tag)} actions=${actions} isBusy=${isBusy} />`)}</ul>`
        : image.status === "tagged" && html`<p class="muted">The model is not sure of anything here.${may("feedback") && " Add what you see."}</p>`}
      ${may("feedback") && html`<${TagInput} label="Add a tag" placeholder="Add a tag…" onPick=${add} />`}
      ${implied.length > 0 && html`
        <details class="implied">
          <summary>${implied.length} more that these imply</summary>
          <ul class="tag-rows">${implied.map((tag) => html`<${TagRow} key=${tag.tag} tag=${tag} verdicts=${verdicts.get(tag.tag)} actions=${actions} isBusy=${isBusy} />`)}</ul>
        </details>`}
      ${removed.length > 0 && html`
        <h3 class="side-subtitle">Removed by people</h3>
        <ul class="tag-rows">${removed.map(([slug, users]) => html`<${RemovedTag} key=${slug} verdicts=${users} isBusy=${isBusy} onAdd=${() => say({ add: [slug] }, `Added “${users[0].name}” again`)} />`)}</ul>`}
    </section>
  `;
}
