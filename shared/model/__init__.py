"""The head and its vocabulary: embeddings in, tags out."""
