"""Tagging images: fetched, claimed, decoded, embedded, stored."""
