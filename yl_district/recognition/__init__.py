"""Finds the table in a sheet of any layout, and what each of its rows is."""
