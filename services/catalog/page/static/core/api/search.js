// Finding pictures: the query language, suggestions, the vocabulary.
import { get, post } from "./request.js";

// question: {q, order}. The answer has total only on the first page. Of near-duplicates, one appears.
export function search(question, { cursor, limit } = {}, signal) {
  return get("/v1/search", { ...question, stacks: true, cursor, limit }, signal);
}

export function searchIds(question, signal) {
  return get("/v1/search/ids", question, signal);
}

// How the text may go on: its first `start` characters, then `insert`.
export function suggest(q, signal) {
  return get("/v1/search/suggest", { q }, signal);
}

// Tags that begin like the text, the most used first. The open quote makes all of it one name.
export async function completeTag(text, signal) {
  const { suggestions } = await suggest(`"${text.replaceAll('"', "")}`, signal);
  return suggestions.filter((one) => one.kind === "tag");
}

// How many of the pictures have which tag.
export function countTags(ids, signal) {
  return post("/v1/tags/counts", { ids }, signal);
}
