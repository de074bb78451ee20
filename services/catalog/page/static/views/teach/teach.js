// Teach a tag: a name, a few pictures, and a preview of what it would tag before it is saved.
import { previewTag, teachTag } from "../../core/api/learning.js";
import { getStatus } from "../../core/api/overview.js";
import { html, useEffect, useState } from "../../core/html.js";
import { countOf } from "../../core/format.js";
import { useLoad } from "../../core/load.js";
import { setQuery, useLocation } from "../../core/router.js";
import { session } from "../../core/session.js";
import { Icon } from "../../parts/icon.js";
import { EmptyState, PageHead } from "../../parts/states.js";
import { TagInput } from "../../parts/tag-input.js";
import { showError } from "../../parts/toasts.js";
import { Examples } from "./examples.js";
import { Preview } from "./preview.js";
import { Run } from "./run.js";

const PAUSE_MS = 250;

// The address holds the whole form, so it can be shared, reloaded, and left with Back.
export function Teach() {
  const { query } = useLocation();
  const name = query.get("name") ?? "";
  const examples = idsOf(query.get("examples"));
  const counterexamples = idsOf(query.get("not"));
  const [run, setRun] = useState(null);
  const preview = usePreview(name, examples, counterexamples);
  const [isBusy, setBusy] = useState(false);
  const status = useLoad(getStatus, []);
  // A tag that is made from its name is everyone's.
  const canName = Boolean(status.data?.understands_text) && !session.get().owner;
  const isNameEnough = canName && Boolean(name) && !examples.length && !counterexamples.length;

  const change = (changes) => {
    setRun(null);
    setQuery({ name, examples: examples.join(","), not: counterexamples.join(","), ...changes }, { replace: true });
  };
  const setExamples = (ids) => change({ examples: ids.join(","), not: counterexamples.filter((id) => !ids.includes(id)).join(",") });
  const setCounterexamples = (ids) => change({ not: ids.join(","), examples: examples.filter((id) => !ids.includes(id)).join(",") });
  const save = async () => {
    setBusy(true);
    try {
      setRun(await teachTag({ name, examples, counterexamples }));
    } catch (error) {
      showError(error);
    }
    setBusy(false);
  };
  const found = {
    onWrong: (id) => setCounterexamples([...counterexamples, id]),
    onRight: (id) => setExamples([...examples, id]),
  };
  return html`
    <${PageHead} title="Teach a tag">Choose a handful of pictures that show it. What else it would tag appears at once; nothing is saved until you say so.<//>
    <div class="teach">
      <section class="teach-form stack" aria-label="The tag">
        <div class="labelled"><span>Name</span>
          ${name
            ? html`<p class="chips"><span class="chip"><span dir="auto">${name}</span><button class="chip-button" aria-label="Change the name" onClick=${() => change({ name: "" })}><${Icon} name="close" size="14" /></button></span></p>`
            : html`<${TagInput} label="Name of the tag" placeholder="our logo" onPick=${(text) => change({ name: text })} />`}
        </div>
        <${Examples} title="Shows it" ids=${examples} onChange=${setExamples} hint="Five or more teach best." />
        <${Examples} title="Does not show it" ids=${counterexamples} onChange=${setCounterexamples} hint="Take wrong ones out of the preview, or choose look-alikes." />
        <button class="button primary wide" disabled=${!name || !(examples.length || isNameEnough) || isBusy} onClick=${save}>
          ${labelOf(examples, isNameEnough)}
        </button>
        ${run && html`<${Run} taught=${run} />`}
      </section>
      ${examples.length
        ? html`<${Preview} preview=${preview} ...${found} />`
        : html`<${NothingChosen} name=${name} isNameEnough=${isNameEnough} canName=${canName} />`}
    </div>
  `;
}

function labelOf(examples, isNameEnough) {
  if (examples.length) return `Save and teach with ${countOf(examples.length, "picture")}`;
  return isNameEnough ? "Make it from its name" : "Save and teach";
}

function NothingChosen({ name, isNameEnough, canName }) {
  if (isNameEnough) {
    return html`
      <${EmptyState} icon="spark" title="The name may be enough">
        <p>The network understands text, so it can find <q dir="auto">${name}</q> by the name alone. Pictures that you choose make it better, now or later.</p>
      <//>
    `;
  }
  return html`
    <${EmptyState} icon="teach" title="Nothing chosen yet">
      <p>Choose pictures on the left, or select some in the <a href="/">library</a> and press “Teach a tag with these”.${canName && " Or type a name: the network understands text."}</p>
    <//>
  `;
}

function idsOf(text) {
  return (text ?? "").split(",").filter(Boolean);
}

function usePreview(name, examples, counterexamples) {
  const [state, setState] = useState({ data: null, error: null, loading: false });
  const key = JSON.stringify([examples, counterexamples]);
  useEffect(() => {
    if (!examples.length) {
      setState({ data: null, error: null, loading: false });
      return undefined;
    }
    const stop = new AbortController();
    setState((old) => ({ ...old, loading: true }));
    const timer = setTimeout(async () => {
      try {
        const data = await previewTag({ name: name || undefined, examples, counterexamples }, stop.signal);
        setState({ data, error: null, loading: false });
      } catch (error) {
        if (error.name !== "AbortError") setState({ data: null, error, loading: false });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  return state;
}
