"""A large library of generated images, made once and used again."""
