"""Files attached to records: their types, their metadata, their storage."""
