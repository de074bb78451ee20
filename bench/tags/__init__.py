"""What very many custom tags cost: uploads, search, memory and a fine-tune."""
