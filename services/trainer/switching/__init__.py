"""The last steps of a switch: learn on the new network, compare, and make it live."""
