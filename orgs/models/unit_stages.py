"""How far two-new organisations are on their way to a league body of their own (两新建团)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Self

from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When

from yl_district.periods import standing_on

from .organisations import FEWEST_MEMBERS
from .reach import ReachQuerySet

# A next step is announced so long before its day.
DUE_SOON = timedelta(days=7)


class UnitStages(ReachQuerySet):
    """Two-new organisations by their stage: listed as candidate, contacted, preparing, founded."""

    def with_stage_on(self, day: date) -> Self:
        """Adds `stage_on`, the Unit.Stage of each on `day`: contacted is a candidate contacted since it became one.

        One whose founding has no day has long been founded.
        """
        unit, stage = self.model, self.model.Stage
        changes = self._related("changes").filter(standing_on(day, "happened_on", "ended_on"), unit=OuterRef("pk"))
        is_candidate, is_preparing = (Exists(changes.filter(kind=one)) for one in (stage.CANDIDATE, stage.PREPARING))
        since = self._related("contacts").filter(unit=OuterRef("unit"), held_on__gte=OuterRef("happened_on"))
        is_contacted = Exists(changes.filter(Exists(since.filter(held_on__lte=day)), kind=stage.CANDIDATE))
        founded_some_day = Q(league_founded_on__isnull=True, league_form__in=[unit.League.OWN, unit.League.JOINT])
        return self.annotate(
            stage_on=Case(
                When(Q(league_founded_on__lte=day) | founded_some_day, then=Value(stage.FOUNDED)),
                When(is_preparing, then=Value(stage.PREPARING)),
                When(is_contacted, then=Value(stage.CONTACTED)),
                When(is_candidate, then=Value(stage.CANDIDATE)),
                default=Value(stage.OUTSIDE),
                output_field=CharField(),
            )
        )

    def in_stage_on(self, stage: str, day: date) -> Self:
        """Units in this stage on `day`."""
        return self.with_stage_on(day).filter(stage_on=stage)

    def with_last_contact(self) -> Self:
        """Adds `last_contact`, the key of the latest contact with each, None without any."""
        latest = self._related("contacts").filter(unit=OuterRef("pk")).order_by("-held_on", "-pk")
        return self.annotate(last_contact=Subquery(latest.values("pk")[:1]))

    def ready(self) -> Self:
        """Units that lack nothing for founding a league body, as `Unit.lacking` tells of one."""
        contacts = self._related("contacts").filter(unit=OuterRef("pk"))
        return self.filter(Exists(contacts), league_members__gte=FEWEST_MEMBERS).exclude(secretary_name="")

    def _related(self, name: str) -> Any:
        return self.model._meta.get_field(name).related_model.objects.all()
