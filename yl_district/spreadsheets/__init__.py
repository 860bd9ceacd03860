"""Files with tables, read and written; nothing here knows Django's models."""
