"""People likely registered twice: who is listed, who is not, and what somebody has declared."""

from datetime import date

import pytest
from django.urls import reverse

from activities.actions import add_sign_in
from members.duplicates import likely_duplicates
from members.models import Namesakes, Person
from reports.checks.inspection import Inspection
from reports.checks.people import people_alike
from reports.figures.counting import results
from reports.figures.scopes import Scope
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_grant,
    make_hub,
    make_link,
    make_member,
    make_person,
    make_post,
    make_user,
    make_volunteer,
)
from tests.made_once import made_once
from tests.pages import browser_of, page, queries, send, two_branches
from yl_district.partial_dates import PartialDate
from yl_district.periods import Period

pytestmark = pytest.mark.django_db
BORN = date(1998, 5, 4)
NUMBERS = ("110105199805041233", "110105199805045671")


@made_once
def place():
    return two_branches()


def pairs(people=None):
    """The keys of the pairs found, with in what they agree."""
    found = likely_duplicates(people if people is not None else Person.objects.all())
    return {(pair.first.pk, pair.second.pk): pair.agreeing for pair in found}


@pytest.mark.both
def test_looking_up_the_people_of_a_part_first_finds_the_same(place):
    make_member("章程", place.here, make_person("章程", birth_date=BORN))
    make_post("章程", place.here, make_person("章程", birth_date=BORN))
    make_member("章程", place.there, make_person("章程", birth_date=BORN))
    cadre = make_post("陆远", place.here).person
    make_link(cadre, "章程", make_person("章程", birth_date=BORN))
    add_sign_in(make_activity(place.here), make_person("章程", birth_date=BORN), "other")
    for organisation in (place.root, place.here, place.there):
        people, own = Person.objects.within(organisation), Person.objects.found_within(organisation)
        assert set(own) == set(people)
        assert likely_duplicates(people, None, own) == likely_duplicates(people)


@pytest.mark.both
def test_people_of_one_name_who_agree_are_found(place):
    first = make_person("章程", mobile="13800138000", birth_date=BORN)
    by_phone = make_person("章程", mobile="13800138000", gender="F")
    assert pairs() == {(first.pk, by_phone.pk): ("手机号码一致",)}
    by_phone.delete()
    for born in (BORN, PartialDate(1998, 5)):
        by_birth = make_person("章程", mobile="13900139000", birth_date=born)
        assert pairs() == {(first.pk, by_birth.pk): ("出生日期一致",)}
        by_birth.delete()
    make_member(branch=place.here, person=first)
    by_branch = make_post(organisation=place.here, person=make_person("章程", mobile="13900139000")).person
    assert pairs() == {(first.pk, by_branch.pk): ("在同一团组织",)}


def test_the_same_cadre_and_the_same_team_tell_as_much(place):
    cadre = make_post("陆远", place.here).person
    youths = [make_link(cadre, "秦朗").youth, make_link(cadre, "秦朗").youth]
    hub = make_hub(place.here)
    volunteers = [make_volunteer(hub, "顾清").person, make_volunteer(hub, "顾清").person]
    assert pairs() == {
        tuple(one.pk for one in volunteers): ("在同一志愿者队伍",),
        tuple(one.pk for one in youths): ("由同一团干部联系",),
    }


def test_another_spelling_of_the_name_is_the_same_name(place):
    """A variant of a character, a blank, and two variants of which neither is the simplified one."""
    for names in (("王頔", "王𬱖"), ("买买提·艾力", "买买提艾力"), ("章 程", "章程"), ("羣峯", "群峯")):
        Person.objects.all().delete()
        people = [make_person(name, mobile="13800138000") for name in names]
        make_person("群山", mobile="13800138000")
        assert pairs() == {tuple(one.pk for one in people): ("手机号码一致",)}
    assert "姓名写法相近、手机号码一致" in {pair.in_words for pair in likely_duplicates(Person.objects.all())}


def test_a_name_alone_and_what_contradicts_are_no_duplicates(place):
    make_person("章程", mobile="13800138000", birth_date=BORN, identity_number=NUMBERS[0])
    make_person("章程")
    make_person("章程", mobile="13800138000", birth_date=date(1999, 5, 4))
    make_person("章程", mobile="13800138000", birth_date=BORN, identity_number=NUMBERS[1])
    make_person("章澄", mobile="13800138000", birth_date=BORN)
    make_person("章程", birth_date=PartialDate(1998))
    assert pairs() == {}


def test_somebody_registered_three_times_is_found_twice(place):
    people = [make_person("章程", mobile="13800138000") for _ in range(3)]
    assert set(pairs()) == {(people[0].pk, people[1].pk), (people[0].pk, people[2].pk)}
    Namesakes.objects.create(first=people[0], second=people[2], declared_by=place.staff)
    assert set(pairs()) == {(people[0].pk, people[1].pk), (people[1].pk, people[2].pk)}


def test_people_are_compared_with_few_others(place):
    Person.objects.bulk_create(Person(name="章程", birth_date=BORN) for _ in range(60))
    assert len(pairs()) == 59


def test_the_page_lists_pairs_and_forgets_those_declared_to_be_two(place):
    twins = [make_member("章程", place.here).person, make_member("章程", place.there).person]
    text = page(place.office, "duplicate_list")
    assert "出生日期一致" in text
    assert place.here.name in text
    send(place.office, "namesakes_create", *(one.pk for one in reversed(twins)))
    declared = Namesakes.objects.get()
    assert (declared.first, declared.second, declared.declared_by) == (*twins, place.staff)
    text = page(place.office, "duplicate_list")
    assert "没有疑似重复的人" in text
    assert "已确认不是同一人（1）" in text
    send(place.office, "namesakes_delete", declared.pk)
    assert "出生日期一致" in page(place.office, "duplicate_list")


def test_declaring_twice_declares_once(place):
    twins = [make_member("章程", place.here).person, make_member("章程", place.there).person]
    for pair in (twins, twins[::-1]):
        send(place.office, "namesakes_create", *(one.pk for one in pair))
    assert Namesakes.objects.count() == 1


def test_case_files_change_neither_list_nor_order(place):
    """A person known only by a file, and one of a pair who has one."""
    first = make_member("章程", place.here).person
    make_member("章程", place.there)
    make_member("于飞", place.there)
    before = page(place.office, "duplicate_list")
    make_assisted_youth(place.here, person=first)
    hidden = make_assisted_youth(place.here, person=make_person("于飞", birth_date=BORN))
    assert texts(page(place.office, "duplicate_list")) == texts(before)
    address = reverse("namesakes_create", args=[first.pk, hidden.person_id])
    assert place.office.get(address).status_code == 404
    make_grant(place.staff, hidden.person)
    assert "于飞" in page(place.office, "duplicate_list")


def test_the_check_finds_nobody_known_by_a_case_file_alone(place):
    make_member("章程", place.here)
    hidden = make_assisted_youth(place.here, person=make_person("章程", birth_date=BORN))
    make_grant(place.staff, hidden.person)
    scope = Scope(place.root, Period.of_year(2017))
    for user in (None, place.staff):
        inspection = Inspection(scope, results(scope), user)
        assert list(people_alike(inspection)) == []
    make_member("章程", place.there)
    assert [one.name for one in people_alike(inspection)] == ["章程"]


def texts(page_text):
    """The content of a page, without what is new in each."""
    return page_text.partition("<main")[2].partition("</main>")[0]


def test_who_is_known_by_sign_ins_alone_is_listed_for_the_office(place):
    signed = add_sign_in(make_activity(place.here), make_person("秦朗", mobile="13800138000"), "other").person
    member = make_member(branch=place.there, person=make_person("秦朗", mobile="13800138000"))
    assert set(pairs(Person.objects.written_by(place.staff))) == {(signed.pk, member.person_id)}


def test_nobody_but_the_office_comes_here(place):
    assert place.cadre.get(reverse("duplicate_list")).status_code == 404
    branch_staff = browser_of(make_user("专干", place.here))
    assert branch_staff.get(reverse("duplicate_list")).status_code == 404


def test_pairs_do_not_add_queries(place):
    def add_pair(name):
        make_member(name, place.here)
        make_post(organisation=place.there, person=make_person(name, birth_date=BORN))

    add_pair("章程")
    before = queries(place.office, "duplicate_list")
    for name in ("于飞", "康宁", "尹舟"):
        add_pair(name)
    assert queries(place.office, "duplicate_list") == before
