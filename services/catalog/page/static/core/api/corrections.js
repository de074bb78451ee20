// Requests about corrections.
import { userName } from "../user.js";
import { get, post } from "./request.js";

// verdicts: {add, remove, confirm, undo}, each a list of tags.
export function correct(id, verdicts) {
  return post(`/v1/images/${encodeURIComponent(id)}/corrections`, { ...verdicts, user: userName() });
}

export function getHistory(id, signal) {
  return get(`/v1/images/${encodeURIComponent(id)}/corrections`, {}, signal);
}

// Correct many pictures alike, as one batch that can be undone.
export function correctMany(images, verdicts) {
  return post("/v1/corrections/batches", { user: userName(), images, ...verdicts });
}

export function undoBatch(batch) {
  return post(`/v1/corrections/batches/${encodeURIComponent(batch)}/undo`);
}

export function getReview(limit, owner, signal) {
  return get("/v1/review", { user: userName(), limit, owner }, signal);
}

export function getToday(signal) {
  return get("/v1/review/today", { user: userName() }, signal);
}
