"""Accounts: signing in, invitations, sessions, second factors, and their administration."""
