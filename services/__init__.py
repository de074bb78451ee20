"""The services. Each imports `shared`, none imports another."""
