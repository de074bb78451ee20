"""The API for the state of the whole: speed, queues, workers, failures, deliveries."""
