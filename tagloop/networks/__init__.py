"""Networks that are worth trying."""
