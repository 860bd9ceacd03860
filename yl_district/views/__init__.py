"""Pages of what belongs to no app: the access log, histories and attachments."""
