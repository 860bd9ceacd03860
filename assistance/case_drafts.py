"""Drafts of forms about cases, kept on the server under the grants that open the files: no grant, no draft.

A draft is bound to its user, to the address of its form and to the grants of the youths it is about; once one of these
is no longer in force it is deleted unread.
"""

import json
from urllib.parse import urlsplit

from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils import timezone

from orgs.access import is_allowed
from yl_district.database.actors import whole_case_files
from yl_district.privacy.unreadable import UnreadableText

from .models import (
    Assistance,
    AssistedYouth,
    CaseDraft,
    NeedsTalk,
    Pairing,
    PlanMeasure,
    ProjectApplication,
    Scholarship,
    ServicePlan,
    SuggestedActivity,
    open_grants,
)

MOST_DRAFTS = 30
LONGEST_DRAFT = 60_000
# The record that a form names in its address: its model, the argument, and how to come to the person of the file.
CASE_RECORDS = {
    "assisted_youth_update": (AssistedYouth, "pk", "person"),
    "assisted_youth_end": (AssistedYouth, "pk", "person"),
    "service_plan_create": (AssistedYouth, "youth_pk", "person"),
    "service_plan_update": (ServicePlan, "pk", "youth.person"),
    "service_plan_sign": (ServicePlan, "pk", "youth.person"),
    "service_plan_correct": (ServicePlan, "pk", "youth.person"),
    "service_plan_amend": (ServicePlan, "pk", "youth.person"),
    "service_plan_midyear": (ServicePlan, "pk", "youth.person"),
    "service_plan_final": (ServicePlan, "pk", "youth.person"),
    "plan_measure_create": (ServicePlan, "plan_pk", "youth.person"),
    "plan_measure_update": (PlanMeasure, "pk", "plan.youth.person"),
    "plan_measure_done": (PlanMeasure, "pk", "plan.youth.person"),
    "needs_talk_create": (AssistedYouth, "youth_pk", "person"),
    "needs_talk_update": (NeedsTalk, "pk", "youth.person"),
    "pairing_create": (AssistedYouth, "youth_pk", "person"),
    "pairing_end": (Pairing, "pk", "youth.person"),
    "project_application_create": (AssistedYouth, "youth_pk", "person"),
    "project_application_update": (ProjectApplication, "pk", "youth.person"),
    "project_application_give": (ProjectApplication, "pk", "youth.person"),
    "suggested_activity_create": (AssistedYouth, "youth_pk", "person"),
    "suggested_activity_update": (SuggestedActivity, "pk", "youth.person"),
    "scholarship_update": (Scholarship, "pk", "student"),
    "scholarship_review": (Scholarship, "pk", "student"),
    "scholarship_forward": (Scholarship, "pk", "student"),
    "scholarship_decide": (Scholarship, "pk", "student"),
    "scholarship_pay": (Scholarship, "pk", "student"),
    "scholarship_thank": (Scholarship, "pk", "student"),
    "scholarship_undo": (Scholarship, "pk", "student"),
}
OF_A_GRANT = ("assisted_youth_create", "scholarship_create")


def grants_of_form(user, address, fields):
    """Returns the keys of the user's grants under which a form is filled in; none where it is not open to the user."""
    try:
        match = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return []
    grants, name = open_grants(user), match.url_name
    if not is_allowed(user, name):
        return []
    if name in OF_A_GRANT:
        grants = grants.filter(pk=match.kwargs["grant_pk"])
    elif name in CASE_RECORDS:
        model, argument, path = CASE_RECORDS[name]
        grants = grants_for_people(grants, model.objects.visible_to(user).filter(pk=match.kwargs[argument]), path)
    elif name == "assistance_create" or is_open_assistance(user, match):
        grants = grants_of_assistance(user, grants, fields)
    else:
        return []
    return sorted(grant.pk for grant in grants)


def grants_for_people(grants, rows, path):
    """Returns the grants for the people to whom `path` leads from the rows."""
    people = set()
    for row in rows:
        for step in path.split("."):
            row = getattr(row, step)
        people.add(row.pk)
    return [grant for grant in grants if grant.person_id in people]


def is_open_assistance(user, match):
    """Whether the form corrects an assistance that the user may see."""
    return (
        match.url_name == "assistance_update"
        and Assistance.objects.visible_to(user).filter(pk=match.kwargs["pk"]).exists()
    )


def grants_of_assistance(user, grants, fields):
    """Returns the grants of the youths named in the form of an assistance; all of the user's while it names none."""
    named = [key for key in fields.get("youths", ()) if key.isascii() and key.isdigit() and len(key) < 19]
    if not named:
        return list(grants)
    return grants_for_people(grants, AssistedYouth.objects.visible_to(user).filter(pk__in=named), "person")


@transaction.atomic
def keep_draft(user, key, draft):
    """Stores a draft in place of the user's own with this key, if any, and returns its key; None without a grant."""
    forget_stale_drafts(timezone.now())
    grants = grants_of_form(user, draft["address"], draft["fields"])
    own = CaseDraft.objects.held_by(user)
    if not grants:
        own.filter(pk=key).delete()
        return None
    kept = own.filter(pk=key).select_for_update().first() or CaseDraft(user=user)
    kept.content = json.dumps(draft | {"grants": grants}, ensure_ascii=False)
    kept.kept_at = timezone.now()
    kept.save()
    own.filter(pk__in=[one.pk for one in own[MOST_DRAFTS:]]).delete()
    return kept.pk


@transaction.atomic
def drafts_of_form(user, address):
    """Returns the user's drafts of the form at this address, as (key, draft); those without a grant are deleted."""
    forget_stale_drafts(timezone.now())
    found, in_force = [], set(open_grants(user).values_list("pk", flat=True))
    for kept in CaseDraft.objects.held_by(user):
        draft = None if isinstance(kept.content, UnreadableText) else json.loads(kept.content)
        if draft is None or not in_force.issuperset(draft["grants"]):
            kept.delete()
        elif path_of(draft["address"]) == path_of(address) and grants_of_form(user, address, draft["fields"]):
            found.append((kept.pk, {name: value for name, value in draft.items() if name != "grants"}))
    return found


def path_of(address):
    """Returns an address without its query."""
    return address.partition("?")[0]


def drop_draft(user, key):
    """Deletes one of the user's drafts."""
    CaseDraft.objects.held_by(user).filter(pk=key).delete()


@whole_case_files()
def drop_drafts_under(grants):
    """Deletes the drafts of whoever held these grants, which have just ended."""
    ended = {grant.pk for grant in grants}
    for kept in CaseDraft.objects.filter(user__in={grant.user_id for grant in grants}):
        if isinstance(kept.content, UnreadableText) or not ended.isdisjoint(json.loads(kept.content)["grants"]):
            kept.delete()


def forget_stale_drafts(now):
    """Deletes the drafts that are kept no longer, on PostgreSQL those that whoever acts may see."""
    CaseDraft.objects.stale_on(now).delete()
