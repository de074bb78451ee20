// The search field, with suggestions for the word that is being typed.
import { suggest } from "../../core/api/search.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../core/html.js";
import { Icon } from "../../parts/icon.js";
import { useCombobox } from "../../parts/tag-input.js";
import { count } from "../../core/format.js";

const PAUSE_MS = 80;
const UNFINISHED = /[:>]$/;

export function SearchBar({ query, onSearch }) {
  const input = useRef(null);
  const list = useRef(null);
  const [text, setText] = useState(query);
  const [isFocused, setFocused] = useState(false);
  const suggestions = useSuggestions(text, isFocused);
  const isOpen = isFocused && suggestions.length > 0;
  useCombobox(input, list, isOpen, suggestions);
  useLayoutEffect(() => setText(query ? `${query} ` : ""), [query]);

  const submit = (event) => {
    event.preventDefault();
    setFocused(false);
    onSearch(text);
  };
  const pick = (suggestion) => {
    const next = text.slice(0, suggestion.start) + suggestion.insert;
    // A filter such as owner: still needs its value.
    if (UNFINISHED.test(suggestion.insert)) return setText(next);
    setText(`${next} `);
    setFocused(false);
    return onSearch(next);
  };
  const onKeyDown = (event) => {
    if (event.key === "Escape") (isOpen ? setFocused(false) : input.current.blur());
  };
  return html`
    <form class="search" role="search" onSubmit=${submit}>
      <${Icon} name="search" size="18" />
      <input
        ref=${input}
        id="search"
        type="text"
        role="combobox"
        aria-label="Search pictures"
        aria-controls="search-list"
        aria-expanded=${isOpen}
        aria-autocomplete="list"
        enterkeyhint="search"
        autocomplete="off"
        autocapitalize="none"
        spellcheck=${false}
        dir="auto"
        maxlength="200"
        placeholder="Search: dog beach -cat"
        value=${text}
        onInput=${(event) => {
          setText(event.currentTarget.value);
          setFocused(true);
        }}
        onClick=${() => setFocused(true)}
        onBlur=${() => setFocused(false)}
        onKeyDown=${onKeyDown}
      />
      ${text && html`<button type="button" class="icon-button small" aria-label="Clear the search" onClick=${() => {
        setText("");
        onSearch("");
      }}><${Icon} name="close" size="16" /></button>`}
      <ul ref=${list} id="search-list" class="combo-list" role="listbox" aria-label="Suggestions" hidden=${!isOpen}>
        ${suggestions.map(
          (suggestion, index) => html`
            <li key=${suggestion.kind + suggestion.text} id=${`suggestion-${index}`} role="option" class="combo-option" onMouseDown=${(event) => event.preventDefault()} onClick=${() => pick(suggestion)}>
              <span class="option-main"><${Icon} name=${ICONS[suggestion.kind] ?? "tag"} size="16" /><span dir="auto">${suggestion.text}</span>
                ${suggestion.also && html`<span class="muted" dir="auto">${suggestion.also}</span>`}</span>
              ${suggestion.images > 0 && html`<span class="muted number">${count(suggestion.images)}${suggestion.capped ? "+" : ""}<span class="hidden"> pictures</span></span>`}
            </li>
          `,
        )}
      </ul>
    </form>
  `;
}

const ICONS = { tag: "tag", owner: "owners", filter: "filter" };

function useSuggestions(text, isFocused) {
  const [suggestions, setSuggestions] = useState([]);
  useEffect(() => {
    if (!isFocused) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setSuggestions((await suggest(text, stop.signal)).suggestions);
      } catch {
        setSuggestions([]);
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, isFocused]);
  return suggestions;
}
