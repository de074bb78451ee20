"""The life cycle of a fine-tune run: queued, started, judged, promoted or rejected."""
