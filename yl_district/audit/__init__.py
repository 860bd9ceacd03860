"""The access log, write-once rows, and file downloads."""
