"""The pages of a list, at a cost that does not grow with the rows that it does not show.

Up to MOST_COUNTED rows are counted, sorted by any column and turned by number. Of more it is only said that they are
more; their pages are turned by the key of the row at their edge, in orders that an index serves, and are put together
from the few records by which the rows are sorted: the people next in the alphabet, or the organisations with the
earliest rows.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Exists, ForeignKey, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from ..counts import MOST_COUNTED, most_records, told_number
from ..tree_paths import reach_looked_at
from .chosen_rows import is_key

AFTER_KEY, BEFORE_KEY = "after", "before"
# Rows on a page of many, where a page of few may have more.
ROWS_OF_MANY = 25
# More records of one name than this are looked up by that name.
ALIKE = 100
GONE = "这一页起点的记录已不在列表中，现在显示的是第一页。"
NOT_SORTED = "记录超过 {} 条，不能按“{}”排序；请先用筛选条件缩小范围。"


class CountedPaginator(Paginator):
    """A paginator given the number of rows, which saves the count query."""

    def __init__(self, *arguments, number, **options):
        super().__init__(*arguments, **options)
        self.count = number

    @property
    def told(self):
        """The number in words."""
        return str(self.count)


def number_up_to_most(rows):
    """How many rows there are, no further than one above MOST_COUNTED."""
    return rows.order_by().values("pk")[: MOST_COUNTED + 1].count()


@dataclass(frozen=True)
class ManyRows:
    """In place of a paginator: how many rows there are, or that they are more than `count`."""

    count: int
    is_bounded: bool
    # More than one.
    num_pages: int = 2

    @property
    def told(self):
        """The number in words."""
        return told_number(self.count + self.is_bounded)


@dataclass(frozen=True)
class EdgePage:
    """One page of many rows, with the addresses of the pages beside it and of the first; "" where there is none."""

    object_list: Any
    previous: str = ""
    next: str = ""
    first: str = ""
    is_turned_by_edge: bool = True


def paginate(table, request, number=None):
    """Gives a table its page as asked for in the address; `number` is how many rows there are, where that is known."""
    asked = request.GET.get(table.prefixed_page_field)
    first = None if asked else first_found(table)
    is_all = first is not None and len(first) <= table.rows_per_page
    known = len(first) if is_all else number_up_to_most(table.data.data) if number is None else number
    if known > MOST_COUNTED:
        paginate_by_key(table, request, number)
        return
    # Not by RequestConfig, which would accept any page size from the URL, including 0.
    table.paginate(per_page=table.rows_per_page, paginator_class=CountedPaginator, number=known)
    table.page = table.paginator.get_page(asked)
    if first is not None:
        table.page.object_list = table.rows_of(first[: table.rows_per_page])


def first_found(table):
    """Up to one row more than a page, where a search has found few, which mostly spares counting them; else None."""
    rows, size = table.data.data, table.rows_per_page
    most = most_records(rows)
    if most is None:
        return None
    with reach_looked_at(last=most <= size):
        return list(rows[: size + 1])


def paginate_by_key(table, request, number):
    """Gives a table its page of many rows, in an order that an index serves or that of the list itself."""
    order, size = settled_order(table), min(table.rows_per_page, ROWS_OF_MANY)
    whole = getattr(request.user, "reaches_root", True)
    pages = Pages(table.data.data, order, size, None if whole else request.user)
    with reach_looked_at(last=True):
        if order is None:
            found = page_by_number(table, request.GET, size)
            back, forth = {table.prefixed_page_field: found.number - 1}, {table.prefixed_page_field: found.number + 1}
        else:
            found, is_gone = pages.asked(request.GET)
            table.notices += [GONE] if is_gone else []
            back = {BEFORE_KEY: found.rows[0].pk} if found.rows else {}
            forth = {AFTER_KEY: found.rows[-1].pk} if found.rows else {}
    table.paginator = ManyRows(MOST_COUNTED if number is None else number, is_bounded=number is None)
    table.page = EdgePage(
        table.rows_of(found.rows),
        turned(table, request.GET, back) if found.has_previous else "",
        turned(table, request.GET, forth) if found.has_next else "",
        turned(table, request.GET, {}) if found.has_previous else "",
    )


def turned(table, query, edge):
    """The address of another page of the list."""
    query = query.copy()
    for name in (AFTER_KEY, BEFORE_KEY, table.prefixed_page_field):
        query.pop(name, None)
    query.update(edge)
    return f"?{query.urlencode()}"


def page_by_number(table, query, size):
    """The page of this number, in an order of the list's own that no column gives."""
    asked = query.get(table.prefixed_page_field, "")
    number = max(int(asked), 1) if is_key(asked) and int(asked) <= MOST_COUNTED else 1
    found = list(table.data.data[(number - 1) * size : number * size + 1])
    return Slice(found[:size], has_previous=number > 1, has_next=len(found) > size, number=number)


def settled_order(table):
    """The order of many rows: that chosen where an index serves it, else the list's own; None where no column gives it.

    The table says which order it leaves out, and offers only those that an index serves.
    """
    rows, model = table.data.data, table.data.data.model
    for bound in table.columns:
        bound.column.orderable = bound.orderable and is_served(model, bound.order_by[0].bare.replace(".", "__"))
    chosen = [each.bare for each in table.order_by or () if not table.columns[each.bare].orderable]
    if chosen:
        table.notices.append(NOT_SORTED.format(f"{MOST_COUNTED:,}", table.columns[chosen[0]].header))
        table.order_by = ()
        rows = table.data.data = rows.order_by(*table.own_order)
    order = Order(model, rows.query.order_by or tuple(model._meta.ordering))
    return order if order.is_of_columns else None


@dataclass(frozen=True)
class Order:
    """An order by one column, or by one of a record referred to, and by the key."""

    model: Any
    terms: tuple

    @cached_property
    def column(self):
        """The path of the column, without the sign; "pk" for the key alone."""
        first = str(self.terms[0]) if self.terms else "pk"
        name = first.lstrip("-")
        return "pk" if name in ("pk", "id") else name

    @cached_property
    def path(self):
        """The path of the column, also of a record that is itself what the rows are sorted by."""
        return f"{self.reference.name}__{self.referred_column}" if self.reference else self.column

    @property
    def is_of_columns(self):
        """Whether it is an order by one column and the key."""
        names = [str(term).lstrip("-") for term in self.terms if isinstance(term, str)]
        if len(names) != len(self.terms) or len(names) > 2 or (len(names) == 2 and names[1] not in ("pk", "id")):
            return False
        columns = {each.name for each in self.model._meta.concrete_fields}
        return self.column == "pk" or self.reference is not None or self.column in columns

    @property
    def is_down(self):
        """Whether the column goes from the last to the first."""
        return bool(self.terms) and str(self.terms[0]).startswith("-")

    @property
    def is_key_down(self):
        """Whether rows alike are sorted from the latest to the first."""
        last = str(self.terms[-1]) if self.terms else "pk"
        return last.startswith("-") and last.lstrip("-") in ("pk", "id")

    @cached_property
    def reference(self):
        """The foreign key to the record by whose column the rows are sorted; None for a column of their own."""
        found = reference_in(self.model, self.column)
        return found[0] if found else None

    @cached_property
    def referred_column(self):
        """The column of that record."""
        return reference_in(self.model, self.column)[1]


def reference_in(model, path):
    """(foreign key, column of its model) of a path over one foreign key; None for any other."""
    name, _, column = path.partition("__")
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if not isinstance(found, ForeignKey) or "__" in column:
        return None
    return found, column or (found.related_model._meta.ordering or ["pk"])[0]


def is_served(model, path):
    """Whether an index serves an order by this column."""
    if path in ("pk", "id"):
        return True
    found = reference_in(model, path)
    model, name = (found[0].related_model, found[1]) if found else (model, path)
    return any(columns[0].lstrip("-") == name for columns in indexes_of(model)) and (not found or not found[0].null)


def indexes_of(model):
    """The columns of the indexes of a model, each in their order."""
    yield ["pk"]
    for each in model._meta.concrete_fields:
        if each.db_index or each.unique:
            yield [each.name]
    for each in model._meta.indexes:
        if each.fields and not each.condition:
            yield list(each.fields)


@dataclass
class Slice:
    """Rows of one page, and whether there are others on either side."""

    rows: list
    has_previous: bool = False
    has_next: bool = False
    number: int = 1


@dataclass
class Pages:
    """The pages of many rows in an order; `user` is whose reach restricts them, None for the whole tree."""

    rows: Any
    order: Order
    size: int
    user: Any = None

    def asked(self, query):
        """(the page that the address asks for, whether there is none); the first page without an edge."""
        for name, is_back in ((AFTER_KEY, False), (BEFORE_KEY, True)):
            key = query.get(name, "")
            if key:
                edge = self.edge_of(key)
                found = edge and self.beside(edge, is_back)
                return (found, False) if found else (self.first(), True)
        return self.first(), False

    def edge_of(self, key):
        """(value of the column, key) of the row at the edge of a page; None where it is no longer in the list."""
        if not is_key(key):
            return None
        if self.order.column == "pk":
            return int(key), int(key)
        found = self.rows.model._base_manager.filter(pk=key).values_list(self.order.path, flat=True).first()
        return None if found is None else (found, int(key))

    def first(self):
        """The first page."""
        found = self.taken(None, is_back=False)
        return Slice(found[: self.size], has_next=len(found) > self.size)

    def beside(self, edge, is_back):
        """The page after an edge, or the one before it; None where nothing is there."""
        found = self.taken(edge, is_back)
        rows, is_more = found[: self.size], len(found) > self.size
        if not rows:
            return None
        if is_back:
            return Slice(rows[::-1], has_previous=is_more, has_next=True)
        return Slice(rows, has_previous=True, has_next=is_more)

    def taken(self, edge, is_back):
        """Up to one row more than a page, from the edge on."""
        down, key_down = self.order.is_down != is_back, self.order.is_key_down != is_back
        if self.order.reference is not None:
            return self.by_reference(edge, down, key_down)
        if self.order.column == "pk":
            return self.by_key(edge, down)
        return list(self.from_edge(self.rows, edge, down, key_down)[: self.size + 1])

    def from_edge(self, rows, edge, down, key_down):
        """The rows beyond an edge, sorted."""
        column = self.order.path
        if edge is not None:
            value, key = edge
            beyond = Q(**{f"{column}__{'lt' if down else 'gt'}": value})
            alike = Q(**{column: value, f"pk__{'lt' if key_down else 'gt'}": key})
            # The first condition is what an index serves.
            rows = rows.filter(**{f"{column}__{'lte' if down else 'gte'}": value}).filter(beyond | alike)
        return rows.order_by(f"{'-' if down else ''}{column}", f"{'-' if key_down else ''}pk")

    def by_key(self, edge, down):
        """Rows in the order of their keys, of the organisations whose first rows come first."""
        rows, sign = self.rows, "-" if down else ""
        if edge is not None:
            rows = rows.filter(**{f"pk__{'lt' if down else 'gt'}": edge[1]})
        relation = self.relation_to_organisation
        if relation is not None:
            firsts = rows.order_by(f"{sign}pk").filter(**{relation.name: OuterRef("pk")}).values("pk")[:1]
            organisations = relation.related_model.objects.visible_as(self.user, *rows.seen_by).order_by()
            none = 0 if down else 2**62
            first = Coalesce(Subquery(firsts), none)
            beginnings = organisations.annotate(first=first).order_by(f"{sign}first").values_list("pk", "first")
            # Those without any row come last.
            begun = [each for each in beginnings[: self.size + 1] if each[1] != none]
            rows = rows.filter(**{f"{relation.name}__in": [key for key, _ in begun]})
            if begun:
                # Where the keys begin, since PostgreSQL may walk them from the first of all.
                rows = rows.filter(**{f"pk__{'lte' if down else 'gte'}": begun[0][1]})
        return list(rows.order_by(f"{sign}pk")[: self.size + 1])

    @property
    def relation_to_organisation(self):
        """The foreign key by which the user's reach restricts the rows, where nothing else makes rows visible."""
        path = getattr(self.rows, "organisation_path", "")
        if self.user is None or path.count("__") != 1 or not self.rows.is_reached_by_place_alone:
            return None
        return self.rows.model._meta.get_field(path.partition("__")[0])

    def by_reference(self, edge, down, key_down):
        """Rows sorted by a column of a record that they refer to, of the records that come next."""
        name, keys, last = self.order.reference.name, [], None
        while True:
            records, is_all = self.next_records(edge and edge[0], last, down)
            keys += [key for key, _ in records]
            some = self.rows.filter(**{f"{name}__in": keys})
            found = list(self.from_edge(some, edge, down, key_down)[: self.size + 1])
            if len(found) > self.size or is_all:
                return found
            last = records[-1][1]

    def next_records(self, start, last, down):
        """((key, column) of the records with rows that come next, all of one value or none; whether these are all).

        They begin at the value `start`, or beyond the value `last`.
        """
        reference, name = self.order.reference, self.order.referred_column
        rows = self.rows.order_by().filter(**{reference.name: OuterRef("pk")})
        records = reference.related_model._base_manager.filter(Exists(rows))
        if last is not None:
            records = records.filter(**{f"{name}__{'lt' if down else 'gt'}": last})
        elif start is not None:
            records = records.filter(**{f"{name}__{'lte' if down else 'gte'}": start})
        most, sign = self.size + 1 + ALIKE, "-" if down else ""
        found = list(records.order_by(f"{sign}{name}", f"{sign}pk").values_list("pk", name)[:most])
        if len(found) < most:
            return found, True
        # Of the last value there may be more.
        whole = [each for each in found if each[1] != found[-1][1]]
        return whole or list(records.filter(**{name: found[-1][1]}).values_list("pk", name)), False
