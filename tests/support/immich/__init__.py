"""A stand-in for Immich's HTTP API, made from its SDK's types and its server's source."""
