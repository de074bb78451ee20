"""How fast Tagloop answers while slow and waiting clients crowd it."""
