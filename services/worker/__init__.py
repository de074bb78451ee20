"""The worker, which turns pictures into tags. All tagging code is here."""
