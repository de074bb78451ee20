"""Tags as XMP, in sidecars beside pictures or inside them."""
