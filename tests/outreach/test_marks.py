"""Contacts with many at once, and those whose words are repeated, are marked on lists and pages."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from outreach.models import Contact
from tests.factories import make_contact, make_link, make_person, make_post
from tests.pages import listed, page, queries, two_branches

pytestmark = pytest.mark.django_db

DAY = date(2017, 5, 4)


def marks():
    """The marks of each contact, in the order in which they were logged."""
    return [contact.marks for contact in Contact.objects.with_marks().order_by("pk")]


@pytest.mark.both
@pytest.mark.parametrize("number", [9, 10])
def test_a_contact_that_names_many_is_marked(number):
    cadre = make_person("陆远")
    make_contact(cadre, [make_link(cadre) for _ in range(number)])
    assert marks() == [["一次多人"] if number == 10 else []]


def test_a_contact_with_everybody_is_marked():
    cadre = make_person("陆远")
    make_contact(cadre, with_everyone=True)
    make_contact(cadre, [make_link(cadre)])
    assert marks() == [["一次多人"], []]


@pytest.mark.both
@pytest.mark.parametrize("number", [9, 10])
def test_many_contacts_alike_of_one_day_are_marked(number):
    cadre = make_person("陆远")
    for _ in range(number):
        make_contact(cadre, [make_link(cadre)], content="通知活动")
    for other in ({"form": "visit"}, {"held_on": DAY + timedelta(days=1)}, {"content": "谈心"}):
        make_contact(cadre, [make_link(cadre)], **{"content": "通知活动"} | other)
    make_contact(make_person("顾秋"), content="通知活动")
    assert marks() == [["一次多人"] if number == 10 else []] * number + [[]] * 4


@pytest.mark.both
@pytest.mark.parametrize(("shifts", "is_repeated"), [((0, 1), False), ((0, 0, 1), False), ((0, 1, 2), True)])
def test_words_written_on_several_days_are_marked(shifts, is_repeated):
    cadre, other = make_person("陆远"), make_person("顾秋")
    for shift in shifts:
        make_contact(cadre, content="询问近况", held_on=DAY + timedelta(days=shift))
        make_contact(other, content="", held_on=DAY + timedelta(days=shift))
    make_contact(other, content="询问近况", held_on=DAY)
    assert marks() == [*[["内容重复"] if is_repeated else [], []] * len(shifts), []]


@pytest.fixture
def place():
    place = two_branches()
    place.person = make_post(organisation=place.here, person=make_person("陆远", user=place.branch_cadre)).person
    place.link = make_link(place.person, "白露")
    place.plain = make_contact(place.person, [place.link], form="visit")
    place.shared = make_contact(place.person, with_everyone=True)
    return place


def test_lists_and_pages_show_the_marks(place):
    badge = '<span class="badge bg-orange-lt">一次多人</span>'
    assert page(place.office, "contact_list").count(badge) == 1
    assert page(place.office, "link_detail", place.link.pk).count(badge) == 1
    found = [badge in page(place.office, "contact_detail", each.pk) for each in (place.plain, place.shared)]
    assert found == [False, True]


def test_the_list_is_narrowed_by_a_mark(place):
    answer = place.office.get(reverse("contact_list"), {"mark": "is_for_many"})
    assert [row.record for row in answer.context["table"].paginated_rows] == [place.shared]
    assert "提示" not in place.office.get(reverse("contact_export"), {"format": "csv"}).content.decode()


def test_the_list_asks_as_much_of_many_contacts_as_of_few(place):
    few = queries(place.office, "contact_list")
    for number in range(6):
        make_contact(place.person, [place.link], held_on=DAY + timedelta(days=number), content="询问近况")
    assert queries(place.office, "contact_list") == few
    assert len(listed(place.office, "contact_list")) == 8
