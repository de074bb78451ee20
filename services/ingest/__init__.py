"""Pictures come in: uploads and URLs become a stored blob, a row and a message."""
