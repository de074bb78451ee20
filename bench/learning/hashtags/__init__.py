"""The gain from hashtags and the cost of wrong ones, in a simulated community."""
