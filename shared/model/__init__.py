"""The head and the vocabulary that it scores: embeddings in, tags out."""
