"""The environment of a measurement: machine, pictures, processes, the stack."""
