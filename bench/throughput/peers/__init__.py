"""Common designs with the same weights, written as their documentation suggests."""
