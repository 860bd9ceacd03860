"""What the latest year before a new one has that the new one has not."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max

from youthhubs.models import Hub, HubYear

from ..figures.lines import all_figures
from ..models import Target


@dataclass(frozen=True)
class LastYear:
    """The tiers of hubs and the targets of years before `year` that `year` is without, each of the latest such year."""

    year: int
    hub_years: list[HubYear] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)

    @property
    def number(self):
        """How many records can be carried over."""
        return len(self.hub_years) + len(self.targets)


def left_over(user, year):
    """What the user can carry over into `year`."""
    return LastYear(year, hub_years_without(user, year), targets_without(user, year))


def is_opened(user, year):
    """Whether the year has the tier of any hub, or any target, that the user may see."""
    hub_years, targets = HubYear.objects.visible_to(user), Target.objects.changeable_by(user)
    return any(rows.filter(year=year).exists() for rows in (hub_years, targets))


def hub_years_without(user, year):
    """The latest year of each hub open at the beginning of `year` or later in it, of which `year` has none yet."""
    hubs = Hub.objects.visible_to(user).not_closed_by(date(year, 1, 1)).exclude(years__year__gte=year)
    rows = HubYear.objects.filter(hub__in=hubs).select_related("hub", "hub__organisation").order_by("hub", "-year")
    latest = {}
    for row in rows:
        latest.setdefault(row.hub_id, row)
    return sorted(latest.values(), key=lambda row: (row.hub.name_sort, row.pk))


def targets_without(user, year):
    """The targets of the latest year before `year` whose figures still exist and have no target in `year`."""
    seen = Target.objects.changeable_by(user)
    before = seen.filter(year__lt=year).aggregate(latest=Max("year"))["latest"]
    known = set(seen.filter(year=year).values_list("figure", flat=True))
    found = seen.filter(year=before).order_by("pk") if before else []
    return [target for target in found if target.figure in all_figures() and target.figure not in known]
