"""The API for images: documents, files, thumbnails and lists."""
