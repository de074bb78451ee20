"""What people build today, with the same weights: written as their documentation shows it."""
