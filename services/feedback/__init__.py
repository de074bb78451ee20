"""What people teach, and the versions of the model that learned it."""
