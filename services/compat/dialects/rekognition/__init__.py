"""Amazon Rekognition: DetectLabels, DetectCustomLabels and the calls around it."""
