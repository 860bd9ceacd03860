"""Cells that say “as above”: 〃, 同上 and the like."""

DITTO = "ditto"  # the remark of rows with such cells, and the id of its question
AS_ABOVE, AS_BLANK = "与上一行相同", "按空白处理"
DITTO_MARKS = frozenset(["同 上", "同\u3000上", *'〃 ″ " ” “ 同上 同上。 “同上” 同前'.split()])


class Dittos:
    """Reads such cells of one sheet, row by row; what is above them ends with a section.

    In the column `group` blank cells between are passed over, as lists leave them blank where nothing changes.
    """

    def __init__(self, group):
        self.group, self.above, self.group_above = group, {}, None

    def begin(self):
        """Forgets the rows above, at the beginning of a section."""
        self.above, self.group_above = {}, None

    def read(self, values, answer):
        """Replaces such cells of a row, {column: cell}, as the answer says; returns whether there were any."""
        is_any = not DITTO_MARKS.isdisjoint(values.values())
        for column in [one for one, cell in values.items() if cell in DITTO_MARKS] if is_any else ():
            above = self.above.get(column, self.group_above if column == self.group else None)
            if above is None or answer == AS_BLANK:
                del values[column]
            else:
                values[column] = above
        self.above = values
        if self.group in values:
            self.group_above = values[self.group]
        return is_any
