"""The API for signing in and out of the web page."""
