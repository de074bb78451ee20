"""Uploaders' hashtags, and what they led to."""
