"""The supported senders of webhooks, one module each."""
