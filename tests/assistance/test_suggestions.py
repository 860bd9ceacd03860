"""Coming activities are suggested to assisted youths, and what came of it is noted and counted."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from activities.actions import add_sign_in
from activities.models import Activity
from assistance.models import SuggestedActivity
from assistance.retention import due_files, make_nameless
from assistance.suggestions import coming_activities, suitable_activities
from orgs.roles import RoleKind
from reports.figures.counting import results_of
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_grant,
    make_suggested_activity,
    make_user,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, refused, send, two_branches
from yl_district.audit.models import AccessEntry
from yl_district.database.actors import whole_case_files
from yl_district.periods import Period

pytestmark = pytest.mark.django_db


def tomorrow():
    """The day after today."""
    return localdate() + timedelta(days=1)


@made_once
def place():
    """A caseworker who may open the file of the first of two youths, and a walk that is planned for tomorrow."""
    place = two_branches()
    place.keeper = make_user("个案", place.root, RoleKind.CASEWORKER)
    place.case = browser_of(place.keeper)
    place.youths = [make_assisted_youth(place.here, name, needs="盼着多参加健步走") for name in ("白露", "顾清")]
    place.grant = make_grant(place.keeper, place.youths[0].person)
    place.walk = coming(place, "健步走", tags="健步走", venue="河滨公园")
    return place


def coming(place, name, **fields):
    """An activity of the first branch that is planned for tomorrow."""
    return make_activity(place.here, name, **{"held_on": tomorrow(), "state": "planned"} | fields)


def figures(place, year):
    """(suggested, taken up) of a year."""
    keys = ("activities_suggested", "suggestions_taken_up")
    scope = Scope(place.root, Period.of_year(year))
    return tuple(one.value for one in results_of([(all_figures()[key], scope) for key in keys]))


def told_by_list(place, suggestion):
    """What the form on the outcome begins with."""
    return answers(shown_form(place.case.get(reverse("suggested_activity_update", args=[suggestion.pk]))))["outcome"]


def test_a_caseworker_who_opens_no_activity_suggests_one_and_notes_what_came_of_it(place):
    youth = place.youths[0]
    assert place.case.get(place.walk.get_absolute_url()).status_code == 404
    shown = page(place.case, "assisted_youth_detail", youth.pk)
    assert "河滨公园" in shown
    assert f"就在{place.here}，需求或计划中提到“健步走”" in shown
    form = shown_form(
        place.case.get(reverse("suggested_activity_create", args=[youth.pk]), {"activity": place.walk.pk})
    )
    typed = answers(form) | {"way": "phone"}
    answer = place.case.post(reverse("suggested_activity_create", args=[youth.pk]), typed, follow=True)
    assert "已登记推荐的活动。" in answer.content.decode()
    suggestion = SuggestedActivity.objects.get()
    assert (suggestion.activity_id, suggestion.name, suggestion.held_on) == (place.walk.pk, "健步走", tomorrow())
    declined = {"outcome": "declined", "reason": "要补课", "held_on": tomorrow(), "suggested_on": localdate()}
    answer = send(place.case, "suggested_activity_update", suggestion.pk, way="phone", **declined)
    assert "拒绝：要补课" in answer.content.decode()


def test_coming_activities_are_those_planned_where_case_files_are_kept(place):
    coming(place, "取消的", state="cancelled")
    make_activity(place.here, "办过的", held_on=localdate() - timedelta(days=1))
    elsewhere = make_user("那边", place.there, RoleKind.CASEWORKER)
    assert list(coming_activities(place.keeper, localdate())) == [place.walk]
    assert list(coming_activities(place.keeper, tomorrow() + timedelta(days=1))) == []
    assert list(coming_activities(elsewhere, localdate())) == []
    assert list(coming_activities(place.branch_cadre, localdate())) == []


AGES = {
    "as old as it is for": ("小学生", date(2008, 1, 1), date(2018, 1, 1), True),
    "too old": ("小学生", date(2000, 1, 1), date(2018, 1, 1), False),
    "of no known age": ("小学生", None, date(2018, 1, 1), False),
    "for nobody in particular": ("居民", date(2008, 1, 1), date(2018, 1, 1), False),
}


@pytest.mark.parametrize(("audience", "born", "day", "is_said"), AGES.values(), ids=AGES)
def test_a_reason_is_said_only_where_the_record_has_it(place, audience, born, day, is_said):
    youth = place.youths[0]
    youth.person.birth_date = born
    youth.person.save()
    lecture = make_activity(place.there, "讲座", held_on=day, state="planned", audience=audience)
    found = {one.activity: one.reasons for one in suitable_activities(youth, place.keeper, date(2017, 12, 1))}
    assert found[lecture] == ((f"面向{audience}，与年龄相符",) if is_said else ())


def test_what_suits_most_comes_first_and_what_was_suggested_is_offered_no_more(place):
    youth, before = place.youths[0], localdate()
    plain = make_activity(place.there, "手工", held_on=localdate(), state="planned")
    assert [one.activity for one in suitable_activities(youth, place.keeper, before)] == [place.walk, plain]
    make_suggested_activity(youth, place.walk, suggested_on=localdate())
    assert [one.activity for one in suitable_activities(youth, place.keeper, before)] == [plain]
    told = refused(
        place.case,
        "suggested_activity_create",
        youth.pk,
        activity=place.walk.pk,
        suggested_on=localdate().isoformat(),
        way="phone",
    )
    assert list(told) == ["activity"]


def test_the_list_of_who_came_proposes_the_outcome(place):
    youth = place.youths[0]
    held = make_activity(place.here, "办过的", held_on=localdate() - timedelta(days=2))
    suggestion = make_suggested_activity(youth, held)
    assert told_by_list(place, suggestion) == "waiting"
    row = add_sign_in(held, youth.person, "")
    assert told_by_list(place, suggestion) == "came"
    row.delete()
    assert told_by_list(place, suggestion) == "waiting"
    Activity.objects.filter(pk=held.pk).update(list_confirmed_on=localdate())
    assert told_by_list(place, suggestion) == "absent"
    held.delete()
    assert told_by_list(place, suggestion) == "waiting"


def test_nobody_came_before_the_day_of_the_activity(place):
    suggestion = make_suggested_activity(place.youths[0], place.walk, suggested_on=localdate())
    typed = {
        "outcome": "came",
        "held_on": tomorrow().isoformat(),
        "suggested_on": localdate().isoformat(),
        "way": "phone",
    }
    assert list(refused(place.case, "suggested_activity_update", suggestion.pk, **typed)) == ["outcome"]


def test_a_suggestion_after_the_activity_is_refused(place):
    fields = {"youth": place.youths[0], "held_on": date(2017, 5, 4), "suggested_on": date(2017, 5, 5), "way": "phone"}
    with pytest.raises(ValidationError) as refusal:
        SuggestedActivity(**fields).full_clean()
    assert list(refusal.value.message_dict) == ["suggested_on"]


@pytest.mark.both
def test_the_database_itself_keeps_one_suggestion_of_an_activity_and_its_order_of_days(place):
    make_suggested_activity(place.youths[0], place.walk)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_suggested_activity(place.youths[0], place.walk)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_suggested_activity(place.youths[0], suggested_on=date(2017, 6, 1))


@pytest.mark.both
def test_suggestions_are_seen_by_grant_alone_and_each_look_is_logged(place):
    mine, other = (make_suggested_activity(youth, place.walk, suggested_on=localdate()) for youth in place.youths)
    page(place.case, "suggested_activity_update", mine.pk)
    last = AccessEntry.objects.latest("pk")
    assert (last.action, last.subject) == ("case_view", f"assistance.suggestedactivity:{mine.pk}")
    assert place.case.get(reverse("suggested_activity_update", args=[other.pk])).status_code == 404
    assert list(SuggestedActivity.objects.visible_to(place.keeper)) == [mine]
    assert list(SuggestedActivity.objects.visible_to(place.staff)) == []


def test_the_page_of_the_file_asks_the_same_however_many_activities_are_coming(place):
    make_suggested_activity(place.youths[0], place.walk)
    coming(place, "活动甲")
    few = queries(place.case, "assisted_youth_detail", place.youths[0].pk)
    for number in range(6):
        make_suggested_activity(place.youths[0], coming(place, f"活动{number}"))
        coming(place, f"另一活动{number}")
    assert queries(place.case, "assisted_youth_detail", place.youths[0].pk) == few


@pytest.mark.in_turn
def test_figures_count_suggestions_by_their_day_and_those_taken_up_by_that_of_the_activity(place):
    first, second = place.youths
    make_suggested_activity(first, outcome="came", suggested_on=date(2017, 3, 1), held_on=date(2017, 5, 4))
    make_suggested_activity(second, outcome="absent", suggested_on=date(2017, 3, 1), held_on=date(2017, 5, 4))
    make_suggested_activity(second, outcome="came", suggested_on=date(2017, 12, 30), held_on=date(2018, 1, 5))
    with whole_case_files():
        assert [figures(place, year) for year in (2017, 2018)] == [(3, 1), (0, 1)]


def test_a_file_made_nameless_keeps_the_days_of_its_suggestions_and_not_the_activities(place):
    youth = place.youths[0]
    suggestion = make_suggested_activity(youth, place.walk, reason="要补课", held_on=date(2017, 5, 4))
    youth.remove(date(2017, 12, 31))
    make_nameless(due_files(date(2022, 1, 1)), date(2022, 1, 1))
    suggestion.refresh_from_db()
    assert (suggestion.held_on, suggestion.name, suggestion.reason, suggestion.activity_id) == (
        *(date(2017, 5, 4), "", ""),
        None,
    )
