// A form of filters. It writes them into the query, where they can be read and edited.
import { html, useState } from "../../core/html.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";
import { TagInput } from "../../parts/tag-input.js";
import { parseQuery, writeQuery } from "./query.js";

const NONE = { all: [], any: [], none: [], owner: "", theme: "", after: "", before: "", status: "", source: "", confidence: "" };

export function Filters({ query, onSearch, onClose }) {
  const [filters, setFilters] = useState(() => parseQuery(query));
  const set = (name) => (value) => setFilters((old) => ({ ...old, [name]: value }));
  const onInput = (name) => (event) => set(name)(event.currentTarget.value);
  const apply = (event) => {
    event.preventDefault();
    onSearch(writeQuery(filters));
    onClose();
  };
  return html`
    <${Dialog} title="Filters" onClose=${onClose}>
      <div class="form-grid">
        <${TagList} label="Has all of" names=${filters.all} onChange=${set("all")} />
        <${TagList} label="Has any of" names=${filters.any} onChange=${set("any")} />
        <${TagList} label="Has none of" names=${filters.none} onChange=${set("none")} />
        <label class="labelled">Owner
          <input class="field" dir="auto" maxlength="200" value=${filters.owner} onInput=${onInput("owner")} />
        </label>
        <div class="two">
          <label class="labelled">From<input class="field" type="date" value=${filters.after} onInput=${onInput("after")} /></label>
          <label class="labelled">Before<input class="field" type="date" value=${filters.before} onInput=${onInput("before")} /></label>
        </div>
        <div class="two">
          <label class="labelled">Status
            <select class="field" value=${filters.status} onChange=${onInput("status")}>
              <option value="">Any</option><option value="tagged">Tagged</option>
              <option value="queued">Waiting</option><option value="failed">Failed</option>
            </select>
          </label>
          <label class="labelled">Tags come from
            <select class="field" value=${filters.source} onChange=${onInput("source")}>
              <option value="">Anyone</option><option value="people">People</option><option value="model">The model</option>
            </select>
          </label>
        </div>
        <label class="labelled">At least this sure
          <span class="range-line">
            <input type="range" min="0" max="0.95" step="0.05" value=${filters.confidence || 0} onInput=${(event) => set("confidence")(Number(event.currentTarget.value) ? event.currentTarget.value : "")} />
            <output class="number">${filters.confidence ? `${Math.round(filters.confidence * 100)}\u202f%` : "any"}</output>
          </span>
        </label>
      </div>
      <form class="dialog-actions" onSubmit=${apply}>
        <button type="button" class="button" onClick=${() => setFilters((old) => ({ ...old, ...NONE }))}>Clear</button>
        <button class="button primary">Show pictures</button>
      </form>
    <//>
  `;
}

function TagList({ label, names, onChange }) {
  const add = (name) => onChange([...names.filter((old) => old !== name), name]);
  return html`
    <div class="labelled"><span>${label}</span>
      ${names.length > 0 && html`
        <ul class="chips">
          ${names.map((name) => html`
            <li class="chip"><span dir="auto">${name}</span>
              <button class="chip-button" aria-label=${`Remove ${name}`} onClick=${() => onChange(names.filter((old) => old !== name))}><${Icon} name="close" size="14" /></button>
            </li>`)}
        </ul>`}
      <${TagInput} label=${label} placeholder="A tag" allowNew=${false} onPick=${add} />
    </div>
  `;
}
