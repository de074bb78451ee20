"""The benchmark: Tagloop compared with its own limit and with its peers, in one run."""
