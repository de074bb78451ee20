"""The vocabulary of networks with more classes than ImageNet's 1,000, and of networks with text."""
