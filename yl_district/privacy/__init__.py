"""Encryption at rest, its keys, and masks."""
