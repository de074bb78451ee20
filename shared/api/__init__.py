"""What other systems read and write: image documents, tag names, events, signatures."""
