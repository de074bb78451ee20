// The pictures of one question: loaded page by page, kept up to date while others arrive.
import { getStatuses } from "../../core/api/images.js";
import { search } from "../../core/api/search.js";
import { createStore } from "../../core/store.js";

// The first screen and a little more; the page's HTML asks for it ahead, with the same number.
const FIRST_PAGE = 60;
const PAGE = 160;
const TOP_PAGE = 60;
const MAX_TOP_PAGE = 500;
const MAX_ASKED = 500;
// Following thousands of uploads takes at most a fifth of the time.
const PAUSES = 4;
const MAX_LISTS = 6;
// A search by a text has one page, with the nearest pictures.
const MAX_BY_TEXT = 200;

const lists = new Map();

// The same question gives the same list, so that Back restores its pictures and position.
export function listOf(question) {
  const key = JSON.stringify(question);
  const list = lists.get(key) ?? new PictureList(question);
  lists.delete(key);
  lists.set(key, list);
  if (lists.size > MAX_LISTS) lists.delete(lists.keys().next().value);
  return list;
}

// The pictures before and after one in the list viewed last; null at its ends.
export function neighboursOf(id) {
  const list = [...lists.values()].at(-1);
  const pictures = list?.state.get().pictures ?? [];
  const index = pictures.findIndex((picture) => picture.id === id);
  if (index < 0) return { previous: null, next: null };
  if (index > pictures.length - 20) list.loadMore();
  return { previous: pictures[index - 1]?.id ?? null, next: pictures[index + 1]?.id ?? null };
}

// Remove a deleted picture from every list.
export function dropFromLists(ids) {
  for (const list of lists.values()) list.drop(ids);
}

export class PictureList {
  constructor(question) {
    this.question = question;
    this.scrollTop = 0;
    this.cursor = null;
    this.busy = null;
    this.isRefreshing = false;
    this.isStale = false;
    this.nextFollow = 0;
    this.state = createStore({
      pictures: [],
      total: null,
      isCapped: false,
      terms: [],
      unknown: [],
      byText: null,
      error: null,
      isLoaded: false,
      isComplete: false,
    });
  }

  // Load the next page; calls during a load share it.
  loadMore() {
    if (this.state.get().isComplete) return Promise.resolve();
    const limit = this.cursor === null ? FIRST_PAGE : PAGE;
    this.busy ??= this.#loadPage(limit).finally(() => {
      this.busy = null;
    });
    return this.busy;
  }

  async #loadPage(limit) {
    try {
      let answer = await search(this.question, { cursor: this.cursor, limit });
      if (answer.by_text && answer.total > answer.images.length) answer = await search(this.question, { limit: MAX_BY_TEXT });
      const isFirst = this.cursor === null;
      this.cursor = answer.next;
      this.state.set((old) => ({
        ...old,
        ...(isFirst ? headOf(answer) : {}),
        pictures: join(old.pictures, answer.images.map(slim)),
        error: null,
        isLoaded: true,
        isComplete: answer.next === null,
      }));
    } catch (error) {
      this.state.set((old) => ({ ...old, error, isLoaded: true, isComplete: error.status === 400 || old.isComplete }));
    }
  }

  // Load the newest page again: add new pictures in front, and update known ones.
  async refreshTop(limit = TOP_PAGE) {
    const { isLoaded, error, byText } = this.state.get();
    if (!isLoaded || byText || this.question.order === "confidence") return;
    if (error) return void this.loadMore();
    // Pictures that arrived during the current look are found by another one.
    this.isStale = this.isRefreshing;
    if (this.isRefreshing) return;
    this.isRefreshing = true;
    try {
      const answer = await search(this.question, { limit: Math.min(limit, MAX_TOP_PAGE) });
      const top = answer.images.map(slim);
      const { pictures } = this.state.get();
      const known = new Set(pictures.map((picture) => picture.id));
      const meets = !pictures.length || !answer.next || top.some((picture) => known.has(picture.id));
      // More arrived than one page holds: start again rather than leave a gap.
      if (!meets && limit < MAX_TOP_PAGE) {
        this.isRefreshing = false;
        return void (await this.refreshTop(MAX_TOP_PAGE));
      }
      if (!meets || !pictures.length) this.cursor = answer.next;
      this.state.set((old) => ({
        ...old,
        ...headOf(answer),
        pictures: meets ? merge(old.pictures, top, answer.next === null) : top,
        isComplete: meets && pictures.length ? old.isComplete : answer.next === null,
      }));
    } catch {
      // The next look tries again.
    } finally {
      this.isRefreshing = false;
    }
    if (this.isStale) await this.refreshTop();
  }

  // Get the status of pictures that wait for their tags.
  async followQueued() {
    const start = performance.now();
    if (start < this.nextFollow) return;
    this.nextFollow = Infinity;
    try {
      await this.#refreshDone();
    } finally {
      this.nextFollow = performance.now() + PAUSES * (performance.now() - start);
    }
  }

  async #refreshDone() {
    const { pictures } = this.state.get();
    const waiting = pictures.filter((picture) => picture.status === "queued").slice(0, MAX_ASKED);
    if (!waiting.length) return;
    const { images } = await getStatuses(waiting.map((picture) => picture.id));
    const done = new Set(images.filter((image) => image.status !== "queued").map((image) => image.id));
    if (!done.size) return;
    const last = pictures.findLastIndex((picture) => done.has(picture.id));
    await this.refreshTop(Math.max(TOP_PAGE, last + 20));
  }

  // Remove deleted pictures from the list, or change pictures.
  drop(ids) {
    const gone = new Set(ids);
    this.state.set((old) => ({
      ...old,
      pictures: old.pictures.filter((picture) => !gone.has(picture.id)),
      total: old.total === null ? null : Math.max(0, old.total - gone.size),
    }));
  }
}

function headOf(answer) {
  return {
    total: answer.total ?? null,
    isCapped: answer.total_capped ?? false,
    terms: answer.query?.terms ?? [],
    unknown: answer.unknown ?? [],
    byText: answer.by_text ?? null,
  };
}

// Only what the grid needs is kept: thousands of these stay in memory.
function slim(image) {
  const { id, status, width, height, owner, filename, error } = image;
  return {
    id,
    status,
    width,
    height,
    owner,
    filename,
    error,
    createdAt: image.created_at,
    stack: image.stack ?? null,
    tags: image.tags.slice(0, 6).map(({ tag, name }) => ({ tag, name })),
  };
}

function join(pictures, more) {
  const known = new Set(pictures.map((picture) => picture.id));
  return [...pictures, ...more.filter((picture) => !known.has(picture.id))];
}

// Merge the newest page into the list. Pictures in its range that it lacks were deleted.
function merge(pictures, top, isAll) {
  if (!top.length) return isAll ? [] : pictures;
  const last = top.at(-1).id;
  const covered = new Set(top.map((picture) => picture.id));
  const older = pictures.filter((picture) => !covered.has(picture.id) && picture.id < last && !isAll);
  return [...top, ...older];
}
