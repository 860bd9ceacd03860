"""Case files whose time is over are announced, then made nameless; figures and signed reports keep their numbers."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import CharField, DateField, TextField
from django.urls import reverse
from django.utils import timezone

from activities.actions import add_sign_in
from assistance.models import AssistedYouth, Scholarship, ServicePlan, VisitPass
from assistance.retention import NAMELESS, due_files, make_nameless
from members.models import Person
from orgs.models import Organisation
from reports.figures.counting import results
from reports.figures.scopes import Scope
from reports.models import PlatformEntry
from tests.factories import (
    PASSWORD,
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_attachment,
    make_grant,
    make_member,
    make_organisation,
    make_pairing,
    make_person,
    make_scholarship,
    make_user,
    make_visit,
    make_volunteer,
)
from tests.pages import browser_of, page
from tests.reports.signed import begun, signed
from yl_district.audit.models import AccessEntry
from yl_district.periods import Period

pytestmark = [pytest.mark.django_db, pytest.mark.both]

REMOVED = date(2017, 9, 1)
DUE = date(2020, 9, 1)
SECRET = "秘"


@pytest.fixture
def place():
    """A branch of a district, with the office's staff."""
    root = make_organisation("清河地区团工委", category="working_committee", domain="office")
    branch = make_organisation("柳林社区团支部", root)
    branch.staff = make_user("林知秋", root, "staff")
    return branch


def whole_file(place, person, **fields):
    """A case that ended, with everything a file can hold; each text is secret."""
    texts = dict.fromkeys(["school", "grade", "hardship", "focus_group", "guardian", "guardian_phone"], SECRET)
    fields = {"removed_on": REMOVED, "needs": SECRET, "remark": SECRET} | texts | fields
    youth = make_assisted_youth(place, person=person, **fields)
    youth.needs = f"{SECRET}新"
    youth.save()
    ServicePlan.objects.create(youth=youth, year=2017, goals=SECRET, signed_on=date(2017, 2, 1))
    pairing = make_pairing(youth, make_volunteer(None, "韩笑"), pledged_on=date(2017, 1, 10))
    make_attachment(pairing, place.staff, f"{SECRET}.pdf", content=b"%PDF-1.4 pledge", note=SECRET)
    told = {"observations": SECRET, "wishes": SECRET}
    make_visit(pairing, cancelled_on=date(2017, 3, 5), cancel_reason=SECRET, **told)
    VisitPass.issue(pairing, place.staff)
    assistance = make_assistance([youth], content=SECRET, amount=100)
    assistance.visit = make_visit(pairing, **told)
    assistance.save()
    make_attachment(assistance, place.staff, f"{SECRET}.jpg", note=SECRET)
    make_scholarship(student=person, year=2017, donor=SECRET, status="granted", approved_on=date(2017, 8, 1))
    make_grant(place.staff, person, reason=SECRET)
    PlatformEntry.objects.create(
        platform="青春助跑", subject="assisted_youth", youth=person, entered_on=date(2017, 5, 4)
    )
    return youth


def figures(place):
    """Every figure of the year in which the cases ran, and of the one after."""
    root = Organisation.objects.get(depth=1)
    return {year: results(Scope(root, Period.of_year(year), today=DUE)) for year in (2017, 2018)}


def texts_stored():
    """Every text that the database holds of anybody, decrypted, histories included."""
    for model in apps.get_models():
        fields = [one for one in model._meta.concrete_fields if isinstance(one, (CharField, TextField, DateField))]
        for row in model._base_manager.all():
            yield from (f"{model.__name__}.{field.name}: {getattr(row, field.attname)}" for field in fields)


@pytest.mark.in_turn
@pytest.mark.parametrize("is_member", [False, True])
def test_a_file_made_nameless_keeps_its_numbers_and_nothing_of_the_child(place, is_member):
    person = make_person("白露明", birth_date=date(2006, 3, 4), gender="F")
    if is_member:
        make_member(branch=place, person=person)
        add_sign_in(make_activity(place), person, "assisted_youth")
    youth = whole_file(place, person)
    before = figures(place)
    make_nameless(due_files(DUE), DUE, who="定时任务")
    youth = AssistedYouth.objects.get(pk=youth.pk)
    assert (youth.person.name, youth.nameless_on, youth.removed_on) == (NAMELESS, DUE, REMOVED)
    assert Scholarship.objects.get().student == youth.person
    assert figures(place) == before
    found = [text for text in texts_stored() if SECRET in text]
    assert found == []
    named = [text for text in texts_stored() if "白露明" in text or "2006-03-04" in text]
    # As a member the child is still known.
    assert [text for text in named if not is_member] == []
    assert Person.objects.filter(pk=person.pk).exists() == is_member
    assert [sign_in.capacity for sign_in in person.sign_ins.all()] == ["other"] * is_member
    line = AccessEntry.objects.get(action="retention")
    assert (line.subject, line.who) == (f"assistance.assistedyouth:{youth.pk}", "定时任务")
    assert due_files(DUE) == []


def test_twin_a_file_that_stays_tells_everything(place):
    whole_file(place, make_person("白露明"))
    assert len([text for text in texts_stored() if SECRET in text]) > 20


@pytest.mark.in_turn
def test_a_signed_report_is_what_it_was(place):
    whole_file(place, make_person("白露明"))
    scope = Scope(Organisation.objects.get(depth=1), Period.of_year(2017))
    edition = signed(begun(scope), place.staff, date(2018, 1, 5))
    kept = edition.sha256, list(edition.figures.order_by("pk").values())
    make_nameless(due_files(DUE), DUE)
    edition.refresh_from_db()
    assert (edition.sha256, list(edition.figures.order_by("pk").values())) == kept


DAY = timedelta(days=1)
EARLIER = {"registered_on": date(2016, 1, 1)}


@pytest.mark.parametrize(
    ("day", "fields", "due"),
    [
        (DUE - DAY, {}, 0),
        (DUE, {}, 1),
        (DUE, {"removed_on": None}, 0),
        (DUE, {"kept_until": DUE}, 0),
        (DUE + DAY, {"kept_until": DUE}, 1),
    ],
)
def test_a_file_is_due_when_its_years_are_over_and_nobody_keeps_it_longer(place, day, fields, due):
    make_assisted_youth(place, **{"removed_on": REMOVED} | fields)
    assert len(due_files(day)) == due


def test_a_file_waits_for_the_last_case_and_the_last_scholarship(place):
    first, second = make_person("白露"), make_person("谷雨")
    for person in (first, second):
        make_assisted_youth(place, person=person, removed_on=REMOVED, registered_on=date(2016, 1, 1))
    make_assisted_youth(place, person=first, registered_on=REMOVED, removed_on=date(2018, 1, 1))
    make_scholarship(student=second, year=2018)
    found = {day: len(due_files(day)) for day in (DUE, date(2021, 1, 1), date(2021, 12, 31))}
    assert found == {DUE: 0, date(2021, 1, 1): 2, date(2021, 12, 31): 2}


def test_an_assistance_that_also_names_another_youth_keeps_its_words(place):
    youth, other = (make_assisted_youth(place, name, removed_on=REMOVED) for name in ("白露", "谷雨"))
    other.removed_on = None
    other.save()
    assistance = make_assistance([youth, other], content="送书")
    make_nameless(due_files(DUE), DUE)
    assistance.refresh_from_db()
    assert assistance.content == "送书"


def test_what_has_become_nameless_or_is_to_be_kept_meanwhile_is_left_as_it_is(place):
    member, _, kept = (make_assisted_youth(place, name, removed_on=REMOVED) for name in ("白露", "谷雨", "立夏"))
    make_member(branch=place, person=member.person)
    seen = due_files(DUE)
    AssistedYouth.objects.filter(pk=kept.pk).update(kept_until=DUE)
    assert [make_nameless(seen, DUE), make_nameless(seen, DUE)] == [2, 0]
    assert (AccessEntry.objects.filter(action="retention").count(), Person.objects.count()) == (2, 4)
    assert AssistedYouth.objects.get(nameless_on=None) == kept


def test_the_office_is_told_how_many_and_confirms(place):
    today = timezone.localdate()
    years = date(today.year - 4, 1, 5)
    whole_file(place, make_person("白露明"), registered_on=years, removed_on=years + DAY)
    client = browser_of(place.staff)
    address = reverse("case_retention")
    assert address in page(client, "home")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/"})
    text = client.get(address).content.decode()
    assert ("已到期：1 份" in text, "白露" in text) == (True, False)
    assert "请先与个案专员核对" in client.post(address, {}).content.decode()
    assert AssistedYouth.objects.get().nameless_on is None
    assert client.post(address, {"is_certain": "on"}).url == address
    assert AssistedYouth.objects.get().nameless_on == today


def test_the_command_says_how_many_and_makes_them_nameless(place):
    make_assisted_youth(place, removed_on=REMOVED)
    said = StringIO()
    call_command("anonymise_cases", stdout=said)
    call_command("anonymise_cases", apply=True, stdout=said)
    coming = "另有 0 份在 60 天内到期。"
    assert said.getvalue().splitlines() == [
        f"有 1 份档案保存期满（--apply 作匿名处理），{coming}",
        f"已匿名处理 1 份档案，{coming}",
    ]
