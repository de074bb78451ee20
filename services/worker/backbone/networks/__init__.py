"""Networks in torch, as timm and other libraries define them."""
