"""Starting programs, watching them, and stopping them in order."""
