"""Read requests of other vendors' clients: bodies, JSON that holds pictures, keys."""
