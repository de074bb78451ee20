"""Health of a worker or beat, for container engines, and the load of its GPUs."""
