"""How well the learning loop learns, through the API of a running stack."""
