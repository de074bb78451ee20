"""Statistics, targets, tables and plots of figures."""
