"""The version that is live: loading it, its vocabulary, and promoting another."""
