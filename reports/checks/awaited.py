"""Cells of lists that an import could not read, and that nobody has completed since."""

from django.contrib.contenttypes.models import ContentType
from django.urls import NoReverseMatch

from activities.models import SignIn
from yl_district.audit.access_log import subject_of
from yl_district.history.tracking import kind_of
from yl_district.sheets.models import AwaitedCell

from ..ledger.kinds import KINDS
from .inspection import RawFinding


def cells_awaited(inspection):
    """Yields the records with cells to be completed, those of case files left out."""
    yield from awaited_of(inspection, models_of(is_case=False))


def case_cells_awaited(inspection):
    """Yields the case files with cells to be completed; none where even their number may not be known."""
    yield from awaited_of(inspection, models_of(is_case=True) if inspection.with_cases else ())


def models_of(is_case):
    """The models of the kinds of lists, those of case files or all others."""
    return [kind.resource._meta.model for kind in KINDS.kinds if kind.is_case == is_case]


def awaited_of(inspection, models):
    """Yields a finding for each record of the models with cells to be completed."""
    waiting = AwaitedCell.objects.current().order_by("object_id", "pk")
    kinds = {kind.model_class(): kind for kind in ContentType.objects.filter(pk__in=waiting.values("content_type"))}
    for model in models:
        cells = {}
        for cell in waiting.filter(content_type=kinds[model]) if model in kinds else ():
            cells.setdefault(cell.object_id, []).append(cell)
        rows = model._default_manager.within(inspection.scope.organisation).filter(pk__in=cells) if cells else ()
        for record in inspection.opened(rows).order_by("pk") if cells else ():
            headings = [cell.heading for cell in cells[record.pk] if not cell.is_settled_by(record)]
            if headings:
                found = f"名单中的{'、'.join(headings)}待补"
                url = page_of_record(inspection, record)
                yield RawFinding(subject_of(record), str(record), found, url, is_open=record.is_open)


def page_of_record(inspection, record):
    """The URL of the record's page, else of its form, of a sign-in its activity's; "" where none may be opened."""
    if isinstance(record, SignIn):
        return inspection.page("activity_detail", record.activity_id, of=record)
    for act in ("detail", "update"):
        try:
            return inspection.page(f"{kind_of(type(record))}_{act}", record.pk, of=record)
        except NoReverseMatch:
            continue
    return ""
