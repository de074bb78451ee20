"""Tagging of images: fetch, claim, decode, embed, store."""
