"""Pictures become tags: the only tagging code there is."""
