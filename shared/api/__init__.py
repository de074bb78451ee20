"""The documents that other systems receive: images, events and their signatures."""
