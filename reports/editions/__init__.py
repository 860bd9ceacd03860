"""Signed editions, what has drifted since, and the returns of those below."""
