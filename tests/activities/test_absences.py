"""Who of the cadres did not come to their meeting."""

from datetime import date

import pytest

from activities.actions import add_sign_in
from activities.models import Activity, SignIn
from tests.factories import make_activity, make_hub, make_organisation, make_person, make_post, make_user
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, send, two_branches

pytestmark = [pytest.mark.django_db, pytest.mark.in_turn]
HEADING = "未到场的团干部"


@made_once
def meeting():
    """A meeting of the district on 2017-07-12, to which 白桦 came and 韩雪 did not."""
    place = two_branches()
    place.came = make_post("白桦", place.here, title="书记")
    place.missed = make_post("韩雪", place.there, title="书记")
    place.meeting = make_activity(place.root, "年中团干大会", "cadre_meeting", held_on=date(2017, 7, 12))
    sign_in(place.meeting, place.came.person)
    return place


def sign_in(activity, person, presence="present"):
    """Signs a person in, or says that they did not come."""
    activity.refresh_from_db()
    add_sign_in(activity, person, "", presence=presence)


def absent(client, activity):
    """(name, organisation, whether excused) of each cadre who is told of."""
    activity.refresh_from_db()
    context = client.get(activity.get_absolute_url()).context
    return [(each.post.person.name, each.post.organisation.name, each.is_excused) for each in context["absent"]]


def test_cadres_in_office_that_day_who_are_not_signed_in_are_told_once_each(meeting):
    there = meeting.there.name
    make_post("往任", meeting.there, started_on=date(2016, 1, 1), ended_on=date(2017, 7, 1))
    make_post("后任", meeting.there, started_on=date(2017, 8, 1))
    make_post("离任", meeting.there, started_on=date(2016, 1, 1), ended_on=date(2017, 8, 1))
    make_post(organisation=meeting.here, person=meeting.missed.person, title="委员")
    found = absent(meeting.office, meeting.meeting)
    assert found == [("韩雪", meeting.here.name, False), ("离任", there, False)]
    text = page(meeting.office, "activity_detail", meeting.meeting.pk)
    assert f"{HEADING}（2）" in text
    assert f"【年中团干大会】7月12日未到场的团干部 2 名：\n{meeting.here}　韩雪\n{there}　离任</textarea>" in text


def test_whoever_asked_for_leave_is_told_so_and_whoever_comes_is_told_no_more(meeting):
    sign_in(meeting.meeting, meeting.missed.person, "excused")
    assert absent(meeting.office, meeting.meeting) == [("韩雪", meeting.there.name, True)]
    assert f"{meeting.there}　韩雪（请假）" in page(meeting.office, "activity_detail", meeting.meeting.pk)
    excused = SignIn.objects.get(person=meeting.missed.person)
    send(meeting.office, "sign_in_presence", excused.pk, presence="present", arrived="", departed="")
    assert absent(meeting.office, meeting.meeting) == []
    assert HEADING not in page(meeting.office, "activity_detail", meeting.meeting.pk)


def test_only_meetings_of_cadres_with_a_list_tell_of_absence(meeting):
    unlisted = make_activity(meeting.root, "年终团干大会", "cadre_meeting", held_on=date(2017, 12, 15))
    lecture = make_activity(meeting.root, "讲座", "lecture", held_on=date(2017, 7, 12))
    sign_in(lecture, meeting.came.person)
    for activity in (unlisted, lecture):
        assert absent(meeting.office, activity) == []
        assert HEADING not in page(meeting.office, "activity_detail", activity.pk)


def test_the_reach_of_who_held_it_decides_who_was_to_come(meeting):
    below = make_organisation("园区团支部", meeting.there)
    make_post("园丁", below, title="书记")
    own = make_activity(meeting.there, "团总支会议", "cadre_meeting", held_on=date(2017, 7, 12))
    sign_in(own, make_person("来宾"))
    assert [name for name, _, _ in absent(meeting.office, own)] == ["韩雪", "园丁"]
    nobody = make_activity(None, "全区团干大会", "cadre_meeting", held_on=date(2017, 7, 12))
    sign_in(nobody, meeting.missed.person)
    assert [name for name, _, _ in absent(meeting.office, nobody)] == ["白桦", "园丁"]


def test_whoever_may_not_see_cadres_is_told_of_none(meeting):
    hub = make_hub(meeting.here)
    own = make_activity(meeting.here, "支部会", "cadre_meeting", hub=hub, held_on=date(2017, 7, 12))
    sign_in(own, make_person("来宾"))
    operator = browser_of(make_user("店员", meeting.here, "hub_operator"))
    assert absent(operator, own) == []
    assert absent(meeting.cadre, own) == [("白桦", meeting.here.name, False)]


def test_many_cadres_cost_no_more_queries_and_too_many_are_cut(meeting, monkeypatch):
    few = queries(meeting.office, "activity_detail", meeting.meeting.pk)
    for number in range(6):
        make_post(f"干部{number}", make_organisation(f"枫桥{number}团支部", meeting.root))
    assert queries(meeting.office, "activity_detail", meeting.meeting.pk) == few
    for module in ("views", "absences"):
        monkeypatch.setattr(f"activities.{module}.MOST_ABSENT", 3)
    text = page(meeting.office, "activity_detail", meeting.meeting.pk)
    assert f"{HEADING}（7）" in text and "只列出前 3 名" in text and "干部2" not in text
    assert Activity.objects.get(pk=meeting.meeting.pk).sign_in_count == 1
