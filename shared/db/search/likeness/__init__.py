"""Queries about images that look alike: codes, fingerprints and stacks."""
