"""How much hashtags teach, and what wrong ones cost: a simulated community over real pictures."""
