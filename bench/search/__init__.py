"""How quickly search answers over many images."""
