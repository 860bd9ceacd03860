"""Targets set by the level above, and the progress towards them."""
