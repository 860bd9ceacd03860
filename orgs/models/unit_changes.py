"""What becomes of two-new organisations, day by day: moved, out of reach, a candidate, a contact point, verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import zip_longest
from typing import Self, TypeAlias

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse

from yl_district.days import happened
from yl_district.history.tracking import Tracked, note_changed
from yl_district.periods import Period, standing_on
from yl_district.pinyin import search
from yl_district.record_options import RecordOptions
from yl_district.validators import problem

from .reach import ReachQuerySet
from .units import UNIT_STATE_FIELDS, Unit, UnitContact

# A status, a stage, or whether a unit is a contact point of the district.
UnitState: TypeAlias = str | bool


class UnitChangeQuerySet(ReachQuerySet):
    organisation_path = "unit__branch__path"

    def standing_on(self, day: date, *kinds: str) -> Self:
        """Changes of these kinds that still hold on `day`."""
        return self.filter(standing_on(day, "happened_on", "ended_on"), kind__in=kinds)

    def happened_during(self, period: Period, *kinds: str) -> Self:
        """Changes of these kinds that happened within the period."""
        return self.filter(happened_on__range=period.bounds, kind__in=kinds)

    def of_year(self, year: int) -> Self:
        """Changes that happened in `year`."""
        return self.filter(happened_on__year=year)

    def in_order(self) -> Self:
        """Changes by day, those that have always held first."""
        return self.order_by(F("happened_on").asc(nulls_first=True), "pk")

    def search(self, text: str) -> Self:
        """Changes of units whose name, pinyin or initials contain `text`."""
        return search(self, text, "unit__search_text")

    @transaction.atomic
    def rechain(self, units: Collection[int]) -> None:
        """Sets the end of each change of these units to the day of the next one, and the units' own state to the last.

        `units` are keys; the units are locked.
        """
        # Without the lock, of two concurrent changes each would miss the other; NO KEY lets others refer to the unit.
        own = {
            unit.pk: unit for unit in Unit.objects.select_for_update(no_key=True).filter(pk__in=units).order_by("pk")
        }
        lines = by_line(self.filter(unit__in=own).in_order())
        self.bulk_update([change for line in lines.values() for change in misended(line)], ["ended_on"])
        behind = [unit for unit in own.values() if follow_changes(unit, *(lines[unit.pk, one] for one in STATE_LINES))]
        Unit.objects.bulk_update(behind, UNIT_STATE_FIELDS)
        note_changed(behind)


class UnitChange(models.Model):
    """A change of a two-new organisation's status, stage or mark as contact point, or a day on which it was verified.

    It holds until `ended_on`, the day of the next change of the same line, empty while it still holds. Without
    `happened_on` it has always held.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", "迁址"
        DEREGISTERED = "deregistered", "注销"
        UNREACHABLE = "unreachable", "联系不上"
        REACHABLE = "reachable", "恢复联系"
        CANDIDATE = "candidate", "列为候选"
        PREPARING = "preparing", "开始筹备"
        DROPPED = "dropped", "不再列为候选"
        RECOMMENDED = "recommended", "推荐为区级联系点"
        LISTED = "listed", "列为区级联系点"
        REFUSED = "refused", "区级联系点未获批"
        UNLISTED = "unlisted", "不再列为区级联系点"
        VERIFIED = "verified", "核实"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="changes", verbose_name="单位名称")
    happened_on = happened(models.DateField("日期", null=True, blank=True))
    kind = models.CharField("事项", max_length=20, choices=Kind)
    way = models.CharField("方式", max_length=10, choices=UnitContact.Form, blank=True)
    handled_by = models.CharField("经办人", max_length=30, blank=True)
    remark = models.TextField("备注", blank=True)
    ended_on = models.DateField("下次变更日期", null=True, blank=True)

    objects = UnitChangeQuerySet.as_manager()
    history = Tracked(excluded_fields=["ended_on"], by_acts=["unit", "happened_on", "kind"])
    # The fields that `check_overlap` compares with other changes of the unit.
    record_options = RecordOptions(
        undo_rechecks=("unit", "happened_on", "kind"),
        facts=("unit", "happened_on", "kind", "ended_on"),
        neutral=("way", "handled_by", "remark"),
        changes_another=True,
    )

    class Meta:
        verbose_name = "两新变更"
        ordering = [F("happened_on").desc(nulls_last=True), "-pk"]
        indexes = [models.Index(fields=["kind", "happened_on", "ended_on", "unit"], name="unit_change_spans")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "happened_on", "kind"],
                name="unit_change_once",
                violation_error_message="该单位当日的这一变更已经登记。",
            ),
            models.UniqueConstraint(
                fields=["unit", "kind"],
                condition=Q(happened_on__isnull=True),
                name="unit_change_always_once",
                violation_error_message="该单位没有日期的这一变更已经登记。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(happened_on__isnull=True) | Q(ended_on__gte=F("happened_on")),
                name="unit_change_ends_after_begin",
            ),
        ]

    def __str__(self):
        return f"{self.unit} {self.shown_day} {self.get_kind_display()}"

    def save(self, *args, **options):
        """Saves the change; ends of changes and the unit's own state follow."""
        self.ended_on = None  # set anew, and until then possibly before a corrected day
        with transaction.atomic():
            super().save(*args, **options)
            type(self).objects.rechain([self.unit_id])
        self.refresh_from_db(fields=["ended_on"])

    def get_absolute_url(self):
        """The record's own page."""
        return reverse("unit_change_detail", args=[self.pk])

    @property
    def shown_day(self):
        """Its day in words."""
        return self.happened_on or "一直如此"

    @property
    def line(self):
        """The kinds of changes that end each other, of which its own is one."""
        return line_of(self.kind)

    @property
    def state_label(self):
        """The state that it leads to, in words."""
        return UNIT_STATE_LABELS[STATE_AFTER[self.kind]]

    @property
    def sorting_day(self):
        """Its day; the first of all days where it has always held."""
        return self.happened_on or date.min

    def delete(self, *args, **options):
        """Deletes the change; ends of changes and the unit's own state follow."""
        with transaction.atomic():
            found = super().delete(*args, **options)
            type(self).objects.rechain([self.unit_id])
        return found

    def clean(self):
        if self.happened_on is None and self.kind not in UNDATED_CHANGES:
            raise ValidationError({"happened_on": problem("变更发生的日期", "请补填日期")})
        founded = self.unit.league_founded_on if hasattr(self, "unit") else None
        if self.kind in CONTACT_POINT_LINE and self.happened_on and founded and self.happened_on < founded:
            raise ValidationError({"happened_on": problem(f"不早于建团日期（{founded}）的日期", "请核对两个日期")})
        if self.kind == self.Kind.DROPPED and not self.remark:
            raise ValidationError({"remark": problem("不再列为候选的原因", "请在备注中写明")})
        if self.kind in STAGE_LINE and self.happened_on:
            self._check_stage_day(founded)

    def _check_stage_day(self, founded):
        """Raises ValidationError for a stage after the founding, or of a unit that has moved away or is closed."""
        if founded and self.happened_on > founded:
            raise ValidationError({"happened_on": problem(f"不晚于建团日期（{founded}）的日期", "请核对两个日期")})
        is_dropped = self.kind == self.Kind.DROPPED or not hasattr(self, "unit")
        gone_on = None if is_dropped or not self.unit.is_retired else self.unit.status_on
        if gone_on and self.happened_on > gone_on:
            expected = f"不晚于{self.unit.get_status_display()}（{gone_on}）的日期"
            raise ValidationError({"happened_on": problem(expected, "已迁址或注销的单位不再列为候选，请核对两个日期")})

    def withdraw(self):
        """Deletes the change; raises ValidationError where the next one of its line cannot happen without it."""
        others = self.others()
        before = [one for one in others if one.sorting_day < self.sorting_day]
        for after in others[len(before) : len(before) + 1]:
            if not is_possible(after.kind, before, ()):
                expected = f"其后没有以它为前提的变更（已登记 {after.happened_on} {after.get_kind_display()}）"
                raise problem(expected, "请先删除其后的那一项")
        self.delete()

    def others(self, leaving: Collection[int] = ()) -> list[UnitChange]:
        """The other stored changes of its line, except those in `leaving`, by day."""
        stored = UnitChange.objects.filter(unit=self.unit_id, kind__in=self.line).exclude(pk=self.pk).in_order()
        return [one for one in stored if one.pk not in leaving]

    def check_overlap(self, leaving: Collection[int] = ()) -> None:
        """Raises ValidationError where it contradicts the other stored changes, except those in `leaving`."""
        self.check_place(self.others(leaving))

    def check_place(self, others: Sequence[UnitChange]) -> None:
        """Raises ValidationError where it is on the day of one of the `others`, or cannot happen between them.

        `others` are the other changes of its line, by day.
        """
        same = next((one for one in others if one.happened_on == self.happened_on), None)
        if same:
            expected = f"同一单位同一天只有一项这类变更（当日已登记{same.get_kind_display()}）"
            raise ValidationError({"happened_on": problem(expected, "请核对日期，或修改已登记的一项")})
        before = [one for one in others if one.sorting_day < self.sorting_day]
        after = others[len(before) :]
        state = state_after(before, self.line)
        if not is_possible(self.kind, before, ()):
            wanted = "或".join(UNIT_STATE_LABELS[one] for one in POSSIBLE_IN[self.kind])
            expected = f"{self.get_kind_display()}之前为{wanted}的单位（当时为{UNIT_STATE_LABELS[state]}）"
            raise ValidationError({"kind": problem(expected, "请核对事项与日期，遗漏的变更请先补登")})
        if not is_possible(self.kind, before, after):
            expected = f"能与其后 {after[0].happened_on} 的{after[0].get_kind_display()}衔接的事项"
            raise ValidationError({"kind": problem(expected, "请核对事项与日期，多余的变更请先删除")})


STATUS_LINE = (
    UnitChange.Kind.MOVED,
    UnitChange.Kind.DEREGISTERED,
    UnitChange.Kind.UNREACHABLE,
    UnitChange.Kind.REACHABLE,
)
STAGE_LINE = (UnitChange.Kind.CANDIDATE, UnitChange.Kind.PREPARING, UnitChange.Kind.DROPPED)
CONTACT_POINT_LINE = (
    UnitChange.Kind.RECOMMENDED,
    UnitChange.Kind.LISTED,
    UnitChange.Kind.REFUSED,
    UnitChange.Kind.UNLISTED,
)
VERIFIED_LINE = (UnitChange.Kind.VERIFIED,)
# Those of which the unit itself tells the last.
STATE_LINES = (STATUS_LINE, CONTACT_POINT_LINE, VERIFIED_LINE)
# The kinds of changes that end each other.
CHANGE_LINES = (*STATE_LINES, STAGE_LINE)
# Kinds that may have always held, as far as is known.
UNDATED_CHANGES = (UnitChange.Kind.UNREACHABLE, UnitChange.Kind.LISTED)
RECOMMENDED, UNVERIFIED = "recommended", "unverified"
STATE_BEFORE_ALL: dict[tuple[UnitChange.Kind, ...], UnitState] = {
    STATUS_LINE: Unit.Status.NORMAL,
    STAGE_LINE: Unit.Stage.OUTSIDE,
    CONTACT_POINT_LINE: False,
    VERIFIED_LINE: UNVERIFIED,
}
STATE_AFTER: dict[str, UnitState] = {
    UnitChange.Kind.MOVED: Unit.Status.MOVED,
    UnitChange.Kind.DEREGISTERED: Unit.Status.DEREGISTERED,
    UnitChange.Kind.UNREACHABLE: Unit.Status.UNREACHABLE,
    UnitChange.Kind.REACHABLE: Unit.Status.NORMAL,
    UnitChange.Kind.CANDIDATE: Unit.Stage.CANDIDATE,
    UnitChange.Kind.PREPARING: Unit.Stage.PREPARING,
    UnitChange.Kind.DROPPED: Unit.Stage.OUTSIDE,
    UnitChange.Kind.RECOMMENDED: RECOMMENDED,
    UnitChange.Kind.REFUSED: False,
    UnitChange.Kind.LISTED: True,
    UnitChange.Kind.UNLISTED: False,
    UnitChange.Kind.VERIFIED: "verified",
}
# Of two kinds that lead to the same state the later: 不再列为区级联系点, not a refusal.
CHANGE_INTO = {state: kind for kind, state in STATE_AFTER.items()}
POSSIBLE_IN: dict[str, tuple[UnitState, ...]] = {
    UnitChange.Kind.MOVED: (Unit.Status.NORMAL, Unit.Status.UNREACHABLE),
    UnitChange.Kind.DEREGISTERED: (Unit.Status.NORMAL, Unit.Status.UNREACHABLE, Unit.Status.MOVED),
    UnitChange.Kind.UNREACHABLE: (Unit.Status.NORMAL,),
    UnitChange.Kind.REACHABLE: (Unit.Status.UNREACHABLE,),
    UnitChange.Kind.CANDIDATE: (Unit.Stage.OUTSIDE,),
    UnitChange.Kind.PREPARING: (Unit.Stage.OUTSIDE, Unit.Stage.CANDIDATE),
    UnitChange.Kind.DROPPED: (Unit.Stage.CANDIDATE, Unit.Stage.PREPARING),
    UnitChange.Kind.RECOMMENDED: (False,),
    UnitChange.Kind.LISTED: (False, RECOMMENDED),
    UnitChange.Kind.REFUSED: (RECOMMENDED,),
    UnitChange.Kind.UNLISTED: (True,),
    UnitChange.Kind.VERIFIED: (UNVERIFIED, "verified"),
}
UNIT_STATE_LABELS: dict[str | bool, str] = {status: str(status.label) for status in Unit.Status}
UNIT_STATE_LABELS |= {stage: str(stage.label) for stage in Unit.Stage}
UNIT_STATE_LABELS |= {True: "区级联系点", False: "非区级联系点", RECOMMENDED: "已推荐、待批的区级联系点"}
UNIT_STATE_LABELS |= {"verified": "已核实", UNVERIFIED: "未核实"}


def line_of(kind: str) -> tuple[UnitChange.Kind, ...]:
    """The kinds of changes that end each other, of which `kind` is one."""
    return next(line for line in CHANGE_LINES if kind in line)


def state_after(changes: Sequence[UnitChange], line: tuple[UnitChange.Kind, ...]) -> UnitState:
    """The state after the last of the changes of a line; without any the unit is in business, and nothing else."""
    return STATE_AFTER[changes[-1].kind] if changes else STATE_BEFORE_ALL[line]


def by_line(changes: Iterable[UnitChange]) -> dict[tuple[int, tuple[UnitChange.Kind, ...]], list[UnitChange]]:
    """{(key of the unit, line): its changes}, in the order of `changes`."""
    found = defaultdict(list)
    for change in changes:
        found[change.unit_id, change.line].append(change)
    return found


def misended(line: Sequence[UnitChange]) -> Iterator[UnitChange]:
    """Yields the changes of a line, given by day, that do not end on the day of the next; their end is set to it."""
    for change, after in zip_longest(line, line[1:]):
        ended_on = after and after.happened_on
        if change.ended_on != ended_on:
            change.ended_on = ended_on
            yield change


def follow_changes(
    unit: Unit,
    status_line: Sequence[UnitChange],
    contact_point_line: Sequence[UnitChange],
    verified_line: Sequence[UnitChange],
) -> bool:
    """Sets a unit's own state to what its changes, by day, say last; returns whether it was another.

    Without a change of its status a day may stand beside 正常, and without one of its mark either 否 or nothing.
    """
    before = [getattr(unit, name) for name in UNIT_STATE_FIELDS]
    kept_day = unit.status_on if unit.status == Unit.Status.NORMAL else None
    unit.status_on = status_line[-1].happened_on if status_line else kept_day
    unit.status = state_after(status_line, STATUS_LINE)
    if contact_point_line or unit.is_contact_point:
        unit.is_contact_point = state_after(contact_point_line, CONTACT_POINT_LINE) is True
    unit.verified_on = verified_line[-1].happened_on if verified_line else None
    return before != [getattr(unit, name) for name in UNIT_STATE_FIELDS]


def opening_changes(unit: Unit, listed_on: date | None = None) -> list[UnitChange]:
    """The changes, not yet stored, that a new unit's own state means.

    It is a contact point since `listed_on`, else since its league body was founded, else always.
    """
    found = []
    if unit.status and unit.status != Unit.Status.NORMAL:
        found.append(UnitChange(unit=unit, kind=CHANGE_INTO[unit.status], happened_on=unit.status_on))
    if unit.is_contact_point:
        found.append(
            UnitChange(unit=unit, kind=UnitChange.Kind.LISTED, happened_on=listed_on or unit.league_founded_on)
        )
    if unit.verified_on:
        found.append(UnitChange(unit=unit, kind=UnitChange.Kind.VERIFIED, happened_on=unit.verified_on))
    return found


def check_founding_day(day: date | None, changes: Sequence[UnitChange]) -> None:
    """Raises ValidationError for a founding on `day` where one of the unit's changes of its stage is later."""
    late = [one for one in changes if one.kind in STAGE_LINE and day and one.sorting_day > day]
    if late:
        expected = f"不早于{late[-1].get_kind_display()}（{late[-1].happened_on}）的建团日期"
        raise ValidationError({"league_founded_on": problem(expected, "请核对两个日期，多余的变更请先删除")})


def possible_kinds(others: Sequence[UnitChange]) -> list[UnitChange.Kind]:
    """The kinds of changes that can happen before, between or after the other changes of a unit, given by day."""
    found = []
    for kind in UnitChange.Kind:
        line = line_of(kind)
        own = [one for one in others if one.kind in line]
        places = range(len(own) + 1)
        if any(is_possible(kind, own[:place], own[place : place + 1]) for place in places):
            found.append(kind)
    return found


def is_possible(kind: str, before: Sequence[UnitChange], after: Sequence[UnitChange]) -> bool:
    """Whether a change can happen between those `before` it and those `after` it, which are of its line and by day."""
    fits = state_after(before, line_of(kind)) in POSSIBLE_IN[kind]
    return fits and all(STATE_AFTER[kind] in POSSIBLE_IN[one.kind] for one in after[:1])
