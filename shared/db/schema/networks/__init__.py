"""Tables of networks, versions of the head, and the words that they know."""
