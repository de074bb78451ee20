"""Answer web processes that need the network: embed pictures and texts to search for."""
