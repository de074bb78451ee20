"""The worker: it turns pictures into tags, and holds the only tagging code there is."""
