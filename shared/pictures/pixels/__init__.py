"""Pixels of any picture: 8-bit RGB, upright, in the colours of sRGB."""
