"""Work on stored images, in the background: re-tagging, codes, stacks."""
