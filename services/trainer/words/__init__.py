"""Learning words from a labelled folder, by the learner of the nightly fine-tune."""
