"""Loops that run in their own process, without any service, and print their measurements."""
