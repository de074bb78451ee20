"""The load generator, the same for Tagloop and for every peer."""
