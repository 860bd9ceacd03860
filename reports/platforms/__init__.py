"""Entries in outside platforms."""
