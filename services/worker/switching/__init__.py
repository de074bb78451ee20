"""Change the network of a living system: embed all images with the next one in the background."""
