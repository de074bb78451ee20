"""What is done to the stack: the faults, the odd pictures, and when they come."""
