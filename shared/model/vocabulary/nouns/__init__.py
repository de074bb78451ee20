"""WordNet's nouns that are not tags, with the tags above them."""
