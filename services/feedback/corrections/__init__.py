"""The API for correcting tags, and for reading corrections back."""
