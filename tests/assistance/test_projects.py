"""Applications of assisted youths for projects of the district, from the project to the assistance given by it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from assistance.models import Assistance, DistrictProject, ProjectApplication
from assistance.retention import due_files, make_nameless
from reports.figures.counting import results_of
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import (
    make_assistance,
    make_assisted_youth,
    make_district_project,
    make_grant,
    make_project_application,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import listed, page, queries, refused, send, two_branches
from tests.workbooks import problems, take_in
from yl_district.audit.models import AccessEntry
from yl_district.database.actors import whole_case_files
from yl_district.periods import Period

pytestmark = pytest.mark.django_db

APPROVED = {"answer": "approved", "answered_on": date(2017, 11, 6)}


@made_once
def place():
    """Two youths, of whom the office may open the file of the first, and a project that both may apply for."""
    place = two_branches()
    place.office = signed_in_by_code(place.staff)
    place.youths = [make_assisted_youth(place.here, name) for name in ("白露", "顾清")]
    place.grant = make_grant(place.staff, place.youths[0].person)
    place.project = make_district_project("暖冬助学（2017）", apply_by=date(2017, 10, 31))
    return place


def given_by_form(place, application, **typed):
    """The page that answers to the form on what was given, as it is shown, with `typed`."""
    form = shown_form(place.office.get(reverse("project_application_give", args=[application.pk])))
    return place.office.post(reverse("project_application_give", args=[application.pk]), answers(form) | typed)


def figures(place):
    """(asked, approved) of 2017."""
    keys = ("project_applications", "project_approvals")
    scope = Scope(place.root, Period.of_year(2017))
    return tuple(one.value for one in results_of([(all_figures()[key], scope) for key in keys]))


def test_an_application_is_registered_answered_and_given_with_its_assistance(place):
    youth = place.youths[0]
    asked = {"project": place.project.pk, "asked_on": "2017-10-12", "purpose": "冬季校服", "answer": "waiting"}
    send(place.office, "project_application_create", youth.pk, **asked)
    application = ProjectApplication.objects.get()
    answer = place.office.get(application.get_absolute_url())
    assert (application.youth, application.purpose, application.state) == (youth, "冬季校服", "待答复")
    assert "登记发放" not in answer.content.decode()
    approved = asked | {"answer": "approved", "answered_on": "2017-11-06"}
    assert "登记发放" in send(place.office, "project_application_update", application.pk, **approved).content.decode()
    typed = {"given_on": "2017-12-01", "kind": "other", "form": "goods", "given": "校服一套", "amount": "260"}
    send(place.office, "project_application_give", application.pk, **typed)
    application.refresh_from_db()
    own = Assistance.objects.get()
    assert (application.assistance, application.given, application.amount) == (own, "校服一套", Decimal(260))
    assert (own.held_on, own.kind, own.form, own.content, own.amount) == (
        *(date(2017, 12, 1), "other", "goods", "校服一套"),
        Decimal(260),
    )
    assert list(own.youths.all()) == [youth]
    shown = page(place.office, "assisted_youth_detail", youth.pk)
    assert "2017-10-12 申请，已发放" in shown


def test_what_was_given_is_corrected_together_with_its_assistance(place):
    application = make_project_application(place.youths[0], place.project, **APPROVED)
    given_by_form(place, application, kind="other", form="goods", given_on="2017-12-01", given="校服")
    given_by_form(place, application, given_on="2017-12-02", given="棉衣")
    own = Assistance.objects.get()
    assert (own.held_on, own.content, own.kind) == (date(2017, 12, 2), "棉衣", "other")


def test_an_assistance_that_reaches_others_by_now_stays_as_it_is(place):
    own = make_assistance(place.youths, content="分发")
    application = make_project_application(place.youths[0], place.project, assistance=own, **APPROVED)
    given_by_form(place, application, kind="other", form="goods", given_on="2017-12-01", given="校服")
    own.refresh_from_db()
    application.refresh_from_db()
    assert (own.content, own.youths.count(), application.given) == ("分发", 2, "校服")


def test_an_assistance_deleted_leaves_what_was_given_and_is_written_anew(place):
    application = make_project_application(place.youths[0], place.project, **APPROVED)
    given_by_form(place, application, kind="other", form="goods", given_on="2017-12-01", given="校服")
    Assistance.objects.get().delete()
    assert "已记入帮扶记录" not in page(place.office, "project_application_detail", application.pk)
    given_by_form(place, application, kind="other", form="goods", given="棉衣")
    assert [one.content for one in Assistance.objects.all()] == ["棉衣"]


def test_nothing_is_given_before_the_answer(place):
    application = make_project_application(place.youths[0], place.project)
    typed = {"given_on": "2017-12-01", "kind": "other", "form": "goods", "given": "校服"}
    answer = place.office.post(reverse("project_application_give", args=[application.pk]), typed)
    assert "应为：已批准的申请" in answer.content.decode()
    assert Assistance.objects.count() == 0


WRONG = {
    "asked after the deadline": ({"asked_on": date(2017, 11, 1)}, "asked_on"),
    "answered before it was asked": (
        APPROVED | {"asked_on": date(2017, 10, 9), "answered_on": date(2017, 10, 8)},
        "answered_on",
    ),
    "answered on no day": ({"answer": "refused"}, "answered_on"),
    "a day without an answer": ({"answered_on": date(2017, 11, 1)}, "answer"),
    "given though refused": (APPROVED | {"answer": "refused", "given_on": date(2017, 12, 1)}, "answer"),
    "given before it was answered": (APPROVED | {"given_on": date(2017, 11, 1)}, "given_on"),
    "given on no day": (APPROVED | {"given": "校服"}, "given_on"),
    "less than nothing": (APPROVED | {"given_on": date(2017, 12, 1), "amount": -1}, "amount"),
    "of the same project twice": ({}, "__all__"),
}


@pytest.mark.parametrize(("fields", "name"), WRONG.values(), ids=WRONG)
def test_a_wrong_application_is_refused_at_its_field(place, fields, name):
    if name == "__all__":
        make_project_application(place.youths[0], place.project)
    whole = {"youth": place.youths[0], "project": place.project, "asked_on": date(2017, 10, 12)} | fields
    with pytest.raises(ValidationError) as refusal:
        ProjectApplication(**whole).full_clean()
    assert list(refusal.value.message_dict) == [name]


@pytest.mark.both
@pytest.mark.parametrize(
    "fields",
    [{"answer": "refused"}, {"answered_on": date(2017, 11, 1)}, {"given_on": date(2017, 11, 1)}],
    ids=["an answer without a day", "a day without an answer", "given without an approval"],
)
def test_the_database_itself_refuses_contradictions(place, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_project_application(place.youths[0], place.project, **fields)


@pytest.mark.both
def test_applications_are_seen_by_grant_alone_and_numbers_tell_of_no_other(place):
    mine = make_project_application(place.youths[0], place.project, purpose="我的申请")
    other = make_project_application(place.youths[1], place.project, purpose="别人的申请")
    assert listed(place.office, "project_application_list") == ["白*"]
    answer = place.office.get(reverse("district_project_list"))
    assert [project.application_count for project in answer.context["table"].data.data] == [1]
    shown = page(place.office, "district_project_detail", place.project.pk)
    assert ("白*" in shown, "顾*" in shown) == (True, False)
    pages = ("detail", "update", "give")
    found = [place.office.get(reverse(f"project_application_{one}", args=[other.pk])).status_code for one in pages]
    assert found == [404, 404, 404]
    place.grant.end(date.today())
    assert place.office.get(reverse("project_application_detail", args=[mine.pk])).status_code == 404


def test_each_look_at_an_application_is_in_the_log_and_nothing_of_it_in_clear(place):
    application = make_project_application(place.youths[0], place.project, purpose="助听器")
    page(place.office, "project_application_detail", application.pk)
    last = AccessEntry.objects.latest("pk")
    assert (last.action, last.subject) == ("case_view", f"assistance.projectapplication:{application.pk}")


def test_lists_of_projects_and_applications_cost_the_same_for_many(place):
    make_project_application(place.youths[0], place.project)
    few = [queries(place.office, name) for name in ("district_project_list", "project_application_list")]
    for number in range(5):
        make_project_application(place.youths[0], make_district_project(f"项目{number}"))
    assert [queries(place.office, name) for name in ("district_project_list", "project_application_list")] == few


@pytest.mark.in_turn
def test_figures_count_applications_by_the_day_asked_and_approvals_by_the_day_answered(place):
    first, second = place.youths
    make_project_application(first, place.project, **APPROVED)
    make_project_application(second, place.project, **APPROVED | {"answer": "refused"})
    make_project_application(first, make_district_project("去年的"), asked_on=date(2016, 12, 1), **APPROVED)
    make_project_application(second, make_district_project("今年的"), asked_on=date(2016, 12, 31))
    with whole_case_files():
        assert figures(place) == (2, 2)


def test_the_sheet_begins_and_answers_applications_and_refuses_an_unknown_project(place):
    row = {"帮扶对象": "白露", "项目": "暖冬助学（2017）", "申请日期": "2017-10-12", "申请内容": "校服"}
    assert take_in({"帮扶项目申请": [row]}).new == 1
    answered = row | {"答复": "批准", "答复日期": "2017-11-06", "发放日期": "2017-12-01", "发放内容": "校服一套"}
    assert take_in({"帮扶项目申请": [answered]}).changed == 1
    application = ProjectApplication.objects.get()
    assert (application.answer, application.given, application.purpose) == ("approved", "校服一套", "校服")
    wrong = problems({"帮扶项目申请": [row | {"项目": "没有的"}]})
    assert [(column, found) for _, _, column, found, *_ in wrong] == [("项目", "没有的")]


def test_a_project_is_the_district_s_and_named_once(place):
    send(place.office, "district_project_create", name="微心愿", year="2017", giver="团区委")
    assert DistrictProject.objects.get(name="微心愿").giver == "团区委"
    said = refused(place.office, "district_project_create", name="微心愿", year="2018")
    assert said == {"name": "这一项目名称已被使用；每年都有的项目，请在名称中写明年份。"}


def test_a_file_made_nameless_keeps_the_days_of_its_applications_and_none_of_their_words(place):
    youth = place.youths[0]
    application = make_project_application(youth, place.project, purpose="助听器", **APPROVED)
    youth.remove(date(2017, 12, 31))
    make_nameless(due_files(date(2022, 1, 1)), date(2022, 1, 1))
    application.refresh_from_db()
    assert (application.asked_on, application.purpose, application.youth.person.name) == (
        *(date(2017, 3, 1), ""),
        "已匿名",
    )
    assert set(application.history.values_list("purpose", flat=True)) == {""}
