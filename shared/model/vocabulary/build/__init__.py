"""Build the vocabulary of ImageNet from WordNet and a table of everyday words."""
