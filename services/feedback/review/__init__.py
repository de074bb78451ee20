"""The API that suggests images to review."""
