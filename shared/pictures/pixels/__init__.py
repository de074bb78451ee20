"""Decode any picture to 8-bit RGB pixels, upright, in sRGB."""
