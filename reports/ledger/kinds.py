"""The kinds of records that can be imported from a file of their own or from a sheet of the ledger."""

from activities.campaign_resources import CampaignResource
from activities.partner_resources import PartnerResource
from activities.proof_resources import CampaignProofResource
from activities.resources import ActivityResource, SignInResource
from assistance.plan_resources import NeedsTalkResource, PlanMeasureResource, ServicePlanResource
from assistance.project_resources import DistrictProjectResource, ProjectApplicationResource
from assistance.resources import AssistanceResource, AssistedYouthResource, ScholarshipResource
from assistance.visit_resources import VisitResource
from members.models import Member, Person
from members.organisation_resources import LiaisonResource, OrganisationSheetResource
from members.resources import MemberResource, PostResource, SchoolSpanResource
from orgs.models import Organisation
from orgs.resources import (
    DomainSpanResource,
    SupplyResource,
    UnitChangeResource,
    UnitContactResource,
    UnitResource,
)
from orgs.roles import RoleKind
from outreach.resources import ContactResource, LinkResource
from yl_district.importing.kinds import ImportKind, ImportKinds, aliases
from yl_district.sheets.cells import text_key
from youthhubs.resources import HubYearResource, TeamMemberResource, VolunteerResource
from youthhubs.staff_resources import HubStaffResource

from ..assessment.resources import AssessmentItemResource
from ..platforms.resources import PlatformEntryResource
from ..targets.resources import TargetResource
from .candidates import describe_candidates


def may_take_in_cases(user):
    """Whether the user may import case sheets: the command line, and committee staff who are caseworkers too."""
    return user is None or any(organisation.is_root() for organisation in user.organisations_as(RoleKind.CASEWORKER))


def closed_people(user, committee):
    """Returns the people whose data imports of the user leave alone.

    Of the district's staff those of whom they see no capacity, such as people known only by a case file; of a committee
    below those whom its staff know by sign-ins alone.
    """
    if committee is None:
        return Person.objects.exclude(pk__in=Person.objects.visible_to(user).values("pk"))
    return Person.objects.within(committee).exclude(pk__in=Person.objects.kept_at(committee).values("pk"))


def add_transfers(user, rows, committee):
    """Adds to rows about members of other branches the member to transfer and the branch to transfer to."""
    standing = [row for row in rows if row.told.get("record", [""])[0] == Member._meta.label and row.is_refused]
    if not standing or not user.may_open("member_transfer"):
        return
    column, meant, names = MemberResource.group, aliases("members", committee), {}
    for row in standing:
        text = str(row.values.get(column, ""))
        names[id(row)] = (text, meant.get(column, {}).get(text_key(text), ""))
    wanted = {name for both in names.values() for name in both}
    branches = dict(Organisation.objects.visible_to(user).filter(name__in=wanted).values_list("name", "pk"))
    keys = Member.objects.visible_to(user).filter(pk__in=[row.told["record"][1] for row in standing])
    seen = set(keys.values_list("pk", flat=True))
    for row in standing:
        if row.told["record"][1] in seen:
            text, known_as = names[id(row)]
            row.member, row.branch = row.told["record"][1], branches.get(text) or branches.get(known_as, "")


# In the order of the ledger's documentation.
KINDS = ImportKinds(
    kinds=(
        ImportKind("organisations", OrganisationSheetResource, "organisation_list"),
        ImportKind("posts", PostResource, "post_list", "post_create"),
        ImportKind("members", MemberResource, "member_list", "member_create", add_links=add_transfers),
        ImportKind("units", UnitResource, "unit_list", "unit_create"),
        ImportKind("unit_contacts", UnitContactResource, "unit_contact_list", "unit_contact_create"),
        ImportKind("unit_changes", UnitChangeResource, "unit_change_list", "unit_change_create"),
        ImportKind("links", LinkResource, "link_list", "link_create"),
        ImportKind("contacts", ContactResource, "contact_list", "contact_create"),
        ImportKind("volunteers", VolunteerResource, "volunteer_list", "volunteer_create"),
        ImportKind("assisted", AssistedYouthResource, "assisted_youth_list", is_case=True),
        ImportKind("needs_talks", NeedsTalkResource, "assisted_youth_list", is_case=True, on_page=False),
        ImportKind("plans", ServicePlanResource, "service_plan_list", is_case=True, on_page=False),
        ImportKind("plan_measures", PlanMeasureResource, "service_plan_list", is_case=True, on_page=False),
        ImportKind("visits", VisitResource, "visit_list", is_case=True, on_page=False),
        ImportKind("assistances", AssistanceResource, "assistance_list", is_case=True, on_page=False),
        ImportKind("projects", DistrictProjectResource, "district_project_list", is_case=True, on_page=False),
        ImportKind("applications", ProjectApplicationResource, "project_application_list", is_case=True, on_page=False),
        ImportKind("scholarships", ScholarshipResource, "scholarship_list", is_case=True, on_page=False),
        ImportKind("hubs", HubYearResource, "hub_list"),
        ImportKind("hub_staff", HubStaffResource, "hub_list"),
        ImportKind("campaigns", CampaignResource, "campaign_list"),
        ImportKind("campaign_proofs", CampaignProofResource, "campaign_list", "campaign_proofs_create"),
        ImportKind("partners", PartnerResource, "partner_list"),
        ImportKind("activities", ActivityResource, "activity_list", "activity_create"),
        ImportKind("signins", SignInResource, "activity_list", "sign_in_create"),
        ImportKind("domain_spans", DomainSpanResource, "organisation_list", on_page=False),
        ImportKind("school_spans", SchoolSpanResource, "member_list", on_page=False),
        ImportKind("liaison_spans", LiaisonResource, "organisation_list", on_page=False),
        ImportKind("team_places", TeamMemberResource, "volunteer_list", on_page=False),
        ImportKind("supplies", SupplyResource, "supply_list", "supply_create"),
        ImportKind("platform_entries", PlatformEntryResource, "platform_entry_list"),
        ImportKind("targets", TargetResource, "target_list"),
        ImportKind("assessment_items", AssessmentItemResource, "assessment_list"),
    ),
    # Members carry more facts about a person than posts, which tell who can look after an organisation; hubs precede
    # their volunteers, partners the assistances and activities that name them.
    first=(
        *("organisations", "domain_spans", "members", "school_spans", "posts", "liaison_spans"),
        *("units", "unit_changes", "unit_contacts", "hubs", "partners"),
    ),
    may_take_in_cases=may_take_in_cases,
    closed_records=closed_people,
    registering={Organisation: ("import_batch_organisations", "新建这些团组织")},
    describe=describe_candidates,
)
