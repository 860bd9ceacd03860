"""How long work waits for the database, on whose behalf it asks, and what it means when there is no answer."""
