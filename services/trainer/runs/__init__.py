"""The life of a fine-tune run: asked for, started, judged, promoted or rejected."""
