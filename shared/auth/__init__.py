"""Who may call the API: keys, what each opens, and how much it may be used."""
