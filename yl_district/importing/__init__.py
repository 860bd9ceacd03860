"""An import from the file that was sent to the records it wrote.

`steps` keeps the file's rows in parts, `proposal` and `reading` say how they are read, `check` finds out what each row
is and stages what the right ones would write, `commit` writes the stage in one transaction, and `undo` takes that back
as far as nobody has worked on it since.
"""
