// Requests about themes, owners and the status.
import { get, post } from "./request.js";

export function getThemes(signal) {
  return get("/v1/themes", {}, signal);
}

export function getOwners(text, cursor, signal) {
  return get("/v1/owners", { q: text, cursor, limit: 100 }, signal);
}

export function getProfile(owner, signal) {
  return get(`/v1/owners/${encodeURIComponent(owner || "-")}/profile`, {}, signal);
}

// A file with one image a line, to save.
export function exportUrl(owner) {
  return `/v1/owners/${encodeURIComponent(owner)}/export`;
}

export function getStatus(signal) {
  return get("/v1/status", {}, signal);
}

export function getDeliveries(status, signal) {
  return get("/v1/deliveries", { status, limit: 20 }, signal);
}

export function replay(id) {
  return post(`/v1/deliveries/${encodeURIComponent(id)}/replay`);
}
