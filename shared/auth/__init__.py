"""Who may call the API: keys and sessions, what each permits, and how much they may be used."""
