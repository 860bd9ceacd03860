"""What was done to a member by mistake is taken back with its reason, and leaves no trace in the figures."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from members.actions import propose_leaving, transfer
from members.models import Member, SchoolSpan
from members.taking_back import return_member
from orgs.models import Role, User
from reports.models import PlatformEntry
from tests.factories import make_activity, make_assisted_youth, make_member, make_post, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.members.merged_records import everything
from tests.pages import browser_of, page, two_branches
from tests.reports.test_closed_years import all_results

pytestmark = pytest.mark.django_db
DAY = date(2018, 3, 1)
ADDRESSES = ("member_return", "member_delete")


@made_once
def place():
    found = two_branches()
    found.member = make_member(branch=found.here, development_no="201712345678", status="mobile")
    return found


def sent(client, url_name, member, reason="办错了"):
    """The answer to the page's form, and to its announcement where there is one."""
    address = reverse(url_name, args=[member.pk])
    response = client.post(address, answers(shown_form(client.get(address))) | {"correction_reason": reason})
    form = response.context and response.context.get("form")
    if form and form.announced and not form.errors:
        response = client.post(address, answers(shown_form(response)))
    return response


def done(client, url_name, member, **options):
    response = sent(client, url_name, member, **options)
    assert response.status_code == 302, response.context["form"].errors


def refusal(client, url_name, member):
    """Why the page refuses, in words."""
    form = sent(client, url_name, member).context["form"]
    return "".join(message for messages in form.errors.values() for message in messages)


def moved(member, branch, day=DAY):
    """The membership that a transfer begins, in which the history takes part."""
    return transfer(Member.objects.get(pk=member.pk), branch, day)


@pytest.mark.both
@pytest.mark.cpu(4)
def test_a_transfer_is_taken_back_as_if_it_had_not_been(place):
    before = everything()
    moved(place.member, place.there)
    done(place.office, "member_return", place.member)
    assert everything() == before
    place.member.refresh_from_db()
    assert place.member.history.first().history_change_reason == "办错了"
    assert Member.history.filter(history_type="-").get().history_change_reason == "办错了"


@pytest.mark.cpu(6)
def test_figures_are_as_before_and_closed_years_are_announced(place):
    place.day = date(timezone.localdate().year - 1, 3, 1)
    make_activity(place.here, held_on=place.day)
    years = [place.day.year]
    before = all_results(place, years)
    moved(place.member, place.there, place.day)
    assert all_results(place, years) != before
    address = reverse("member_return", args=[place.member.pk])
    form = answers(shown_form(place.office.get(address))) | {"correction_reason": "办错了"}
    effects = place.office.post(address, form).context["form"].effects
    assert "团员总数" in {one.figure.label for one in effects}
    done(place.office, "member_return", place.member)
    assert all_results(place, years) == before


def test_what_was_changed_since_the_transfer_is_kept(place):
    begun = moved(place.member, place.there)
    begun.employer, begun.status, begun.in_school = "春晖中学", "lost", True
    begun.save()
    span = SchoolSpan.objects.create(member=begun, ended_on=date(2016, 7, 1))
    done(place.office, "member_return", place.member)
    member = Member.objects.get()
    assert (member.pk, member.branch, member.left_on) == (place.member.pk, place.here, None)
    assert (member.employer, member.status, member.in_school) == ("春晖中学", "lost", True)
    span.refresh_from_db()
    assert span.member == member


def test_a_leaving_is_taken_back_to_the_status_before(place):
    before = everything()
    member = Member.objects.get(pk=place.member.pk)
    member.leave(DAY, "resigned")
    assert "撤回离开" in page(place.office, "member_detail", member.pk)
    done(place.office, "member_return", member)
    assert everything() == before
    assert reverse("member_return", args=[member.pk]) not in page(place.office, "member_detail", member.pk)


def test_the_page_of_either_membership_leads_there(place):
    begun = moved(place.member, place.there)
    address = reverse("member_return", args=[place.member.pk])
    for one in (place.member, begun):
        assert address in page(place.office, "member_detail", one.pk)
        assert address not in page(place.cadre, "member_detail", place.member.pk)


def test_later_facts_are_named(place):
    begun = moved(place.member, place.there)
    Member.objects.get(pk=begun.pk).leave(DAY + timedelta(days=9), "resigned")
    before = everything()
    assert "2018-03-10 自愿退团" in refusal(place.office, "member_return", place.member)
    assert everything() == before
    done(place.office, "member_return", begun)
    propose_leaving(begun, place.branch_cadre, DAY, "resigned", "")
    assert "没有提出过申请" in refusal(place.office, "member_return", place.member)


def test_somebody_who_is_on_another_roll_by_now_does_not_come_back(place):
    Member.objects.get(pk=place.member.pk).leave(DAY, "resigned")
    make_member(branch=place.there, person=place.member.person, intake_on=DAY)
    assert "此人已登记在槐荫社区团支部" in refusal(place.office, "member_return", place.member)
    assert "此人在册" in refusal(place.office, "member_return", Member.objects.get(branch=place.there))


def test_a_transfer_out_of_the_district_is_a_leaving(place):
    before = everything()
    Member.objects.get(pk=place.member.pk).leave(DAY, "transferred_out")
    done(place.office, "member_return", place.member)
    assert everything() == before


@pytest.mark.cpu(4)
def test_a_registration_is_taken_back_with_all_that_was_said_of_it(place):
    SchoolSpan.objects.create(member=place.member, ended_on=date(2016, 7, 1))
    done(place.office, "member_delete", place.member, reason="登记到别人名下")
    assert (Member.objects.count(), SchoolSpan.objects.count()) == (0, 0)
    reasons = [model.history.get(history_type="-").history_change_reason for model in (Member, SchoolSpan)]
    assert reasons == ["登记到别人名下"] * 2


@pytest.mark.parametrize("known_by", ["nothing", "case", "post"])
def test_the_person_stays_whatever_else_is_known(place, known_by):
    """So that nobody can tell by the number of the person registered again what they may not know."""
    number, person = "110105199805041234", place.member.person
    person.identity_number, person.birth_date, person.gender = number, None, ""
    person.full_clean()
    person.save()
    if known_by != "nothing":
        {"post": make_post, "case": make_assisted_youth}[known_by](organisation=place.there, person=person)
    response = sent(place.office, "member_delete", place.member)
    assert (response.status_code, response.url) == (302, reverse("member_list"))
    address = reverse("member_create")
    form = answers(shown_form(place.office.get(address)))
    form |= {"name": person.name, "identity_number": number, "branch": str(place.there.pk)}
    response = place.office.post(address, form)
    assert response.status_code == 302, response.context["form"].errors
    assert Member.objects.get().person == person


def test_a_registration_on_which_something_hangs_stays(place):
    other = make_member("于飞", place.here)
    begun = moved(other, place.there)
    for one, branch in ((other, place.there), (begun, place.here)):
        assert f"另一段在{branch}" in refusal(place.office, "member_delete", one)
    entry = PlatformEntry.objects.create(
        platform="共青云", subject="member", person=place.member.person, entered_on=DAY
    )
    assert "请先在平台录入中删去" in refusal(place.office, "member_delete", place.member)
    entry.delete()
    propose_leaving(place.member, place.branch_cadre, DAY, "resigned", "")
    assert "没有提出过申请" in refusal(place.office, "member_delete", place.member)
    assert Member.objects.count() == 3


@pytest.mark.parametrize("url_name", ADDRESSES)
def test_nothing_is_taken_back_without_a_reason(place, url_name):
    moved(place.member, place.there)
    before = everything()
    response = place.office.post(reverse(url_name, args=[place.member.pk]), {"correction_reason": " "})
    assert "请填写撤回原因" in "".join(response.context["form"].errors["correction_reason"])
    assert everything() == before


@pytest.mark.parametrize("url_name", ADDRESSES)
def test_whoever_does_not_keep_the_roll_takes_nothing_back(place, url_name):
    staff_elsewhere = browser_of(make_user("专干", place.there))
    for client in (place.cadre, staff_elsewhere):
        assert client.get(reverse(url_name, args=[place.member.pk])).status_code == 404


def test_staff_of_one_branch_alone_undo_no_transfer_and_are_not_told_the_other(place):
    begun = moved(place.member, place.there)
    sides = ((place.here, place.member, begun, place.there), (place.there, begun, place.member, place.here))
    for branch, own, other, foreign in sides:
        client = browser_of(make_user("专干", branch))
        texts = [page(client, "member_detail", own.pk), refusal(client, "member_delete", own)]
        assert "另一段在另一团支部" in texts[1]
        assert reverse("member_return", args=[other.pk]) not in texts[0]
        assert [foreign.name in text for text in texts] == [False, False]
    client = browser_of(make_user("专干", place.here))
    address = reverse("member_return", args=[place.member.pk])
    for response in (client.get(address), client.post(address, {"correction_reason": "办错了"})):
        text = response.content.decode()
        assert "已转入另一团支部，您不能修改那里的记录。请由同时负责两个团支部的委机关专干撤回。" in text
        assert (place.there.name in text, 'name="correction_reason"' in text) == (False, False)
    assert Member.objects.count() == 2


def test_where_one_may_see_the_other_branch_without_keeping_it_it_is_named(place):
    moved(place.member, place.there)
    user = make_user("专干", place.here)
    Role.objects.create(user=user, organisation=place.there, kind="cadre")
    text = page(browser_of(user), "member_return", place.member.pk)
    assert "已转入槐荫社区团支部，您不能修改" in text
    with pytest.raises(ValidationError, match="槐荫社区团支部不在其中"):
        return_member(Member.objects.get(pk=place.member.pk), User.objects.get(pk=user.pk), "办错了")
