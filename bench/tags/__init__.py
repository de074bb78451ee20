"""The cost of very many custom tags: uploads, search, memory and a fine-tune."""
