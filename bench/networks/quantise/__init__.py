"""Make the ranges that 8-bit integers need from pictures, and measure what they cost."""
