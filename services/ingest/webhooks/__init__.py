"""Other systems say what they have: one module a sender, one table, the same path afterwards."""
