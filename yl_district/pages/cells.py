"""The rows of a table as HTML, written by what is worked out once for each of its columns.

The library asks for each cell again what its column is like, and a template looks each value up by name; together they
took four times as long as the query and the page around the table.
"""

from functools import lru_cache, partialmethod
from inspect import Parameter, getattr_static, ismethod, signature

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.encoding import force_str
from django.utils.formats import date_format, localize
from django.utils.timezone import template_localtime
from django_tables2.utils import AttributeDict

from .markup import escaped_text, filled_markup, joined_markup

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
CELL_END, ROW_END = filled_markup("</td>"), filled_markup("</tr>\n")


def body_of(table):
    """The rows of the table's page, each a `tr`."""
    writers, has_ticks = [CellWriter(table, column) for column in table.columns], bool(table.acts)
    return joined_markup(part for row in table.paginated_rows for part in row_parts(row, writers, has_ticks))


def row_parts(row, writers, has_ticks):
    """Yields one row with its cells, in parts."""
    yield filled_markup("<tr {}>", attributes_html(row.attrs))
    if has_ticks:
        yield filled_markup(TICK, row.record.pk, row.record)
    for writer in writers:
        yield from writer.parts(row)
    yield ROW_END


class CellWriter:
    """Writes the cells of one column of a table."""

    def __init__(self, table, bound):
        self.table, self.bound = table, bound
        self.label, self.default = bound.header, bound.default
        # By whether there is nothing in the cell; not of a column whose attributes each row computes.
        self.beginnings = {}
        if not varies(bound.column.attrs.get("td")):
            attrs = attributes_html(bound.attrs["td"])
            self.beginnings = {is_blank: self.beginning(attrs, is_blank) for is_blank in (False, True)}
        # Links to the record's own page are asked for without the library's ways to say where a link leads.
        self.address_of = getattr(bound.column, "address", None)
        self.same = {"column": bound.column, "bound_column": bound, "table": table}
        self.value_of = value_in_column(table._meta.model, bound)
        self.render = called_by_name(bound.render)

    def parts(self, row):
        """The cell of a row, in parts."""
        cell = self.cell(row)
        is_blank = cell == self.default
        begin = self.beginnings.get(is_blank) or self.beginning(self.attrs_of(row, cell), is_blank)
        return begin, escaped_text(text_in_cell(cell)), CELL_END

    def beginning(self, attrs, is_blank):
        """The tag with which a cell begins."""
        return filled_markup(CELL_BEGIN[self.bound.is_told, is_blank], attrs, self.label)

    def cell(self, row):
        """What the cell shows, as the library would render it."""
        if self.value_of is None or not row.is_legible(self.bound.name):
            return row.get_cell(self.bound.name)
        value = self.value_of(row.record)
        if value in self.bound.column.empty_values:
            return self.default
        content = self.render({"value": value, "record": row.record, "bound_row": row} | self.same)
        if self.address_of is not None:
            address = self.address_of(row.record, self.table)
            return filled_markup('<a href="{}">{}</a>', address, content) if address else content
        if not self.bound.link:
            return content
        return self.bound.link(content, value=value, record=row.record, bound_row=row, **self.same)

    def attrs_of(self, row, cell):
        """The attributes of a cell whose column computes them."""
        self.bound.current_value, self.bound.current_record = cell, row.record
        return attributes_html(self.bound.attrs["td"])


def attributes_html(attrs):
    """Attributes as HTML, each combination written once."""
    return written_attributes(tuple(attrs.items()))


@lru_cache(maxsize=1000)
def written_attributes(items):
    """Names and values of attributes as HTML."""
    return AttributeDict(items).as_html()


def varies(attrs):
    """Whether the attributes of a column's cells are computed for each row."""
    return callable(attrs) or any(callable(value) for value in (attrs or {}).values())


def text_in_cell(cell):
    """A cell's content as a template shows a variable, not yet escaped."""
    return cell if isinstance(cell, str) else localize(template_localtime(cell))


@lru_cache(maxsize=10_000)
def day_in_format(day, form):
    """A day in one of Django's formats; the same days are in many rows."""
    return date_format(day, form)


def value_in_column(model, bound):
    """A function of a record that returns the value in its column; None where only the library knows."""
    accessor = bound.accessor
    if not isinstance(accessor, str) or getattr(bound.column, "text", None) is not None:
        return None
    *path, name = accessor.split(accessor.SEPARATOR)
    display, labels = choices_shown(model, path, name)
    steps = (*path, display or name)

    def value(record):
        found = record
        for step in steps:
            if found is None:
                return None
            found = getattr(found, step, None)
            if callable(found) and not getattr(found, "do_not_call_in_templates", False):
                found = found()
        return found if labels is None else labels.get(found, found)

    return value


@lru_cache(maxsize=1000)
def labels_of(field):
    """{value: label} of the choices of a field."""
    return {value: force_str(label, strings_only=True) for value, label in field.flatchoices}


def choices_shown(model, path, name):
    """(the method of the model's own that says a choice in words, the labels of choices); None where there is none."""
    try:
        for step in path:
            model = model._meta.get_field(step).related_model
        field = model._meta.get_field(name)
    except (FieldDoesNotExist, AttributeError):
        return None, None
    if not isinstance(field, models.Field) or not field.choices:
        return None, None
    display = f"get_{name}_display"
    # Django's own puts the labels together anew for each value.
    is_own = not isinstance(getattr_static(model, display), partialmethod)
    return (display, None) if is_own else (None, labels_of(field))


def called_by_name(function):
    """The function, called with those of the values given by name that it takes."""
    is_bound = ismethod(function)
    names = names_taken(function.__func__ if is_bound else function)
    if names is None:
        return lambda given: function(**given)
    names = names[1:] if is_bound else names
    if names == ("value",):
        return lambda given: function(value=given["value"])
    return lambda given: function(**{name: given[name] for name in names})


@lru_cache(maxsize=1000)
def names_taken(function):
    """The names of what a function takes, None where it takes any; each table asks anew, of the same functions."""
    kinds = [(name, each.kind) for name, each in signature(function).parameters.items()]
    if any(kind == Parameter.VAR_KEYWORD for _, kind in kinds):
        return None
    return tuple(name for name, kind in kinds if kind != Parameter.VAR_POSITIONAL)
