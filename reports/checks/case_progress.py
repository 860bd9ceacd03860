"""How far the assistances of a year have come towards what each youth is to get, for those whose files are open."""

from dataclasses import dataclass
from datetime import date

from assistance.models import AssistedYouth
from yl_district.periods import Period

from ..models import Target
from .cases import A_YEAR, assistances_due

FIGURE = "assistances_per_youth"


@dataclass(frozen=True)
class YouthProgress:
    """The assistances that a youth has received in a year, of those wanted in it, and how many are due by now."""

    youth: AssistedYouth
    received: int
    due: int
    wanted: int

    @property
    def is_behind(self):
        """Whether fewer were received than are due by now."""
        return self.received < self.due

    @property
    def state(self):
        """The state as the pages of targets name it, by which it is coloured."""
        return "behind" if self.is_behind else "done" if self.received >= self.wanted else "ahead"

    @property
    def words(self):
        """The state in one phrase."""
        if self.received >= self.wanted:
            return "已完成全年"
        gap = self.received - self.due
        return f"{'超前' if gap > 0 else '落后'} {abs(gap)} 次" if gap else "与进度持平"

    @property
    def width(self):
        """The length of the bar in hundredths of the whole."""
        return hundredths(self.received, self.wanted)

    @property
    def mark(self):
        """Where in the bar the share due by now lies, likewise."""
        return hundredths(self.due, self.wanted)


def hundredths(part, whole):
    """Returns a part in hundredths of the whole, at most 100."""
    return min(100 * part // whole, 100) if whole else 100


def wanted_in(year):
    """Returns how many assistances each youth is to get in a year: by the district's target, else A_YEAR."""
    target = Target.objects.filter(year=year, figure=FIGURE).order_by("due_on", "pk").last()
    return target.value if target else A_YEAR


def progress_of(user, year, today):
    """Returns the YouthProgress of each youth in the register on `today`, or at the end of a year that has passed.

    In the order of organisations and names; only youths whose files the user may open.
    """
    period = Period(date(year, 1, 1), min(today, date(year, 12, 31)))
    wanted = wanted_in(year)
    youths = AssistedYouth.objects.visible_to(user).as_of(period.end).with_person().with_assistances_during(period)
    rows = [
        YouthProgress(
            youth,
            youth.assistances_received,
            assistances_due(max(period.start, youth.registered_on), period.end, wanted),
            wanted,
        )
        for youth in youths.order_by("pk")
    ]
    return sorted(rows, key=lambda row: (row.youth.organisation.path, row.youth.person.name_sort, row.youth.pk))
