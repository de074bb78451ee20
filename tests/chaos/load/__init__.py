"""The load on the stack while it is hurt, and the record of what was accepted."""
