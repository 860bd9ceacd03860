"""The ledger workbook: its sheets, in and out."""
