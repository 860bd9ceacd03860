"""Assisted youths on a confirmed list can be given an assistance, by those alone who may open their files."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from activities.actions import add_sign_in, remove_sign_in, reopen_list
from activities.models import Activity, SignIn
from assistance.models import Assistance, CaseGrant
from assistance.retention import due_files, make_nameless
from reports.figures.counting import results_of
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from tests.factories import make_activity, make_assistance, make_assisted_youth, make_grant, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in_by_code
from tests.outreach.test_credits import confirm, reopen
from tests.pages import page, two_branches
from yl_district.audit.models import AccessEntry
from yl_district.database.actors import whole_case_files
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
# Of the year that runs, so that no figure of a closed year is announced.


@made_once
def place():
    """A walk to which two assisted youths came and a third did not; the office may open the files of the first two."""
    place = two_branches()
    place.office = signed_in_by_code(place.staff)
    place.youths = [make_assisted_youth(place.here, name) for name in ("白露", "顾清", "林溪")]
    place.grants = [make_grant(place.staff, youth.person) for youth in place.youths[:2]]
    place.activity = make_activity(place.here, "健步走", held_on=localdate())
    place.rows = [add_sign_in(place.activity, youth.person, "") for youth in place.youths[:2]]
    add_sign_in(place.activity, place.youths[2].person, "", presence="absent")
    return place


def chosen(*youths):
    """The youths as the form names them."""
    return [str(youth.pk) for youth in youths]


def offered(place):
    """The form with which the office confirms the list."""
    return place.office.get(reverse("activity_confirm", args=[place.activity.pk])).context["form"]


def assistances():
    """(day, form, kind, amount, youths, activity) of each assistance."""
    with whole_case_files():
        return [
            (
                one.held_on,
                one.form,
                one.kind,
                one.amount,
                sorted(youth.person.name for youth in one.youths.all()),
                one.activity_id and Activity.objects.get(pk=one.activity_id).name,
            )
            for one in Assistance.objects.order_by("pk")
        ]


def figures(place):
    """Every figure of the year of the district."""
    scope = Scope(place.root, Period.of_year(localdate().year))
    with whole_case_files():
        return [(one.figure.key, one.amount) for one in results_of([(each, scope) for each in all_figures().values()])]


def assisted_today(youths=("白露", "顾清"), activity="健步走"):
    """The assistance of today's list, as `assistances` tells it."""
    return (localdate(), "activity", "culture", None, list(youths), activity)


@pytest.mark.both
@pytest.mark.cpu(3)
def test_the_youths_chosen_are_given_one_assistance_and_reopening_takes_it_back(place):
    before = figures(place)
    form = offered(place)
    assert [label for _, label in form.fields["assisted"].choices] == [
        "白*（柳林社区团支部）",
        "顾*（柳林社区团支部）",
    ]
    assert (form["assisted"].value(), assistances()) == ([], [])
    confirm(place.office, place.activity, assisted=chosen(*place.youths[:2]))
    assert assistances() == [assisted_today()]
    changed = {key for (key, was), (_, now) in zip(before, figures(place), strict=True) if was != now}
    assert changed == {"assistances"}
    text = reopen(place.office, place.activity).content.decode()
    assert "已撤销确认" in text
    assert (assistances(), figures(place)) == ([], before)


def test_nobody_is_chosen_by_the_page(place):
    confirm(place.office, place.activity)
    assert assistances() == []


def test_another_choice_changes_the_one_assistance(place):
    confirm(place.office, place.activity, assisted=chosen(*place.youths[:2]))
    form = offered(place)
    assert sorted(map(str, form["assisted"].value())) == sorted(chosen(*place.youths[:2]))
    more = {"assistance_kind": "stationery", "amount": "120.50"}
    confirm(place.office, place.activity, assisted=chosen(place.youths[0]), **more)
    assert assistances() == [(localdate(), "activity", "stationery", Decimal("120.50"), ["白露"], "健步走")]
    confirm(place.office, place.activity, assisted=[])
    assert assistances() == []


def test_a_lecture_is_offered_as_training(place):
    Activity.objects.update(type=make_activity(place.here, "讲座", held_on=localdate(), type="lecture").type)
    form = offered(place)
    assert form["assistance_kind"].value() == "training"


def test_somebody_who_did_not_come_or_whose_file_is_closed_cannot_be_chosen(place):
    make_grant(place.staff, place.youths[2].person)
    place.grants[1].end(localdate())
    address = reverse("activity_confirm", args=[place.activity.pk])
    data = answers(shown_form(place.office.get(address)))
    for youth in place.youths[1:]:
        text = place.office.post(address, data | {"assisted": chosen(youth)}).content.decode()
        assert "所选帮扶对象不在到场名单上，请刷新页面后重新勾选。" in text
    assert assistances() == []
    text = place.office.post(address, data | {"assisted": chosen(place.youths[0]), "amount": "-1"}).content.decode()
    assert "请填写不小于 0 的金额。" in text
    assert (assistances(), Activity.objects.get(pk=place.activity.pk).is_confirmed) == ([], False)


def without_tokens(text):
    """A page without what differs each time it is shown, the seconds left of the session among it."""
    differs = r'(name="(?:submission|csrfmiddlewaretoken|version)" value=|nonce=|data-left=)"[^"]*"'
    return re.sub(differs, r"\1", text)


@pytest.mark.in_turn
@pytest.mark.parametrize("reader", ["cadre", "other"])
def test_the_pages_of_all_others_are_the_same_with_and_without_an_assistance(place, reader):
    other = make_user("林知夏", place.root)
    client = {"cadre": place.cadre, "other": signed_in_by_code(other)}[reader]
    names = ("activity_confirm", "activity_reopen", "activity_detail")
    confirm(place.office, place.activity)
    before = [without_tokens(page(client, name, place.activity.pk)) for name in names]
    confirm(place.office, place.activity, assisted=chosen(*place.youths[:2]))
    assert len(assistances()) == 1
    assert [without_tokens(page(client, name, place.activity.pk)) for name in names] == before
    assert 'name="assisted"' not in before[0]


def test_another_s_hand_leaves_the_assistance_and_its_page_says_who_is_not_on_the_list(place):
    confirm(place.office, place.activity, assisted=chosen(*place.youths[:2]))
    own = Assistance.objects.get()
    assert "现在的到场名单上没有" not in page(place.office, "assistance_detail", own.pk)
    remove_sign_in(place.rows[1])
    assert assistances() == [assisted_today()]
    assert "现在的到场名单上没有顾*：" in page(place.office, "assistance_detail", own.pk)
    confirm(place.office, place.activity)
    assert assistances() == [assisted_today(["白露"])]
    reopen(place.cadre, place.activity)
    assert len(assistances()) == 1
    assert "现在的到场名单上没有白*：" in page(place.office, "assistance_detail", own.pk)


def test_an_assistance_that_says_more_than_its_list_is_kept_by_itself(place):
    confirm(place.office, place.activity, assisted=chosen(place.youths[0]))
    own = Assistance.objects.get()
    own.content = "书包一个"
    own.save()
    text = page(place.office, "activity_reopen", place.activity.pk)
    assert "1 条帮扶记录有人补充过内容、志愿者或附件，保留为手工登记。" in text
    reopen(place.office, place.activity)
    assert assistances() == [assisted_today(["白露"], None)]


def test_youths_of_other_grants_stay_on_the_assistance(place):
    other = make_user("林知夏", place.root)
    make_grant(other, place.youths[0].person)
    confirm(place.office, place.activity, assisted=chosen(*place.youths[:2]))
    client = signed_in_by_code(other)
    confirm(client, place.activity, assisted=[])
    assert assistances() == [assisted_today(["顾清"])]
    confirm(client, place.activity, assisted=chosen(place.youths[0]))
    assert sorted(names for *_, names, _ in assistances()) == [["白露"], ["顾清"]]


def test_an_assistance_of_that_day_is_asked_about(place):
    make_assistance([place.youths[1]], held_on=localdate())
    text = page(place.office, "activity_confirm", place.activity.pk)
    assert "当天已另外登记过帮扶：顾*；说的就是这次活动的，不要勾选。" in text
    make_assistance(held_on=localdate(), with_everyone=True)
    assert "当天已另外登记过帮扶：白*、顾*；" in page(place.office, "activity_confirm", place.activity.pk)


def test_the_page_leads_to_the_activity_and_does_without_one_that_is_gone(place):
    confirm(place.office, place.activity, assisted=chosen(place.youths[0]))
    own = Assistance.objects.get()
    address = reverse("activity_detail", args=[place.activity.pk])
    assert address in page(place.office, "assistance_detail", own.pk)
    reopen_list(place.activity, make_user("路人", place.root))
    SignIn.objects.all().delete()
    Activity.objects.get(pk=place.activity.pk).delete()
    for name in ("assistance_detail", "assistance_update"):
        assert address not in page(place.office, name, own.pk)
    assert address not in page(place.office, "record_history", "assistance", own.pk)


def test_whose_files_the_page_shows_is_logged(place):
    seen = AccessEntry.objects.filter(action="case_view", detail="活动名单")
    page(place.cadre, "activity_confirm", place.activity.pk)
    assert seen.count() == 0
    page(place.office, "activity_confirm", place.activity.pk)
    assert [one.subject for one in seen.order_by("pk")] == [
        f"assistance.assistedyouth:{youth.pk}" for youth in place.youths[:2]
    ]


def test_a_closed_year_s_figures_are_announced_to_those_who_may_know_them(place):
    Activity.objects.update(held_on=date(2017, 4, 8))
    address = reverse("activity_confirm", args=[place.activity.pk])
    data = answers(shown_form(place.office.get(address))) | {"assisted": chosen(place.youths[0])}
    text = place.office.post(address, data).content.decode()
    assert "会改动已结束年度的统计" in text
    assert "受帮扶青少年" in text or "帮扶" in text
    assert assistances() == []


def test_a_file_made_nameless_leads_to_no_list(place):
    confirm(place.office, place.activity, assisted=chosen(place.youths[0]))
    CaseGrant.objects.all().delete()
    youth = place.youths[0]
    youth.removed_on = localdate()
    youth.save()
    day = localdate().replace(year=localdate().year + 20, day=1)
    assert make_nameless(due_files(day), day) == 1
    with whole_case_files():
        own = Assistance.objects.get()
        assert [one.activity_id for one in (own, *own.history.all())] == [None] * (1 + own.history.count())
