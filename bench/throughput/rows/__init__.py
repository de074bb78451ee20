"""The rows of the table: each file measures one thing and returns its figures."""
