// Choose pictures from the library, all or those that a search finds.
import { thumbnailUrl } from "../../core/api/images.js";
import { search } from "../../core/api/search.js";
import { html, useEffect, useState } from "../../core/html.js";
import { countOf } from "../../core/format.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icon.js";

const PAGE = 60;

export function Picker({ title, chosen, onDone, onClose }) {
  const [text, setText] = useState("");
  const [query, setQuery] = useState("");
  const [picked, setPicked] = useState(() => new Set(chosen));
  const found = useFound(query);
  const toggle = (id) =>
    setPicked((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const submit = (event) => {
    event.preventDefault();
    setQuery(text.trim());
  };
  return html`
    <${Dialog} title=${`${title}: choose pictures`} className="wide-dialog" onClose=${onClose}>
      <form class="search picker-search" role="search" onSubmit=${submit}>
        <${Icon} name="search" size="18" />
        <input type="text" aria-label="Search pictures" placeholder="Search" maxlength="200" value=${text} onInput=${(event) => setText(event.currentTarget.value)} />
      </form>
      <ul class="tiles picker">
        ${found.images.map((image) => html`
          <li key=${image.id} class="tile">
            <button class="tile-pick" role="checkbox" aria-checked=${picked.has(image.id)} aria-label=${image.tags[0]?.name ?? image.filename ?? "Picture"} onClick=${() => toggle(image.id)}>
              <img src=${thumbnailUrl(image.id)} alt="" loading="lazy" decoding="async" />
              <span class="tile-check"><${Icon} name="check" size="16" /></span>
            </button>
          </li>`)}
      </ul>
      ${found.problem && html`<p class="problem" role="alert">${found.problem}</p>`}
      ${found.isLoaded && !found.images.length && !found.problem && html`<p class="muted">No pictures found.</p>`}
      ${found.next && html`<button class="button wide" onClick=${found.more}>More pictures</button>`}
      <div class="dialog-actions sticky">
        <button class="button primary" onClick=${() => onDone([...picked])}>${picked.size ? `Use ${countOf(picked.size, "picture")}` : "Done"}</button>
      </div>
    <//>
  `;
}

function useFound(query) {
  const [state, setState] = useState({ images: [], next: null, isLoaded: false, problem: "" });
  const load = async (cursor, before) => {
    try {
      const answer = await search({ q: query }, { cursor, limit: PAGE });
      const tagged = answer.images.filter((image) => image.status === "tagged");
      setState({ images: [...before, ...tagged], next: answer.next, isLoaded: true, problem: "" });
    } catch (error) {
      setState({ images: before, next: null, isLoaded: true, problem: error.message });
    }
  };
  useEffect(() => void load(undefined, []), [query]);
  return { ...state, more: () => load(state.next, state.images) };
}
