"""How long work waits for the database, and what it means when the database does not answer."""
