"""The API for making and reading corrections."""
