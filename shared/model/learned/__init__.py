"""What corrections add to the network: learned tags, shared and of one owner."""
