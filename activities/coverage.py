"""Whom a campaign has reached of those whom it is to reach.

Both are told as of the end of a period, or of the campaign's last day where that is earlier; of a period in which the
campaign did not run, there is nobody. Reached is who came to an activity of the campaign on a day of it, wherever that
was held, or of whom a proof is of such a day.
"""

from dataclasses import dataclass

from django.db.models import Count, DateField, Exists, F, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least

from members.models import Member, Person, Post

from .models import Activity, Campaign, CampaignProof, SignIn


@dataclass(frozen=True)
class Coverage:
    """The coverage of one campaign, by its key and its audience.

    Whom it is to reach are Members, or People who are cadres. `narrow`, where it is given, restricts the memberships or
    posts to those of a place, or to those that a user sees.
    """

    campaign: int
    audience: str

    @property
    def is_of_members(self):
        """Whether those whom it is to reach are members."""
        return self.audience == Campaign.Audience.MEMBERS

    def to_reach(self, period, narrow=None):
        """Those whom the campaign is to reach, each with whether `is_reached`."""
        if self.is_of_members:
            rows = self._standing(Member, period, narrow)
        else:
            rows = Person.objects.filter(pk__in=self._standing(Post, period, narrow).values("person"))
        return rows.annotate(is_reached=self._is_reached(period, "person" if self.is_of_members else "pk"))

    def counted(self, period, narrow=None):
        """How many it is to reach, and how many of them it has reached."""
        counts = {"due": Count("pk"), "reached": Count("pk", filter=Q(is_reached=True))}
        found = self.to_reach(period, narrow).aggregate(**counts)
        return found["due"], found["reached"]

    def by_path(self, period, narrow=None):
        """(path of an organisation, key of a person or None, how many are to be reached, how many are reached) each.

        Members of one branch are counted together. Cadres come one by one, since one may have posts in several places.
        """
        if self.is_of_members:
            rows = self.to_reach(period, narrow).order_by().values_list("branch__path")
            reached = Count("pk", filter=Q(is_reached=True))
            return [(path, None, due, came) for path, due, came in rows.annotate(due=Count("pk"), came=reached)]
        posts = self._standing(Post, period, narrow).annotate(is_reached=self._is_reached(period, "person"))
        rows = posts.order_by().values_list("organisation__path", "person", "is_reached").distinct()
        return [(path, person, 1, int(came)) for path, person, came in rows]

    def _standing(self, model, period, narrow):
        """The memberships or posts that stand on the day of counting."""
        rows = model.objects.as_of(self._day(period)).filter(Exists(self._under_way(period)))
        return narrow(rows) if narrow else rows

    def _under_way(self, period):
        """The campaign, if it ran within the period and has this audience."""
        return Campaign.objects.under_way_during(period).filter(pk=self.campaign, audience=self.audience)

    def _day(self, period):
        """The day of counting, which the database takes from the campaign."""
        end = Value(period.end, DateField())
        return Subquery(self._under_way(period).order_by().values(day=Coalesce(Least("ended_on", end), end)))

    def _is_reached(self, period, person):
        """The condition for rows of people, to whom the path `person` leads, whom the campaign has reached."""
        day = self._day(period)
        came, proofs = sign_ins_toward(self.campaign, day), proofs_toward(self.campaign, day)
        return Q(**{f"{person}__in": in_no_order(came)}) | Q(**{f"{person}__in": in_no_order(proofs)})


def sign_ins_toward(campaign, day):
    """The sign-ins by which the campaign with this key has reached somebody by `day`, a day or a query for it."""
    return SignIn.objects.present().filter(
        activity__campaign=campaign,
        activity__state=Activity.State.HELD,
        activity__held_on__gte=F("activity__campaign__started_on"),
        activity__held_on__lte=day,
    )


def proofs_toward(campaign, day):
    """The proofs that the campaign with this key has reached somebody by `day`, a day or a query for it."""
    return CampaignProof.objects.filter(campaign=campaign, proved_on__gte=F("campaign__started_on"), proved_on__lte=day)


def in_no_order(rows: QuerySet) -> QuerySet:
    """The keys of the people of rows."""
    return rows.order_by().values("person")


def coverage_of(campaign):
    """The Coverage of a campaign, None where it is to reach nobody."""
    return None if campaign.audience == Campaign.Audience.NOBODY else Coverage(campaign.pk, campaign.audience)


def share_in_percent(part, whole):
    """The part in percent of the whole, rounded down, so that only all are 100; 0 of nothing."""
    return 100 * part // whole if whole else 0
