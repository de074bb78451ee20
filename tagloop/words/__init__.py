"""`tagloop learn-words`: learn new words from a folder of labelled pictures."""
