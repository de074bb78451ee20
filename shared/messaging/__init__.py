"""Messages between processes: Celery, and how committed rows are announced."""
