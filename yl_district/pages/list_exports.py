"""Exports of lists: all rows of the filtered and sorted list, with the columns of the ledger's sheet.

These columns can be imported again. The last one marks each row with its record and the time of export, by which an
import identifies the record. The records behind a figure, which may be of any model, are exported with the columns of
their page's table.
"""

import re

from django.contrib import messages
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_tables2 import RequestConfig

from ..audit.downloads import long_download
from ..pinyin import whole_number
from ..privacy.masking import masked
from ..sheets.columns import Book
from ..sheets.export_marks import HEADING, marks
from ..sheets.raw_rows import is_plain, plain_rows
from ..spreadsheets.long_sheets import TooManyRows, write_csv, write_long_sheet
from ..spreadsheets.workbooks import EXCEL_ROWS, Heading
from .pages import in_settled_order, sorted_table
from .tables import PageRow

ROWS_PER_QUERY = 2000
FORMATS = ("xlsx", "csv")
MARK_HEADING = Heading(HEADING, width=42)
LONG_NUMBER = re.compile(r"\d{7,}[Xx]?")


def export_page(request, resource_class, table_class, filter_class, rows, *, book=None, through=None, told=None):
    """The `rows`, filtered and sorted according to the URL, as a file download; masked unless `book` says otherwise.

    `told(row_count)` is called before the file leaves, and returns words that are added to its line in the log.

    `through` names the sheet's foreign key to the list's model, for a sheet of records that belong to the list's rows.
    """
    kind = request.GET.get("format", FORMATS[0])
    if kind not in FORMATS:
        return unknown_format(kind)
    moment = timezone.now()
    resource = resource_class(book or Book(timezone.localdate(), masks=True, with_cases=False))
    filterset = filter_class(request.GET, rows, user=request.user, day=resource.book.today)
    records = in_order_of(table_class, request, filterset.qs)
    if through:
        records = belonging_to(records, resource_class._meta.model, through)
    rows = CountedRows(marked_rows(resource, records, moment))
    label = f"{resource.sheet}{'（遮蔽）' if resource.book.masks else ''}"

    def write_rows(stream):
        write_list(stream, kind, resource.sheet, [*(item.heading for item in resource.columns), MARK_HEADING], rows)
        more = told(rows.count) if told else ""
        return f"列表 {label}；{''.join(conditions(request, filterset))}{rows.count} 条；{kind}{more}"

    return handed_out(request, f"{label}{timezone.localtime(moment):%Y%m%d}.{kind}", write_rows, list_of(request))


def export_table(request, table_class, rows, *, name, back):
    """All rows of a page's table with its columns, sorted according to the URL, as a file download."""
    kind = request.GET.get("format", FORMATS[0])
    if kind not in FORMATS:
        return unknown_format(kind)
    table = sorted_table(request, table_class, rows)
    table.before_render(request)
    records = table.data.data.iterator(chunk_size=ROWS_PER_QUERY)
    rows = CountedRows(PageRow(record, table=table).texts for record in records)
    headings = [Heading(str(column.header), width=20) for column in table.columns]

    def write_rows(stream):
        write_list(stream, kind, "名单", headings, rows)
        return f"名单 {name}；{rows.count} 条；{kind}"

    return handed_out(request, f"{name}名单{timezone.localdate():%Y%m%d}.{kind}", write_rows, back)


def unknown_format(kind):
    """The response with status 400 that names the formats."""
    return HttpResponseBadRequest(f"没有“{kind}”这种导出格式，应为 {' 或 '.join(FORMATS)}。")


def handed_out(request, file_name, write_rows, back):
    """The file download, or a redirect to `back` with a message where Excel cannot hold all rows."""
    try:
        return long_download(request, file_name, write_rows)
    except TooManyRows:
        messages.error(request, f"列表超过 Excel 一张表的 {EXCEL_ROWS} 行，请缩小筛选范围，或改为导出 CSV。")
        return redirect(back)


def in_order_of(table_class, request, rows):
    """The rows in the order of the list's table, by default that of their model."""
    table = table_class(rows)
    RequestConfig(request, paginate=False).configure(table)
    rows = in_settled_order(table.data.data)
    return rows.order_by(*(rows.query.order_by or rows.model._meta.ordering))


def belonging_to(rows, model, through):
    """The records of `model` that refer to the rows by `through`, in the order of the rows."""
    order = [f"-{through}__{name[1:]}" if name[:1] == "-" else f"{through}__{name}" for name in rows.query.order_by]
    records = model.objects.filter(**{f"{through}__in": rows.order_by().values("pk")})
    return records.order_by(*order, *model._meta.ordering)


def marked_rows(resource, records, moment):
    """Yields each record's cells followed by its export mark, in chunks of queries."""
    mark_of, order = marks(resource._meta.model, moment), records.query.order_by
    if is_plain(resource):
        for pk, cells in plain_rows(resource, records, ROWS_PER_QUERY):
            yield [*cells, mark_of(pk)]
    else:
        # In the list's order instead of the resource's, which is the ledger's.
        for record in resource.rows_for_export(records).order_by(*order).iterator(chunk_size=ROWS_PER_QUERY):
            yield [*resource.export_row(record), mark_of(record.pk)]


class CountedRows:
    """An iterable of rows that counts them as they are consumed."""

    def __init__(self, rows):
        self.rows, self.count = rows, 0

    def __iter__(self):
        for row in self.rows:
            self.count += 1
            yield row


def write_list(stream, kind, sheet, headings, rows):
    """Writes headings and rows as CSV or as a workbook."""
    if kind == "csv":
        write_csv(stream, headings, rows)
    else:
        write_long_sheet(stream, sheet, headings, rows)


def conditions(request, filterset):
    """Yields the list's filters and sorting in words for the log, with long numbers masked."""
    filterset.form.is_valid()
    for name, value in filterset.form.cleaned_data.items():
        if value not in (None, ""):
            field = filterset.form.fields[name]
            shown = dict(getattr(field, "choices", ()) if isinstance(value, str) else ()).get(value, value)
            number = whole_number(str(shown))
            text = masked(number) if number else LONG_NUMBER.sub(lambda found: masked(found[0]), str(shown))
            yield f"{field.label}：{text}；"
    if "sort" in request.GET:
        yield f"排序：{','.join(request.GET.getlist('sort'))[:60]}；"


def list_of(request):
    """URL of the exported list with its filters."""
    name = request.resolver_match.url_name.removesuffix("_export").removesuffix("_full")
    return f"{reverse(f'{name}_list')}?{request.GET.urlencode()}"
