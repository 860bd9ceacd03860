"""Every form that changes a record renders every field that it saves."""

import re
from datetime import date, time
from decimal import Decimal

import pytest
from django import forms
from django.db import models
from django.urls import reverse

from activities.forms import ListedActivityForm, SignInForm
from assistance.forms import CaseGrantForm
from assistance.grant_round_forms import CaseGrantRenewForm, CaseGrantRoundForm
from assistance.plan_forms import PlanAmendmentForm
from members.models import Person
from members.verification_forms import VerificationRoundForm
from outreach.forms import OwnContactForm
from reports.assessment.forms import AssessmentCopyForm, AssessmentForm
from reports.checks.forms import ExplanationForm
from reports.documents.forms import ReportForm
from reports.editions.comment_forms import CommentForm
from reports.models import PlatformEntry, Target
from tests.factories import make_assessment, make_assessment_item, make_contact, make_platform_layout
from tests.forms import answers, shown_form
from tests.pages import two_branches
from tests.records import below, changeable, stored
from yl_district.pages.forms import PageForm, names_in_order
from yl_district.views.attachment_forms import AttachmentForm
from youthhubs.forms import HubYearForm

pytestmark = pytest.mark.django_db

# What they ask for is not what their record holds, or nobody changes it afterwards.
ASKING_ANEW = {
    AttachmentForm,
    AssessmentCopyForm,
    AssessmentForm,
    CaseGrantForm,
    CaseGrantRenewForm,
    CaseGrantRoundForm,
    CommentForm,
    ExplanationForm,
    ListedActivityForm,
    OwnContactForm,
    PlanAmendmentForm,
    ReportForm,
    SignInForm,
    VerificationRoundForm,
}
# What the models check, and what would contradict another field.
VALUES = {
    "contact_phone": "13800138000",
    "guardian_phone": "13800138000",
    "mobile": "13800138000",
    "starts_at": time(9),
    "ends_at": time(11),
    "credit_code": "91110108551385082Q",
    "development_no": "201711010001",
    "birth_date": date(1998, 5, 4),
    "due_on": date(2017, 6, 1),
    "ended_on": date(2017, 12, 1),
    "removed_on": date(2017, 12, 1),
    "visit_every": 2,
}
LEFT_EMPTY = {"left_on", "dissolved_on", "identity_number", "document_number"}


@pytest.fixture
def district():
    return two_branches()


def model_forms():
    """Every form of the product that saves a record."""
    return {each for each in below(forms.ModelForm) if each._meta.model and issubclass(each, PageForm)}


def sample(field):
    """A value that the field takes."""
    if field.name in VALUES:
        return VALUES[field.name]
    if field.choices:
        return field.choices[0][0]
    kinds = {
        models.BooleanField: True,
        models.DateField: date(2017, 6, 1),
        models.DecimalField: Decimal(12),
        models.IntegerField: 2017,
    }
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), "甲")


def fill(record):
    """Gives every field of a record a value."""
    for field in record._meta.concrete_fields:
        is_open = field.editable and not field.primary_key and field.name not in LEFT_EMPTY
        if is_open and not field.is_relation and getattr(record, field.attname) in field.empty_values:
            setattr(record, field.attname, sample(field))
    record.full_clean()
    record.save()


def records(district):
    """The page of every form that changes a record, with a record that is filled."""
    found = {name: record for name, (record, *_) in changeable(district).items()}
    activity = found["activity_update"]
    target = Target.objects.create(year=2017, task="活动", figure="sessions", value=9)
    entry = {"platform": "志愿北京", "subject": "activity", "activity": activity, "entered_on": date(2017, 6, 1)}
    found |= {"activity_type_update": activity.type, "target_update": target}
    found["platform_entry_update"] = PlatformEntry.objects.create(**entry)
    activity.basis, scholarship = "exact", found["scholarship_update"]
    scholarship.status, scholarship.on_platform_until = "paid", date(2017, 12, 31)
    open_round = found.pop("verification_round_update")
    for record in found.values():
        fill(record)
        for link in ("person", "youth", "student"):
            if isinstance(getattr(record, link, None), Person):
                fill(getattr(record, link))
    found["verification_round_update"] = open_round
    assessment = make_assessment(district.root, issued_by="区委", document_number="1", due_on=date(2017, 12, 1))
    item = {"section": "宣传", "evidence": "照片", "figure": "sessions", "wanted": 3}
    found["assessment_update"] = assessment
    found["platform_layout_update"] = make_platform_layout()
    found["assessment_item_update"] = make_assessment_item(assessment, points=Decimal("4.5"), **item)
    return found


def names_on(page):
    """The names of all inputs of a page."""
    return set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', page.content.decode()))


def test_every_form_takes_its_fields_from_its_groups():
    assert {each: [*each.base_fields] for each in model_forms()} == {
        each: [name for name in names_in_order(each.groups) if name not in each.added] for each in model_forms()
    }


@pytest.mark.cpu(6)
def test_a_form_saved_as_it_is_drawn_changes_nothing(district):
    seen = set()
    found = records(district)
    of_list = make_contact(found["contact_update"].cadre, activity=found["activity_update"])
    for url_name, record in [*found.items(), ("contact_update", of_list)]:
        address = reverse(url_name, args=[record.pk])
        page = district.office.get(address)
        form, before = page.context["form"], stored()
        assert form.fields.keys() - names_on(page) == set(), url_name
        answer = district.office.post(address, answers(shown_form(page)))
        assert answer.status_code == 302, (url_name, answer.context["form"].errors)
        assert stored() == before, url_name
        seen.add(type(form))
    assert model_forms() - seen == ASKING_ANEW


def test_a_field_that_is_not_drawn_would_be_erased(district, monkeypatch):
    """The twin."""
    monkeypatch.setattr(HubYearForm, "groups", [("", "year", "tier", "address", "remark")])
    row = records(district)["hub_year_update"]
    address = reverse("hub_year_update", args=[row.pk])
    district.office.post(address, answers(shown_form(district.office.get(address))))
    row.refresh_from_db()
    assert (row.director, row.remark) == ("", "甲")
