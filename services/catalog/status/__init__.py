"""The API for the system's status: speed, queues, workers, failures, deliveries."""
