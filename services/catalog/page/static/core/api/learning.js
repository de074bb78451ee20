// Requests about teaching, versions of the model, re-tagging, and the dial.
import { get, post } from "./request.js";

// taught: {name, examples, counterexamples}
export function previewTag(taught, signal) {
  return post("/v1/tags/preview", { ...taught, limit: 40 }, signal);
}

export function teachTag(taught) {
  return post("/v1/tags", taught);
}

export function getModels(signal) {
  return get("/v1/models", {}, signal);
}

export function promote(version) {
  return post(`/v1/models/${version}/promote`);
}

export function getRuns(signal) {
  return get("/v1/retrain", {}, signal);
}

export function getRun(id, signal) {
  return get(`/v1/retrain/${id}`, {}, signal);
}

export function retrain() {
  return post("/v1/retrain");
}

export function getRetagJobs(signal) {
  return get("/v1/retag", {}, signal);
}

export function getSwitch(signal) {
  return get("/v1/backbone/switch", {}, signal);
}

export function getDial(ids, signal) {
  return post("/v1/dial", ids ? { ids } : {}, signal);
}

// status: proposed, accepted or refused
export function getProposals(status, signal) {
  return get("/v1/hashtags/proposals", { status, limit: 50 }, signal);
}

// verdict: accept or refuse
export function decideProposal(id, verdict) {
  return post(`/v1/hashtags/proposals/${id}/${verdict}`);
}
