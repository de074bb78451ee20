"""How gunicorn runs the web services."""
