"""Pages of the district's campaigns, with whom each has reached."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from orgs.models import Organisation, User
from orgs.roles import RECORD_KEEPERS
from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import configured_table, delete_page, form_page, list_page, rows_response
from yl_district.pages.record_choices import is_key
from yl_district.periods import Period

from .campaign_resources import CampaignResource
from .coverage import coverage_of, share_in_percent
from .filters import CampaignFilter
from .forms import CampaignForm
from .models import Campaign
from .tables import CampaignProofTable, CampaignTable, CoveredCadreTable, CoveredMemberTable

UNREACHED, REACHED, PROOFS = "unreached", "reached", "proofs"


def campaign_list(request):
    """The list of campaigns, latest first."""
    campaigns = Campaign.objects.visible_to(request.user)
    return list_page(request, CampaignTable, CampaignFilter, campaigns, title="专项")


@require_GET
def campaign_export(request, book=None):
    """Exports the list of campaigns."""
    campaigns = Campaign.objects.visible_to(request.user)
    return export_page(request, CampaignResource, CampaignTable, CampaignFilter, campaigns, book=book)


@dataclass(frozen=True)
class CoveredPlace:
    """How many a campaign is to reach in an organisation and below it, and how many it has reached."""

    organisation: Organisation
    due: int
    reached: int

    @property
    def share(self):
        """The reached in percent of all."""
        return share_in_percent(self.reached, self.due)


class CampaignReach:
    """Whom a campaign is to reach and has reached by today, of those whom the user sees as members or cadres.

    Those at an `organisation` and below it, where one is given.
    """

    def __init__(self, campaign: Campaign, user: User, today: date, organisation: Organisation | None = None):
        self.campaign, self.user, self.today, self.organisation = campaign, user, today, organisation
        self.coverage = coverage_of(campaign)

    @property
    def is_counted(self):
        """Whether the campaign has begun, and is to reach somebody."""
        return self.coverage is not None and self.campaign.started_on <= self.today

    @property
    def day(self):
        """The day of counting."""
        return min(self.today, self.campaign.ended_on or self.today)

    @property
    def period(self):
        """The days of the campaign up to today."""
        return Period(self.campaign.started_on, self.today)

    def _narrow(self, rows):
        rows = rows.visible_to(self.user)
        return rows.within(self.organisation) if self.organisation else rows

    @property
    def everybody(self):
        """All whom it is to reach."""
        return self.coverage.to_reach(self.period, self._narrow)

    @property
    def reached(self):
        """Those whom it has reached."""
        return self.everybody.filter(is_reached=True)

    @property
    def unreached(self):
        """Those whom it has not reached."""
        return self.everybody.filter(is_reached=False)

    def people(self, rows):
        """The keys of the people of rows."""
        return rows.order_by().values("person" if self.coverage.is_of_members else "pk")

    @cached_property
    def counts(self):
        """How many it is to reach, and how many it has reached."""
        return self.coverage.counted(self.period, self._narrow)

    @cached_property
    def places(self):
        """A CoveredPlace for each organisation right below those of the user, or itself where people are its own."""
        own = self.user.organisations_as(*RECORD_KEEPERS)
        own = [one for one in own if not any(one.path != up.path and one.path.startswith(up.path) for up in own)]
        due, reached = defaultdict(list), defaultdict(list)
        for path, person, number, came in self.coverage.by_path(self.period, self._narrow):
            for one in own:
                if path.startswith(one.path):
                    place = path[: len(one.path) + Organisation.steplen]
                    due[place].append((person, number))
                    reached[place].append((person, came))
        organisations = Organisation.objects.filter(path__in=due).order_by("path")
        return [CoveredPlace(one, together(due[one.path]), together(reached[one.path])) for one in organisations]


def together(numbers):
    """The sum of numbers, each with a person or None; of one person the largest counts."""
    largest = defaultdict(int)
    for person, number in numbers:
        if person is not None:
            largest[person] = max(largest[person], number)
    return sum(number for person, number in numbers if person is None) + sum(largest.values())


def campaign_detail(request, pk):
    """One campaign with whom it has reached of those whom the user sees."""
    campaign = visible_campaign(request, pk)
    reach = CampaignReach(campaign, request.user, timezone.localdate())
    context = {"title": campaign.name, "campaign": campaign, "reach": reach}
    if reach.is_counted and request.user.holds(*RECORD_KEEPERS):
        context |= coverage_context(request, reach)
    return rows_response(request, "activities/campaign_detail.html", "_rows.html", context)


def coverage_context(request, reach):
    """The template context for the coverage of a campaign, and one of the lists behind it."""
    asked = request.GET.get("organisation", "")
    place = next((one for one in reach.places if is_key(asked) and one.organisation.pk == int(asked)), None)
    listed = CampaignReach(reach.campaign, reach.user, reach.today, place.organisation) if place else reach
    proofs = reach.campaign.proofs.visible_to(request.user)
    proofs = proofs.within(place.organisation) if place else proofs
    (due, reached), (due_listed, reached_listed) = reach.counts, (place.due, place.reached) if place else reach.counts
    tabs = [
        (UNREACHED, "未覆盖", due_listed - reached_listed),
        (REACHED, "已覆盖", reached_listed),
        (PROOFS, "其他证明", proofs.count()),
    ]
    shown, _, number = next((tab for tab in tabs if tab[0] == request.GET.get("show")), tabs[0])
    if shown == PROOFS:
        table_class, rows, exclude = CampaignProofTable, proofs, ()
    else:
        table_class = CoveredMemberTable if reach.coverage.is_of_members else CoveredCadreTable
        rows, exclude = (listed.reached if shown == REACHED else listed.unreached), ("is_reached",)
    return {
        "due": due,
        "reached": reached,
        "unreached": due - reached,
        "share": share_in_percent(reached, due),
        "places": reach.places,
        "lacking": sum(one.reached < one.due for one in reach.places),
        "place": place,
        "shown": shown,
        "empty_title": "应覆盖的人都已覆盖" if shown == UNREACHED else "没有这样的记录",
        "empty_hint": "以活动以外的方式覆盖的，可以登记覆盖证明。",
        "tabs": tabs,
        "table": configured_table(request, table_class, rows, exclude, number=number),
    }


def campaign_create(request):
    """Registers a campaign."""
    return form_page(request, CampaignForm, title="登记专项", message="已登记专项。")


def campaign_update(request, pk):
    """Corrects or completes a campaign."""
    campaign = visible_campaign(request, pk)
    return form_page(request, CampaignForm, instance=campaign, title=f"修改专项：{campaign}", message="已保存专项。")


def campaign_delete(request, pk):
    """Deletes a campaign to which nothing belongs yet."""
    campaign = visible_campaign(request, pk)
    return delete_page(request, campaign, title=f"删除专项：{campaign}", message="已删除专项。")


def visible_campaign(request, pk):
    """Returns the campaign if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
