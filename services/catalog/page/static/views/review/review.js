// Review: one picture, its suggestions, one key for each answer.
import { correct, undoBatch } from "../../core/api/corrections.js";
import { html, useLayoutEffect, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { path, useLocation } from "../../core/router.js";
import { EmptyState, ErrorState, Loading } from "../../parts/states.js";
import { showError, showToast } from "../../parts/toasts.js";
import { Question } from "./question.js";
import { ReviewPicture } from "./review-picture.js";
import { Today } from "./today.js";
import { useReviewQueue } from "./queue.js";

export function Review() {
  const { query } = useLocation();
  const owner = query.get("owner");
  const queue = useReviewQueue(owner);
  const [isTyping, setTyping] = useState(false);
  const [answers, setAnswers] = useState([]);
  const { item, position } = queue;
  const suggestion = item?.suggestions[position];
  useLayoutEffect(() => setTyping(false), [item]);

  const answer = (change, text) => {
    const sent = correct(item.image.id, change).catch(showError);
    setAnswers((old) => [...old, { place: queue.place(), sent }]);
    if (text) showToast(text);
  };
  const yes = () => {
    if (!suggestion) return;
    const isShown = item.image.tags.some((tag) => tag.tag === suggestion.tag);
    answer(isShown ? { confirm: [suggestion.tag] } : { add: [suggestion.tag] });
    queue.advance();
  };
  const no = () => {
    if (!suggestion) return;
    answer({ remove: [suggestion.tag] });
    queue.advance();
  };
  const type = (name) => {
    answer({ add: [name] }, `Added “${name}”`);
    setTyping(false);
    document.getElementById("main").focus({ preventScroll: true });
  };
  const undo = async () => {
    const last = answers.at(-1);
    if (!last) return;
    setAnswers((old) => old.slice(0, -1));
    queue.goTo(last.place);
    // Only stored corrections can be undone.
    const sent = await last.sent;
    if (sent?.batch) undoBatch(sent.batch).catch(showError);
  };
  const skip = () => queue.skip();
  useKeys({ y: yes, n: no, z: undo, t: () => item && setTyping(true), ArrowRight: skip, s: skip });

  return html`
    <div class="review">
      <header class="review-head">
        <h1>Review</h1>
        <${Today} answers=${answers.length} />
      </header>
      ${!item
        ? html`<${Nothing} queue=${queue} />`
        : html`
            <${ReviewPicture} item=${item} next=${queue.next} />
            <${Question}
              item=${item}
              position=${position}
              isTyping=${isTyping}
              canUndo=${answers.length > 0}
              actions=${{ yes, no, undo, skip, type, startTyping: () => setTyping(true), stopTyping: () => setTyping(false) }}
            />
            <p class="review-more"><a href=${path("pictures", item.image.id)}>Open this picture</a></p>
          `}
    </div>
  `;
}

function Nothing({ queue }) {
  if (queue.error) return html`<${ErrorState} error=${queue.error} onRetry=${queue.load} />`;
  if (!queue.isDone) return html`<${Loading} label="Looking for pictures" />`;
  return html`
    <${EmptyState} icon="check" title="Nothing to review">
      <p>No picture has a question whose answer would teach something now. New ones come with new pictures and new versions of the model.</p>
      <button class="button" onClick=${queue.load}>Look again</button>
    <//>
  `;
}
