"""The rows of the table: each file measures one thing and gives its figures."""
