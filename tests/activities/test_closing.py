"""Before a list is confirmed its page asks for what is missing, and tells whom the campaign gains."""

from datetime import date, time

import pytest
from django.urls import reverse

from activities.actions import add_sign_in
from activities.closing import gained, still_missing
from tests.factories import make_activity, make_attachment, make_campaign, make_member, make_post, make_proof
from tests.made_once import made_once
from tests.pages import page, two_branches

pytestmark = pytest.mark.django_db


@made_once
def place():
    """A reading at which two members of here came."""
    place = two_branches()
    place.campaign = make_campaign("主题教育")
    place.activity = make_activity(place.here, "读书会", held_on=date(2017, 4, 8), campaign=place.campaign)
    place.members = [
        make_member(name, branch, listed_on=date(2016, 1, 1))
        for name, branch in {"白露": place.here, "顾清": place.here, "林溪": place.there}.items()
    ]
    for member in place.members:
        add_sign_in(place.activity, member.person, "member")
    place.activity.refresh_from_db()
    return place


def words(activity):
    """What is missing."""
    return [words for words, _ in still_missing(activity)]


def test_what_a_complete_record_has_is_asked_for_until_it_is_there(place):
    activity = place.activity
    assert words(activity) == ["开始和结束时间", "地点", "内容", "照片或签到表扫描件"]
    activity.starts_at, activity.content = time(9), "共读一本书"
    assert words(activity) == ["开始和结束时间", "地点", "照片或签到表扫描件"]
    activity.ends_at, activity.is_online = time(11), True
    assert words(activity) == ["照片或签到表扫描件"]
    make_attachment(activity, place.staff, kind="other")
    assert words(activity) == ["照片或签到表扫描件"]
    make_attachment(activity, place.staff, content=b"%PDF-1.4 another", kind="sign_in_sheet")
    assert words(activity) == []


@pytest.mark.parametrize(("stated", "asked"), [(4, ["原填报 4 人次，名单上只有 3 人"]), (3, []), (None, [])])
def test_a_list_shorter_than_the_number_typed_before_is_told(place, stated, asked):
    place.activity.stated_attendance = stated
    assert [one for one in words(place.activity) if "填报" in one] == asked


def test_the_page_leads_to_where_each_is_added(place):
    shown = page(place.office, "activity_confirm", place.activity.pk)
    for name in ("activity_update", "attachment_create"):
        args = [place.activity.pk] if name == "activity_update" else ["activity", place.activity.pk]
        assert f'<a href="{reverse(name, args=args)}">' in shown


def test_whom_the_campaign_gains_is_who_it_had_not_reached_before(place):
    assert gained(place.activity, place.staff) == (3, 3)
    first, second, _ = (member.person for member in place.members)
    earlier = make_activity(place.there, "宣讲", held_on=date(2017, 3, 1), campaign=place.campaign)
    add_sign_in(earlier, first, "member")
    assert gained(place.activity, place.staff) == (3, 2)
    make_proof(place.campaign, second, proved_on=date(2017, 4, 9))
    assert gained(place.activity, place.staff) == (3, 2)
    make_proof(place.campaign, first, proved_on=date(2017, 4, 1))
    assert gained(place.activity, place.staff) == (3, 2)


def test_members_whom_the_reader_does_not_see_are_not_counted(place):
    assert gained(place.activity, place.branch_cadre) == (2, 2)
    assert "名单上有覆盖对象 2 人，其中 2 人此前没有覆盖到。" in page(
        place.cadre, "activity_confirm", place.activity.pk
    )


def test_a_campaign_for_cadres_gains_cadres(place):
    place.campaign.audience = "cadres"
    place.campaign.save()
    make_post(organisation=place.here, person=place.members[0].person, started_on=date(2017, 1, 1))
    assert gained(place.activity, place.staff) == (1, 1)


@pytest.mark.parametrize("change", [{"audience": "nobody"}, {"started_on": date(2017, 4, 9)}, None])
def test_without_a_campaign_that_is_to_reach_somebody_that_day_nothing_is_told(place, change):
    if change is None:
        place.activity.campaign = None
    else:
        place.campaign.__dict__.update(change)
        place.campaign.save()
    assert gained(place.activity, place.staff) is None
