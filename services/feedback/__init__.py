"""The feedback service: corrections, custom tags, model versions, events."""
