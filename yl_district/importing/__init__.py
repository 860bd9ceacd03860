"""An import from the file that was sent to the records it wrote: kept in parts, checked, staged, committed, undone.

`parts` keeps the file's rows, `check` finds out what each row is and stages what the right ones would write, `commit`
writes the stage in one transaction, and `undo` takes that back as far as nobody has worked on it since.
"""
