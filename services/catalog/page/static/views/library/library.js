// The library: search, filters, and the grid of what was found.
import { searchIds } from "../../core/api/search.js";
import { html, useCallback, useEffect, useMemo, useState } from "../../core/html.js";
import { count, countOf, day } from "../../core/format.js";
import { useKeys } from "../../core/keys.js";
import { path, setQuery, useLocation } from "../../core/router.js";
import { may } from "../../core/session.js";
import { useStore } from "../../core/store.js";
import { Icon } from "../../parts/icon.js";
import { EmptyState, ErrorState, Loading } from "../../parts/states.js";
import { showError } from "../../parts/toasts.js";
import { chooseFiles } from "../uploads/drop-zone.js";
import { Filters } from "./filters.js";
import { Grid } from "./grid/grid.js";
import { StackDialog } from "./grid/stack.js";
import { useKeepUp } from "./keep-up.js";
import { listOf } from "./pictures.js";
import { scrollWhenTall, usePlace } from "./place.js";
import { countFilters } from "./query.js";
import { SearchBar } from "./search-bar.js";
import { clearSelection, selectAll, selection, selectRange, toggle } from "./selection.js";
import { SelectionPanel } from "./selection-panel.js";
import { Understood } from "./understood.js";

export function Library() {
  const { query } = useLocation();
  const q = query.get("q") ?? "";
  const order = query.get("order") === "confidence" ? "confidence" : "";
  const list = useMemo(() => listOf({ q, order }), [q, order]);
  const state = useStore(list.state);
  const { ids } = useStore(selection);
  const [isFiltering, setFiltering] = useState(false);
  useKeepUp(list);
  usePlace(list);
  useEffect(() => clearSelection, [q, order]);
  useKeys({ Escape: clearSelection, "/": () => document.getElementById("search").focus() });

  const onPick = useCallback(
    (id, { isRange }) => (isRange ? selectRange(list.state.get().pictures, id) : toggle(id)),
    [list],
  );
  const search = (text) => setQuery({ q: text.trim() });
  return html`
    <div class=${ids.size ? "library with-panel" : "library"}>
      <div class="library-body">
        <h1 class="hidden">Library</h1>
        <div class="library-head">
          <${SearchBar} query=${q} onSearch=${search} />
          <div class="library-tools">
            <${FilterButton} query=${q} onOpen=${() => setFiltering(true)} />
            ${may("ingest") && html`<${AddButton} />`}
          </div>
        </div>
        <div class="library-line">
          <${Understood} query=${q} state=${state} onSearch=${search} />
          <${Found} state=${state} ids=${ids} question=${list.question} />
          <${Order} order=${order} isShown=${Boolean(q) && !state.byText && state.pictures.length > 1} />
        </div>
        <${Pictures} list=${list} state=${state} ids=${ids} q=${q} order=${order} onPick=${onPick} />
      </div>
      ${ids.size > 0 && html`<${SelectionPanel} list=${list} ids=${ids} />`}
      ${isFiltering && html`<${Filters} query=${q} onSearch=${search} onClose=${() => setFiltering(false)} />`}
    </div>
  `;
}

function Pictures({ list, state, ids, q, order, onPick }) {
  const { pictures, isLoaded, isComplete, error, byText } = state;
  const isByDay = !order && !byText;
  const dayOf = useMemo(() => (isByDay ? (picture) => day(picture.createdAt) : null), [isByDay]);
  const onNear = useCallback(() => list.loadMore(), [list]);
  const onOpen = useCallback(() => {
    list.scrollTop = window.scrollY;
  }, [list]);
  const onReady = useCallback(() => scrollWhenTall(list.scrollTop), [list]);
  const [stacked, setStacked] = useState(null);
  if (!isLoaded) return html`<${Loading} label="Loading pictures" />`;
  if (error && !pictures.length) return html`<${Problem} error=${error} list=${list} />`;
  if (!pictures.length) return q ? html`<${NothingFound} state=${state} />` : html`<${NoPictures} />`;
  return html`
    <${Grid} pictures=${pictures} label="Pictures" selected=${ids} dayOf=${dayOf} onPick=${onPick} onOpen=${onOpen} onStack=${setStacked} onReady=${onReady} onNear=${onNear} onClear=${clearSelection} />
    ${stacked && html`<${StackDialog} picture=${stacked} onClose=${() => setStacked(null)} />`}
    ${!isComplete && html`<div class="grid-more">${error ? html`<button class="button" onClick=${onNear}>Load more</button>` : html`<${Loading} />`}</div>`}
  `;
}

function Problem({ error, list }) {
  if (error.status !== 400) return html`<${ErrorState} error=${error} onRetry=${() => list.loadMore()} />`;
  return html`
    <${EmptyState} icon="search" title="The search has a mistake in it">
      <p dir="auto">${error.message}</p>
    <//>
  `;
}

function NothingFound({ state }) {
  const { unknown, byText } = state;
  if (byText) return html`<${EmptyState} icon="search" title="No picture looks like this text"><p>Other words may find more. <a href="/">Show all pictures</a></p><//>`;
  const title = unknown.length ? `No tag is called “${textOf(unknown[0])}”` : "No pictures found";
  return html`
    <${EmptyState} icon="search" title=${title}>
      <p>${unknown.length ? html`<${OtherWord} word=${textOf(unknown[0])} />` : "Fewer words or filters find more."}</p>
      <p><a href="/">Show all pictures</a></p>
    <//>
  `;
}

function OtherWord({ word }) {
  if (!may("feedback")) return "Try another word.";
  return html`Try another word, or <a href=${`${path("teach")}?name=${encodeURIComponent(word)}`}>teach it as a new tag</a>.`;
}

function textOf(unknown) {
  return typeof unknown === "string" ? unknown : unknown.text;
}

function NoPictures() {
  if (!may("ingest")) return html`<${EmptyState} icon="library" title="No pictures yet"><p>They appear here as soon as they are added.</p><//>`;
  return html`
    <${EmptyState} icon="upload" title="Drop pictures here">
      <p>Files or whole folders, anywhere on this page. Pasting works too. Their tags appear a moment later.</p>
      <button class="button primary" onClick=${chooseFiles}>Choose pictures</button>
    <//>
  `;
}

function FilterButton({ query, onOpen }) {
  const active = countFilters(query);
  return html`
    <button class="button" aria-haspopup="dialog" aria-label=${active ? `Filters, ${active} active` : "Filters"} onClick=${onOpen}>
      <${Icon} name="filter" size="18" /><span class="wide-only">Filters</span>
      ${active > 0 && html`<span class="count-badge">${active}</span>`}
    </button>
  `;
}

function AddButton() {
  return html`
    <button class="button primary" aria-label="Add pictures" onClick=${chooseFiles}>
      <${Icon} name="plus" size="18" /><span class="wide-only">Add</span>
    </button>
  `;
}

function Found({ state, ids, question }) {
  const { total, isCapped, isLoaded, pictures, byText } = state;
  if (!isLoaded || !pictures.length) return null;
  const found = total === null ? "" : `${count(total)}${isCapped ? "+" : ""} ${total === 1 ? "picture" : "pictures"}`;
  if (!ids.size) return html`<p class="found" role="status">${found}</p>`;
  // The pictures nearest to a text are all in the list.
  const all = async () => {
    if (byText) return selectAll(pictures.map((picture) => picture.id));
    try {
      selectAll((await searchIds(question)).ids);
    } catch (error) {
      showError(error);
    }
  };
  return html`
    <p class="found" role="status">
      ${countOf(ids.size, "picture")} selected${" "}
      ${total !== null && ids.size < total && html`<button class="link-button" onClick=${all}>Select all ${found}</button>`}
    </p>
  `;
}

function Order({ order, isShown }) {
  if (!isShown) return null;
  return html`
    <label class="order"><span class="hidden">Order</span>
      <select value=${order} onChange=${(event) => setQuery({ order: event.currentTarget.value })}>
        <option value="">Newest first</option>
        <option value="confidence">Surest first</option>
      </select>
    </label>
  `;
}
