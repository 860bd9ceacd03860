"""Sheets of records: cells, columns, and the resource of each kind, in and out."""
