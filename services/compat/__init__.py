"""Other vendors' image tagging APIs, answered by Tagloop: their clients only change the address."""
