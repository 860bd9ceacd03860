"""The rows of a table as HTML, written by what is worked out once for each of its columns.

The library asks for each cell again what its column is like, and a template looks each value up by name; together they
took four times as long as the query and the page around the table.
"""

from functools import reduce
from inspect import Parameter, signature
from operator import add

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import template_localtime

TICK = (
    '<td class="tick"><input type="checkbox" class="form-check-input" name="keys" value="{}" form="many"'
    ' aria-label="选中：{}"></td>'
)
# By whether a phone shows the cell in any case, and whether there is nothing in it.
CELL_BEGIN = {
    (is_told, is_blank): f'<td {{}} data-label="{{}}"{" data-told" * is_told}{" data-blank" * is_blank}>'
    for is_told in (False, True)
    for is_blank in (False, True)
}
CELL_END, ROW_END = format_html("</{}>", "td"), format_html("</{}>\n", "tr")
NOTHING = mark_safe("")


def body_of(table):
    """The rows of the table's page, each a `tr`."""
    writers = [CellWriter(table, column) for column in table.columns]
    # Sums of what is safe are safe.
    return reduce(add, (row_html(row, writers, bool(table.acts)) for row in table.paginated_rows), NOTHING)


def row_html(row, writers, has_ticks):
    """One row with its cells."""
    tick = format_html(TICK, row.record.pk, row.record) if has_ticks else NOTHING
    cells = reduce(add, (writer.html(row) for writer in writers), NOTHING)
    return format_html("<tr {}>", row.attrs.as_html()) + tick + cells + ROW_END


class CellWriter:
    """Writes the cells of one column of a table."""

    def __init__(self, table, bound):
        self.table, self.bound = table, bound
        self.label = bound.header
        # By whether there is nothing in the cell; not of a column whose attributes each row computes.
        self.beginnings = {}
        if not varies(bound.column.attrs.get("td")):
            attrs = bound.attrs["td"].as_html()
            self.beginnings = {is_blank: self.beginning(attrs, is_blank) for is_blank in (False, True)}
        self.value_of = value_in_column(table._meta.model, bound)
        self.render = called_by_name(bound.render)

    def html(self, row):
        """The cell of a row."""
        cell = self.cell(row)
        is_blank = cell == self.bound.default
        begin = self.beginnings.get(is_blank) or self.beginning(self.attrs_of(row, cell), is_blank)
        return begin + conditional_escape(text_in_cell(cell)) + CELL_END

    def beginning(self, attrs, is_blank):
        """The tag with which a cell begins."""
        return format_html(CELL_BEGIN[self.bound.is_told, is_blank], attrs, self.label)

    def cell(self, row):
        """What the cell shows, as the library would render it."""
        if self.value_of is None or not row.is_legible(self.bound.name):
            return row.get_cell(self.bound.name)
        value = self.value_of(row.record)
        if value in self.bound.column.empty_values:
            return self.bound.default
        given = {
            "value": value,
            "record": row.record,
            "column": self.bound.column,
            "bound_column": self.bound,
            "bound_row": row,
            "table": self.table,
        }
        content = self.render(given)
        return self.bound.link(content, **given) if self.bound.link else content

    def attrs_of(self, row, cell):
        """The attributes of a cell whose column computes them."""
        self.bound.current_value, self.bound.current_record = cell, row.record
        return self.bound.attrs["td"].as_html()


def varies(attrs):
    """Whether the attributes of a column's cells are computed for each row."""
    return callable(attrs) or any(callable(value) for value in (attrs or {}).values())


def text_in_cell(cell):
    """A cell's content as a template shows a variable, not yet escaped."""
    return cell if isinstance(cell, str) else localize(template_localtime(cell))


def value_in_column(model, bound):
    """A function of a record that returns the value in its column; None where only the library knows."""
    accessor = bound.accessor
    if not isinstance(accessor, str) or getattr(bound.column, "text", None) is not None:
        return None
    *path, name = accessor.split(accessor.SEPARATOR)
    steps = (*path, display_name(model, path, name) or name)

    def value(record):
        found = record
        for step in steps:
            if found is None:
                return None
            found = getattr(found, step, None)
            if callable(found) and not getattr(found, "do_not_call_in_templates", False):
                found = found()
        return found

    return value


def display_name(model, path, name):
    """The method that says a choice in words; None for a field without choices."""
    try:
        for step in path:
            model = model._meta.get_field(step).related_model
        field = model._meta.get_field(name)
    except (FieldDoesNotExist, AttributeError):
        return None
    return f"get_{name}_display" if isinstance(field, models.Field) and field.choices else None


def called_by_name(function):
    """The function, called with those of the values given by name that it takes."""
    kinds = [(name, each.kind) for name, each in signature(function).parameters.items()]
    if any(kind == Parameter.VAR_KEYWORD for _, kind in kinds):
        return lambda given: function(**given)
    names = [name for name, kind in kinds if kind != Parameter.VAR_POSITIONAL]
    return lambda given: function(**{name: given[name] for name in names})
