"""The fine-tune worker: which run is due, its life from the queue to its end, and promotion."""
