"""The access log, rows that are written once, and the one way by which files leave."""
