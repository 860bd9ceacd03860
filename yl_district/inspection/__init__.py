"""Looks for what acts by itself in files that come from outside, by their content: Office packages and PDF."""
