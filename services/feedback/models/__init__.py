"""The API for model versions, retraining and re-tagging."""
