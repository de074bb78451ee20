"""Tables of images, their tags and files, and what search derives from them."""
