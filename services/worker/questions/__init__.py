"""Answer questions of web processes that need the network: pictures and texts to search for."""
