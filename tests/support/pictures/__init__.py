"""Pictures for tests: ordinary, odd and hostile."""
