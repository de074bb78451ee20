"""Resolve words of a search to tags: by name, variant, wider noun or likely typing error."""
