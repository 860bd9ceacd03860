"""The installation: what its database says of it, its keys and its private files."""
