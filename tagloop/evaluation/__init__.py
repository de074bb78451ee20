"""How well a running server tags labelled pictures."""
