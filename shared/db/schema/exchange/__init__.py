"""Tables for other systems: endpoints, received webhooks, bridges to Immich."""
