"""Opening a year: what is recorded by the year, proposed for a new one from the year before."""
