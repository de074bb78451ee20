"""Learn words from a labelled folder, with the learner of the nightly fine-tune."""
