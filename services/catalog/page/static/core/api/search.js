// Requests that find pictures, suggestions and tags.
import { get, post } from "./request.js";

// question: {q, order}. Only the first page has a total. Near-duplicates appear once.
export function search(question, { cursor, limit } = {}, signal) {
  return get("/v1/search", { ...question, stacks: true, cursor, limit }, signal);
}

export function searchIds(question, signal) {
  return get("/v1/search/ids", question, signal);
}

// Completions of the text: its first `start` characters, then `insert`.
export function suggest(q, signal) {
  return get("/v1/search/suggest", { q }, signal);
}

// Tags that begin like the text, the most used first. The open quote makes it one name.
export async function completeTag(text, signal) {
  const { suggestions } = await suggest(`"${text.replaceAll('"', "")}`, signal);
  return suggestions.filter((one) => one.kind === "tag");
}

// How many of the pictures have which tag.
export function countTags(ids, signal) {
  return post("/v1/tags/counts", { ids }, signal);
}
