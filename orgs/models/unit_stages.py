"""How far two-new organisations are on their way to a league body of their own (两新建团)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When

from yl_district.periods import standing_on

from .reach import ReachQuerySet

# The League's constitution has a branch founded wherever there are three members or more:
# 凡是有团员三人以上的，都应当建立团的基层组织 (团章，团的基层组织).
FEWEST_MEMBERS = 3


class UnitStages(ReachQuerySet):
    """Two-new organisations by their stage: listed as candidate, contacted, preparing, founded."""

    def with_stage_on(self, day: date) -> Self:
        """Adds `stage_on`, the Unit.Stage of each on `day`; one whose founding has no day has long been founded."""
        unit, stage = self.model, self.model.Stage
        changes = self._related("changes").filter(standing_on(day, "happened_on", "ended_on"), unit=OuterRef("pk"))
        is_candidate, is_preparing = (Exists(changes.filter(kind=one)) for one in (stage.CANDIDATE, stage.PREPARING))
        is_contacted = Exists(self._related("contacts").filter(unit=OuterRef("pk"), held_on__lte=day))
        founded_some_day = Q(league_founded_on__isnull=True, league_form__in=[unit.League.OWN, unit.League.JOINT])
        return self.annotate(
            stage_on=Case(
                When(Q(league_founded_on__lte=day) | founded_some_day, then=Value(stage.FOUNDED)),
                When(is_preparing, then=Value(stage.PREPARING)),
                When(is_candidate & is_contacted, then=Value(stage.CONTACTED)),
                When(is_candidate, then=Value(stage.CANDIDATE)),
                default=Value(stage.OUTSIDE),
                output_field=CharField(),
            )
        )

    def in_stage_on(self, stage: str, day: date) -> Self:
        """Units in this stage on `day`."""
        return self.with_stage_on(day).filter(stage_on=stage)

    def on_the_way_on(self, day: date) -> Self:
        """Units that are candidates or preparing on `day`, neither founded nor retired; with `stage_on`."""
        stage = self.model.Stage
        under_way = [stage.CANDIDATE, stage.CONTACTED, stage.PREPARING]
        return self.with_stage_on(day).filter(stage_on__in=under_way).not_retired_on(day)

    def with_last_contact(self) -> Self:
        """Adds `last_contact`, the key of the latest contact with each, None without any."""
        latest = self._related("contacts").filter(unit=OuterRef("pk")).order_by("-held_on", "-pk")
        return self.annotate(last_contact=Subquery(latest.values("pk")[:1]))

    def ready(self) -> Self:
        """Units that lack nothing for founding a league body, as `Unit.lacking` tells of one."""
        contacts = self._related("contacts").filter(unit=OuterRef("pk"))
        return self.filter(Exists(contacts), league_members__gte=FEWEST_MEMBERS).exclude(secretary_name="")

    def with_step_due_by(self, last: date, day: date) -> Self:
        """Units, not retired on `day`, whose next step is planned for no later than `last` and still to be done."""
        steps = self._related("contacts").outstanding().filter(unit=OuterRef("pk"), next_on__lte=last)
        return self.filter(Exists(steps)).not_retired_on(day)

    def _related(self, name):
        return self.model._meta.get_field(name).related_model.objects.all()
