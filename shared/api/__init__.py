"""What Tagloop and other systems tell each other: image documents, tag names, events, signatures."""
