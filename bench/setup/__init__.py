"""What a measurement runs on: machine, pictures, processes, the stack."""
