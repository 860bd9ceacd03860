"""The ledger workbook: import, export and template."""
