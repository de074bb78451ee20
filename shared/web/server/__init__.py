"""Run the web services under gunicorn."""
