"""Images a second beside the peers: the rows of the benchmark, and what they run."""
