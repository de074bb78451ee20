"""The systems whose webhooks are understood, one module each."""
