"""Whether a worker or beat makes progress, for container engines, and how busy its GPUs are."""
