"""The ingest service: uploads and URLs become a stored file, a row and a message."""
