// A field for the name of a tag, completed from the vocabulary.
import Combobox from "../vendor/combobox-nav.js";
import { completeTag } from "../core/api/search.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../core/html.js";

const PAUSE_MS = 80;
let lastList = 0;

// onPick gets the tag's name. allowNew: offer an unknown name as a new tag, last, after
// the near ones.
export function TagInput({ label, placeholder, onPick, autofocus = false, allowNew = true, onEscape }) {
  const input = useRef(null);
  const list = useRef(null);
  const [listId] = useState(() => `tag-list-${++lastList}`);
  const [text, setText] = useState("");
  const options = useCompletions(text, allowNew);
  const isOpen = options.length > 0;
  useCombobox(input, list, isOpen, options);
  useLayoutEffect(() => {
    if (autofocus) input.current.focus();
  }, []);
  const pick = (name) => {
    if (!name.trim()) return;
    setText("");
    onPick(name.trim());
  };
  const onSubmit = (event) => {
    event.preventDefault();
    const exact = options.find((option) => isNamed(option, text));
    pick(exact ? exact.name : text);
  };
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (text) setText("");
    else onEscape?.();
  };
  return html`
    <form class="combo" onSubmit=${onSubmit}>
      <input
        ref=${input}
        class="field"
        type="text"
        role="combobox"
        aria-label=${label}
        aria-controls=${listId}
        aria-expanded=${isOpen}
        aria-autocomplete="list"
        autocomplete="off"
        autocapitalize="none"
        spellcheck=${false}
        dir="auto"
        maxlength="100"
        placeholder=${placeholder ?? label}
        value=${text}
        onInput=${(event) => setText(event.currentTarget.value)}
        onKeyDown=${onKeyDown}
        onBlur=${() => setTimeout(() => setText((old) => old), 0)}
      />
      <ul ref=${list} id=${listId} class="combo-list" role="listbox" aria-label="Tags" hidden=${!isOpen}>
        ${options.map(
          (option) => html`
            <li
              key=${option.isNew ? "new" : option.tag}
              id=${`${listId}-${option.isNew ? "new" : option.tag}`}
              role="option"
              class="combo-option"
              onMouseDown=${(event) => event.preventDefault()}
              onClick=${() => pick(option.name)}
            >
              <span dir="auto">${option.isNew ? html`New tag “${option.name}”` : option.name}</span>
              ${option.hint && html`<span class="muted" dir="auto">${option.hint}</span>`}
            </li>
          `,
        )}
      </ul>
    </form>
  `;
}

// Tags that begin like the text, and last the text itself as a new tag where none is named so.
function useCompletions(text, allowNew) {
  const [options, setOptions] = useState([]);
  useEffect(() => {
    const typed = text.trim();
    if (!typed) {
      setOptions([]);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await completeTag(typed, stop.signal);
        const near = found.map((tag) => ({ tag: tag.tag, name: tag.text, hint: tag.also ?? "" }));
        const isKnown = near.some((tag) => isNamed(tag, typed));
        setOptions(isKnown || !allowNew ? near : [...near, { isNew: true, name: typed }]);
      } catch {
        setOptions([]);
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, allowNew]);
  return text.trim() ? options : [];
}

// Whether a text is the tag's name, or its other name that begins like the text.
function isNamed({ name, hint = "" }, text) {
  return [name, hint].some((one) => one.toLowerCase() === text.trim().toLowerCase());
}

// GitHub's combobox-nav moves through the list with the arrow keys and Enter.
export function useCombobox(input, list, isOpen, options, settings = {}) {
  const chosen = useRef(null);
  useLayoutEffect(() => {
    if (!isOpen) {
      chosen.current = null;
      return undefined;
    }
    placeList(input.current, list.current);
    const combobox = new Combobox(input.current, list.current, { tabInsertsSuggestions: false, ...settings });
    combobox.start();
    // Options that arrive after an arrow key keep the chosen one; typing clears it.
    for (let step = 0; list.current.contains(chosen.current) && step < options.length; step++) {
      combobox.navigate(1);
      if (chosen.current.getAttribute("aria-selected") === "true") break;
    }
    return () => {
      chosen.current = list.current?.querySelector('[aria-selected="true"]') ?? null;
      combobox.stop();
    };
  }, [isOpen, options]);
}

// The list opens upwards where it would end below the screen and there is more room above.
function placeList(input, list) {
  list.classList.remove("above");
  const { top, bottom } = input.getBoundingClientRect();
  const frame = input.closest(".dialog, .panel")?.getBoundingClientRect();
  const first = Math.max(frame?.top ?? 0, 0);
  const bar = frame ? 0 : (document.querySelector(".tabbar")?.offsetHeight ?? 0);
  const last = Math.min(frame?.bottom ?? Infinity, window.innerHeight - bar);
  const isCut = list.getBoundingClientRect().bottom > last;
  list.classList.toggle("above", isCut && top - first > last - bottom);
}
