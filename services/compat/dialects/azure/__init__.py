"""Azure AI Vision: Image Analysis 4.0 and Computer Vision 3.2, for tags."""
