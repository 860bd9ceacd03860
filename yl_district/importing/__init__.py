"""Imports, from the uploaded file to the records written.

`steps` stores the file's rows in parts, `proposal` and `reading` determine how they are read, `check` classifies each
row and stages the writes of the valid ones, `commit` carries the staged writes out in one transaction, and `undo`
reverts records that nobody has changed since.
"""
