"""Background work on which images look alike."""
