"""Requests, headers and what is answered when something fails."""
