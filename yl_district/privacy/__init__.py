"""Encryption at rest, its keys, and masking."""
