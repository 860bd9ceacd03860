"""Signed editions, their drift since, and the returns of the organisations below."""
