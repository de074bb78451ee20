"""The vendors' APIs: a module or package each, and one table."""
