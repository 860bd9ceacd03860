"""Who changed which record when, for single records and in bulk."""
