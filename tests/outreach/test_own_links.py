"""A cadre's own page: the youths with what was done for each, and a contact with some of them or all not reached."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from outreach.models import Contact, Link
from tests.factories import make_contact, make_link, make_person, make_post
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, queries, two_branches
from yl_district.periods import Period

pytestmark = pytest.mark.django_db

PAGE = "own_link_list"


@made_once
def place():
    place = two_branches()
    post = make_post(organisation=place.here, person=make_person("陆远", user=place.branch_cadre), link_quota=5)
    place.person, place.today = post.person, timezone.localdate()
    place.links = {name: make_link(place.person, name) for name in ("白露", "顾清", "秦朗")}
    make_link(make_person("旁人"), "林溪")
    return place


def page(client):
    return client.get(reverse(PAGE))


def rows(client):
    """(name, what is owed) of each youth, in the order of the page."""
    return [(str(link.youth), words) for link, words, _, _ in page(client).context["form"].rows]


def log(client, **chosen):
    """Sends the form of the page with what is chosen."""
    data = answers(shown_form(page(client))) | {"form": "phone"} | chosen
    return client.post(reverse(PAGE), data)


def test_those_not_reached_this_quarter_stand_first(place):
    quarter = Period.of_quarter(place.today)
    make_contact(place.person, [place.links["白露"]], held_on=quarter.start, form="visit")
    make_contact(place.person, [place.links["顾清"]], held_on=quarter.eve, form="online")
    found = rows(place.cadre)
    assert [name for name, _ in found] == ["顾清", "秦朗", "白露"]
    assert dict(found) == {"顾清": "本季度未联系、今年未见面", "秦朗": "本季度未联系、今年未见面", "白露": ""}


def test_the_latest_contacts_online_and_offline_are_told_apart(place):
    days = [place.today - timedelta(days=each) for each in (3, 5, 9)]
    for day, form in zip(days, ("phone", "visit", "theme"), strict=True):
        make_contact(place.person, with_everyone=True, held_on=day, form=form)
    make_contact(place.person, [place.links["秦朗"]], held_on=place.today, form="open_day")
    links = Link.objects.filter(cadre=place.person).with_last_by_place().select_related("youth")
    found = {str(link.youth): (link.online_on, link.offline_on) for link in links}
    assert found == {"白露": (days[0], days[1]), "顾清": (days[0], days[1]), "秦朗": (days[0], place.today)}
    text = page(place.cadre).content.decode()
    assert f"线下 {place.today}<br>线上 {days[0]}" in text


def test_the_page_draws_how_far_the_quota_and_the_year_have_come(place):
    make_contact(place.person, [place.links["白露"]], held_on=place.today, form="phone")
    text = page(place.cadre).content.decode()
    assert "<span>3/5</span>" in text
    own = page(place.cadre).context["form"].own
    assert (own.number, own.reached, own.met, own.met_face_to_face) == (3, 1, 0, 0)


def test_a_contact_with_several_is_one_record_of_today(place):
    links = [place.links["白露"], place.links["秦朗"]]
    answer = log(place.cadre, links=[link.pk for link in links])
    assert answer["Location"] == reverse(PAGE)
    contact = Contact.objects.get()
    assert (contact.cadre, contact.held_on, contact.form, contact.content) == (place.person, place.today, "phone", "")
    assert {*contact.links.all()} == {*links}


def test_all_not_reached_are_chosen_by_one_tick(place):
    make_contact(place.person, [place.links["白露"]], held_on=place.today)
    assert "本季度未联系的全部（2 名）" in page(place.cadre).content.decode()
    log(place.cadre, not_reached="on", form="visit")
    contact = Contact.objects.get(form="visit")
    assert {str(link.youth) for link in contact.links.all()} == {"顾清", "秦朗"}
    assert "本季度都联系到了" in page(place.cadre).content.decode()


def test_nobody_chosen_is_asked_for_and_what_was_ticked_stays(place):
    answer = log(place.cadre)
    assert "请勾选联系到的青年" in answer.content.decode()
    answer = log(place.cadre, form="", links=[place.links["顾清"].pk])
    assert [ticked for *_, ticked in answer.context["form"].rows] == [False, True, False]
    assert not Contact.objects.exists()


def test_a_day_before_a_link_began_is_refused(place):
    late = make_link(place.person, "林溪", started_on=place.today)
    answer = log(place.cadre, links=[late.pk], held_on=place.today - timedelta(days=1))
    assert "这一天还没有开始联系林溪" in answer.content.decode()
    log(place.cadre, not_reached="on", held_on=place.today - timedelta(days=1))
    assert late not in Contact.objects.get().links.all()


@pytest.mark.parametrize("whose", ["another's", "ended"])
def test_links_of_others_and_ended_ones_are_refused(place, whose):
    foreign = make_link(make_post("顾秋", place.here, title="副书记").person, "于飞")
    ended = make_link(place.person, "贺兰", ended_on=place.today)
    answer = log(place.cadre, links=[(foreign if whose == "another's" else ended).pk])
    assert "所选青年已不是您的联系青年" in answer.content.decode()
    assert not Contact.objects.exists()


def test_the_same_form_sent_twice_logs_one_contact(place):
    data = answers(shown_form(page(place.cadre))) | {"form": "phone", "not_reached": "on"}
    for _ in range(2):
        place.cadre.post(reverse(PAGE), data)
    assert Contact.objects.count() == 1


def test_whoever_has_no_links_is_told_why(place):
    Link.objects.filter(cadre=place.person).update(ended_on=place.today)
    assert "您名下还没有在联系的青年" in page(place.cadre).content.decode()
    assert "没有绑定在任的团干部" in page(browser_of(place.staff)).content.decode()


def test_the_page_asks_as_much_of_many_youths_as_of_few(place):
    few = queries(place.cadre, PAGE)
    for number in range(5):
        make_link(place.person, f"林{'甲乙丙丁戊'[number]}")
    assert queries(place.cadre, PAGE) == few
