"""docker-compose.yml without an engine: its services' own commands as processes of this machine."""
