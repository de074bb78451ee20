"""Google Cloud Vision: `images:annotate` over REST, for labels and colours."""
