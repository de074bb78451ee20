"""Administration directly on the database: keys, owners, backups, the doctor."""
