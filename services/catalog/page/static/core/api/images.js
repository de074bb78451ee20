// Requests about one picture: its document, files and similar pictures.
import { get, post, request } from "./request.js";

const base = (id) => `/v1/images/${encodeURIComponent(id)}`;

// size: pixels of the longer side, 320 or 640.
export const thumbnailUrl = (id, size = 320) => `${base(id)}/thumbnail?size=${size}`;
export const screenUrl = (id) => `${base(id)}/screen`;
export const fileUrl = (id) => `${base(id)}/file`;

export function getImage(id, signal) {
  return get(base(id), {}, signal);
}

export function getSimilar(id, limit, signal) {
  return get(`${base(id)}/similar`, { limit }, signal);
}

// The near-duplicates of a picture, itself included.
export function getStack(id, signal) {
  return get(`${base(id)}/stack`, {}, signal);
}

export function getStatuses(ids, signal) {
  return post("/v1/images/statuses", { ids }, signal);
}

export function listFailed(limit, cursor, signal) {
  return get("/v1/images", { status: "failed", limit, cursor }, signal);
}

export function deleteImage(id) {
  return request("DELETE", base(id));
}

export function retryImage(id) {
  return post(`${base(id)}/retry`);
}

export function retryAll(error = null) {
  return post("/v1/images/retry", { error });
}
