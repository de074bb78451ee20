"""Response times of Tagloop under slow and waiting clients."""
