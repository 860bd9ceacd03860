"""Targets from above and the progress towards them."""
