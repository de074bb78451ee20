"""The form of answers: problem documents, images, security headers."""
