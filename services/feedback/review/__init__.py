"""The API that suggests which images to review."""
