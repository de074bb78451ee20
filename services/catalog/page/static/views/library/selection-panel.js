// Every tag of the selected pictures with its count; add or remove one on all of them at once.
import { correctMany, undoBatch } from "../../core/api/corrections.js";
import { countTags } from "../../core/api/search.js";
import { html, useState } from "../../core/html.js";
import { count, countOf } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { path } from "../../core/router.js";
import { may } from "../../core/session.js";
import { Icon } from "../../parts/icon.js";
import { Loaded } from "../../parts/states.js";
import { TagInput } from "../../parts/tag-input.js";
import { showError, showToast } from "../../parts/toasts.js";
import { clearSelection } from "./selection.js";

const SHOWN = 60;

export function SelectionPanel({ list, ids }) {
  const selected = [...ids];
  const [isBusy, setBusy] = useState(false);
  const counts = useLoad((signal) => countTags(selected, signal), [selected.length, selected[0], selected.at(-1)]);
  const after = () => {
    counts.reload();
    list.refreshTop();
  };
  const say = async (said, text) => {
    setBusy(true);
    try {
      const { batch, images, problems } = await correctMany(selected, said);
      const failed = problems.length ? `; ${countOf(problems.length, "picture")} refused it` : "";
      const undo = () => undoBatch(batch).then(after, showError);
      showToast(`${text} ${countOf(images, "picture")}${failed}`, { action: batch ? { label: "Undo", run: undo } : null });
      after();
    } catch (error) {
      showError(error);
    }
    setBusy(false);
  };
  const add = (name) => say({ add: [name] }, `Added “${name}” to`);
  const remove = (name) => say({ remove: [name] }, `Removed “${name}” from`);
  return html`
    <aside class="panel" aria-label="Selected pictures" aria-busy=${isBusy}>
      <header class="panel-head">
        <h2>${countOf(ids.size, "picture")}</h2>
        <button class="icon-button" aria-label="Clear the selection" onClick=${clearSelection}><${Icon} name="close" /></button>
      </header>
      ${may("feedback") && html`<${TagInput} label="Add a tag to all" placeholder="Add a tag to all…" onPick=${add} />`}
      <${Loaded} of=${counts}>
        ${(data) => html`
          <ul class="tag-counts" aria-label="Tags of the selection">
            ${data.tags.slice(0, SHOWN).map((tag) => html`
              <li key=${tag.tag} class="tag-count">
                <span class="tag-count-name" dir="auto" title=${tag.name}>${tag.name}</span>
                <span class="muted number">${tag.images === ids.size ? "all" : count(tag.images)}</span>
                ${may("feedback") && html`
                  <button class="icon-button small" disabled=${isBusy || tag.images === ids.size} aria-label=${`Add ${tag.name} to all`} title="Add to all" onClick=${() => add(tag.name)}><${Icon} name="plus" size="16" /></button>
                  <button class="icon-button small" disabled=${isBusy} aria-label=${`Remove ${tag.name} from all`} title="Remove from all" onClick=${() => remove(tag.name)}><${Icon} name="minus" size="16" /></button>`}
              </li>`)}
          </ul>
          ${data.tags.length > SHOWN && html`<p class="muted">and ${count(data.tags.length - SHOWN)} more</p>`}
          ${data.tags.length === 0 && html`<p class="muted">No tags yet.</p>`}
        `}
      <//>
      ${may("feedback") && html`
        <footer class="panel-foot">
          <a class="button wide" href=${`${path("teach")}?examples=${selected.slice(0, 60).join(",")}`}><${Icon} name="teach" size="18" />Teach a tag with these</a>
        </footer>`}
    </aside>
  `;
}
