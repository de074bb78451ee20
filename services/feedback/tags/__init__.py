"""The API for custom tags."""
