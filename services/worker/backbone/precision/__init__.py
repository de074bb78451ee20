"""The precision in which a CPU computes the network: float32, bfloat16 or 8-bit integers."""
