"""Networks: accuracy of their probabilities, GPUs, 8-bit integers, changing the network."""
