"""Administration on the database itself: keys, owners, backups, the doctor."""
