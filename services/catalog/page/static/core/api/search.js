// Finding pictures: the query language, suggestions, the vocabulary.
import { get, post } from "./request.js";

// question: {q, order} or {theme}. The answer has total only on the first page.
export function search({ theme, ...question }, { cursor, limit } = {}, signal) {
  if (theme) return get(`/v1/themes/${encodeURIComponent(theme)}`, { cursor, limit }, signal);
  return get("/v1/search", { ...question, cursor, limit }, signal);
}

export function searchIds(question, signal) {
  return get("/v1/search/ids", question, signal);
}

export function completeTag(text, signal) {
  return get("/v1/tags", { q: text, limit: 8 }, signal);
}

// How many of the pictures have which tag.
export function countTags(ids, signal) {
  return post("/v1/tags/counts", { ids }, signal);
}
