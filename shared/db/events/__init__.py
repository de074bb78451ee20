"""Queries about events: webhooks that come in, and deliveries that go out."""
