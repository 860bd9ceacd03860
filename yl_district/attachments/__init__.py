"""Files attached to records: file types, image metadata, storage."""
