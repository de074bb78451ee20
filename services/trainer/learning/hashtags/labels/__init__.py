"""From hashtags to weak labels: which pictures teach which words, with what weight."""
