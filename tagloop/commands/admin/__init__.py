"""Commands for operators: the stack, backups, keys and owners."""
