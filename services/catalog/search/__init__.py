"""The API for searching by tag and by picture."""
