"""The benchmark: Tagloop beside its own limit and beside its peers, in one run."""
