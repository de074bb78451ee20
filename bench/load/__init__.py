"""The load generator: the same program for Tagloop and for every peer."""
