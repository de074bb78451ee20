"""Learn on the embeddings of another network, and compare it with the live one."""
