"""`tagloop learn-words`: words of one's own from a folder of labelled pictures."""
