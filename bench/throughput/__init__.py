"""Images per second of Tagloop and its peers: the rows of the benchmark, and the code they run."""
