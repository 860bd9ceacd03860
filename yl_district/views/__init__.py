"""Pages for records of any app: the access log, histories and attachments."""
