"""What words of a search mean: tags by name, by form, by a wider noun, by a likely typing error."""
