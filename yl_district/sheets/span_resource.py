"""Import of sheets whose rows are spans of earlier states of a record."""

from collections import defaultdict
from typing import Any, ClassVar

from ..record_options import options_of
from ..states import DatedState, Span
from .columns import key_of
from .problems import RowCells, row_problem
from .resource import SheetResource

FIRST_DAY, LAST_DAY = "起始日期", "结束日期"


class SpanResource(SheetResource):
    """Each row is a span of an earlier state, known by its record and its last day or its first.

    A subclass names the record's heading first in `known_by`, and says in `owner_of(row)` which record the row means.
    A span without 结束日期 ends where the record's present state begins.
    """

    related: ClassVar[str]
    relies_on_all = True
    is_of_earlier = True

    @property
    def span(self) -> type[Span]:
        return self._meta.model

    @property
    def state(self) -> DatedState:
        """The state of which the rows are earlier spans."""
        owner = self.span._meta.get_field(self.span.owner).related_model
        return next(one for one in options_of(owner).states if one.earlier == self.related)

    def load(self) -> None:
        self.stored = {}
        self.of_owner: dict[int, list[Any]] = defaultdict(list)
        for span in self.spans():
            self.stored[span.pk] = span
            self.accept(span)

    def spans(self) -> Any:
        """The stored spans, their records those of the book."""
        return self.rows_for_export(self.span._default_manager.all())

    def owner_of(self, row: RowCells) -> Any:
        """Returns the record that a row means; raises CellError."""
        raise NotImplementedError

    def find(self, row: RowCells) -> Any:
        self.whose = self.owner_of(row)
        end = row.get(LAST_DAY) or getattr(self.whose, self.state.since)
        known = self.of_owner[key_of(self.whose)]
        same_end = [span for span in known if span.ended_on == end]
        same_begin = [span for span in known if span.started_on == row.get(FIRST_DAY)]
        return next(iter(same_end or same_begin), None)

    def start(self, row: RowCells) -> Any:
        return self.span(**{self.span.owner: self.whose})

    def accept(self, record: Any) -> None:
        known = self.of_owner[key_of(getattr(record, self.span.owner))]
        if not any(one is record for one in known):
            known.append(record)

    def apply(self, record: Any, row: RowCells) -> list[Any]:
        if not record.ended_on:
            record.ended_on = getattr(getattr(record, self.span.owner), self.state.since)
        return []

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        owner = getattr(instance, self.span.owner)
        since = getattr(owner, self.state.since)
        label = owner._meta.get_field(self.state.since).verbose_name
        if since is None:
            expected = f"{owner}已填写{label}"
            raise row_problem(LAST_DAY, self.row.get(LAST_DAY), expected, f"请先填写{label}，以前的情况才有截止的日期")
        super().validate_instance(instance)
        if instance.ended_on > since:
            raise row_problem(LAST_DAY, instance.ended_on, f"不晚于现在情况的{label} {since}", "请核对两个日期")
        for other in self.of_owner[key_of(owner)]:
            if other is not instance and other.overlaps(instance):
                until = f"{other.started_on or '最初'}至 {other.ended_on}"
                raise row_problem(
                    FIRST_DAY, instance.started_on, f"不与已有的一段（{until}）重叠", "同一天只能有一种情况，请核对日期"
                )
