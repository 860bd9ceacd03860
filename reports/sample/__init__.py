"""The sample year: one district's ledger of 2017, after a smaller 2016; all of its people are invented.

`ledger.sheets()` builds the rows, `ledger.write()` the workbook, `python -m reports.sample` the committed file.
"""
