// What people say of tags.
import { userName } from "../user.js";
import { get, post } from "./request.js";

// said: {add, remove, confirm, undo}, each a list of tags.
export function correct(id, said) {
  return post(`/v1/images/${encodeURIComponent(id)}/corrections`, { ...said, user: userName() });
}

export function getHistory(id, signal) {
  return get(`/v1/images/${encodeURIComponent(id)}/corrections`, {}, signal);
}

// The same said of many pictures, as one batch that can be taken back.
export function correctMany(images, said) {
  return post("/v1/corrections/batches", { user: userName(), images, ...said });
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
