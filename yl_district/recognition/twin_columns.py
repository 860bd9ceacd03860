"""Columns with the same heading in one table: whether they say the same, and which of them is read."""

from dataclasses import replace

from ..sheets.cells import cell_at, is_blank, plain
from .headings import heading_key


def without_equal_twins(found, rows):
    """Returns Recognised ones with those ignored that repeat a column which is read: its heading, and all its cells."""
    read = {one.column: one for one in found if one.column}
    return [
        replace(one, how="ignored", choices=())
        if is_twin(one, read) and not any(differ(row, read[one.choices[0]].place, one.place) for row in rows)
        else one
        for one in found
    ]


def is_twin(one, read):
    """Whether a heading repeats that of a column which is read, {column: Recognised}."""
    column = one.choices[0] if one.how == "ambiguous" and len(one.choices) == 1 else None
    return column in read and heading_key(read[column].heading) == heading_key(one.heading)


def differ(row, place, other):
    """Whether a row has something else, and not nothing, at the other place."""
    value = cell_at(row, other)
    return not is_blank(value) and plain(value) != plain(cell_at(row, place))


def twin_places(headings, columns, ignored):
    """Returns {column: places of its heading, that which is read first} of columns whose heading is there again."""
    found = {}
    for place, column in columns.items():
        key = heading_key(headings[place]) if place < len(headings) else ""
        others = [
            other
            for other, heading in enumerate(headings)
            if key and other not in columns and other not in ignored and heading_key(heading) == key
        ]
        if others:
            found[column] = (place, *others)
    return found


def twin_answer(number):
    """Returns the answer that the `number`th column of those with one heading is to be read, from 0."""
    return f"第 {number + 1} 个"


def twin_question(column):
    """Returns the id of the question which of several columns of one heading is to be read."""
    return f"twins-{column}"
