"""The torch runtime on a GPU: the network alone, with decoding, and the whole of Tagloop."""
