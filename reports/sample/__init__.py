"""The sample year: the ledger of one district's 2017, with a thinner 2016 before it, whose people are all invented.

`ledger.sheets()` builds the rows, `ledger.write()` the workbook, `python -m reports.sample` the committed file.
"""
