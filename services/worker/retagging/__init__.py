"""Re-tagging stored embeddings with a new version of the head."""
