"""People known by nothing but a case are stored sealed, whatever makes them known and whatever takes that away."""

import pickle
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.serializers import serialize

from members.duplicates import likely_duplicates
from members.merge_actions import merge_people, take_back_merge
from members.models import Member, Person, Volunteer
from orgs.roles import RoleKind
from reports.ledger.kinds import KINDS
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_grant,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_scholarship,
    make_user,
    make_volunteer,
)
from tests.members.merged_records import request_of
from tests.pages import two_branches
from tests.workbooks import workbook
from tests.yl_district.test_encryption import dump, stored
from yl_district.importing.models import ImportBatch
from yl_district.importing.steps import begin_undo, open_import, run_check, run_commit
from yl_district.partial_dates import PartialDate
from yl_district.privacy.sealed_facts import SealableRows

pytestmark = [pytest.mark.django_db, pytest.mark.both]

NAME, OTHER_NAME, BORN = "单雨霏", "单小霏", date(2011, 9, 23)
TEXTS = [NAME, OTHER_NAME, str(BORN), "shanyufei", " syf ", "shan yu fei"]
FACTS = {"name": NAME, "gender": "F", "birth_date": BORN, "other_names": OTHER_NAME}


def held():
    """Those of a person's texts that are plain in a dump of the whole database."""
    found = dump()
    return [text for text in TEXTS if text in found]


def facts_of(person):
    """What a row of a person, or of the history of one, tells."""
    return {name: getattr(person, name) for name in FACTS}


def misplaced():
    return list(Person.objects.wrongly_sealed_or_open())


def is_sealed(person):
    return stored(person, "sealed_facts") is not None


def a_case(**facts):
    """A person of these facts known by a case, a scholarship and a grant alone."""
    person = make_person(**FACTS | facts)
    make_assisted_youth(make_organisation(), person=person)
    make_scholarship(student=person)
    person.birth_date = BORN
    person.save()
    return person


def test_a_capacity_that_somebody_else_has_deleted_meanwhile_opens_nobody():
    person = a_case()
    Person.objects.open_known_by("memberships", person.pk)
    assert is_sealed(person)


def test_nothing_of_somebody_known_by_a_case_alone_is_in_the_database():
    a_case()
    assert (held(), Person.history.count()) == ([], 2)


def test_twin_without_sealing_everything_is_found(monkeypatch):
    monkeypatch.setattr(SealableRows, "take_seal", lambda row, is_sealed: None)
    a_case()
    assert held() == TEXTS


def test_a_sealed_row_reads_as_any_other():
    person = a_case()
    found = Person.objects.get(pk=person.pk)
    assert (facts_of(found), str(found), found.all_names) == (FACTS, "单**", [NAME, OTHER_NAME])
    assert (found.search_text.split()[:3], found.name_sort) == (["单雨霏", "shanyufei", "syf"], "shan yu fei  单雨霏")
    ways = [
        pickle.loads(pickle.dumps(Person.objects.get(pk=person.pk))),
        Person.objects.only("mobile").get(pk=person.pk),
        Person.objects.only("name", "birth_date").get(pk=person.pk),
        Person.objects.defer("sealed_facts", "seal").get(pk=person.pk),
        *person.history.all(),
        *(state.instance for state in person.history.all()),
    ]
    assert [facts_of(one) for one in ways] == [FACTS] * len(ways)
    found.refresh_from_db()
    assert facts_of(found) == FACTS
    assert Person.objects.values("name", "birth_date", "gender", "search_text", "name_sort").get(pk=person.pk) == {
        **dict.fromkeys(("name", "gender", "search_text", "name_sort"), ""),
        "birth_date": None,
    }
    assert NAME not in serialize("json", Person.objects.all())


@pytest.mark.parametrize("born", [None, PartialDate(2011), PartialDate(2011, 9)])
def test_a_birth_date_comes_back_as_far_as_it_is_known(born):
    person = make_person(birth_date=born)
    assert Person.objects.get(pk=person.pk).birth_date == born


def test_what_is_changed_unopened_is_changed_alone():
    person = a_case()
    for names in (["gender"], None):
        found = Person.objects.get(pk=person.pk)
        found.gender = "M" if names else "F"
        found.save(update_fields=names)
        assert facts_of(Person.objects.get(pk=person.pk)) == FACTS | {"gender": found.gender}
    before = stored(person, "sealed_facts")
    Person.objects.get(pk=person.pk).save(update_fields=["user"])
    assert (held(), stored(person, "sealed_facts")) == ([], before)


def test_sealed_facts_moved_to_another_row_do_not_open():
    one, other = make_person(), a_case()
    Person.objects.filter(pk=one.pk).update(sealed_facts=Person.objects.get(pk=other.pk).sealed_facts)
    found, before = Person.objects.get(pk=one.pk), stored(one, "sealed_facts")
    assert (str(found.name), found.birth_date, found.gender) == ("【不能读取】", None, "")
    make_member(branch=make_organisation(), person=found)
    found.save()
    assert (stored(one, "sealed_facts"), stored(one, "name")) == (before, "")
    found.name = "章程"
    found.save()
    assert (stored(one, "name"), misplaced()) == ("章程", [])


CAPACITIES = {
    "member": lambda person: make_member(branch=make_organisation(), person=person),
    "post": lambda person: make_post(organisation=make_organisation(), person=person),
    "volunteer": lambda person: make_volunteer(person=person),
    "youth": lambda person: make_link(make_post(organisation=make_organisation()).person, youth=person),
    "cadre": lambda person: make_link(person, youth=make_member(branch=make_organisation()).person),
    "sign-in": lambda person: make_activity().sign_ins.create(person=person, capacity="visitor"),
}


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@pytest.mark.parametrize("kind", CAPACITIES)
def test_a_capacity_opens_and_the_last_one_gone_seals_again_with_all_history(kind):
    person = a_case()
    capacity = CAPACITIES[kind](Person.objects.get(pk=person.pk))
    assert (is_sealed(person), stored(person, "name"), stored(person, "name_sort")) == (
        *(False, NAME, "shan yu fei  单雨霏"),
    )
    # One that stays sealed would tell that the case was known first.
    assert [state.keeps_sealed for state in person.history.all()] == [False, False]
    person.refresh_from_db()
    person.gender = "M"
    person.save()
    assert not person.history.first().keeps_sealed
    other = (
        make_volunteer(person=person) if kind != "volunteer" else make_member(branch=make_organisation(), person=person)
    )
    capacity.delete()
    assert (is_sealed(person), misplaced()) == (False, [])
    type(other).objects.filter(pk=other.pk).delete()
    assert (held(), misplaced()) == ([], [])
    assert [state.gender for state in person.history.all()] == ["M", "F", "F"]


def test_a_stale_record_is_stored_as_the_person_is_known_now():
    person = a_case()
    sealed = Person.objects.get(pk=person.pk)
    member = make_member(branch=make_organisation(), person=Person.objects.get(pk=person.pk))
    opened = Person.objects.get(pk=person.pk)
    sealed.save()
    assert (is_sealed(person), stored(person, "name")) == (False, NAME)
    member.delete()
    opened.save()
    assert (held(), misplaced()) == ([], [])


def test_two_become_one_and_two_again():
    place = two_branches()
    case, member = a_case(), make_member(branch=place.here, person=make_person(**FACTS))
    request = request_of(place.staff)
    for kept, lost in ((member.person, case), (case, member.person)):
        kept, lost = Person.objects.get(pk=kept.pk), Person.objects.get(pk=lost.pk)
        merge = merge_people(kept, lost, request=request, reason="重复登记", values={})
        assert (is_sealed(kept), misplaced(), stored(merge, "lost_name")[:4]) == (False, [], "yl1:")
        assert (merge.revealing, stored(merge, "revealing")[:4]) == ("yes", "yl1:")
        assert {state.keeps_sealed for state in Person.history.all()} == {False}
        take_back_merge(merge, request=request, reason="并错了")
        assert (is_sealed(Person.objects.get(pk=case.pk)), misplaced()) == (True, [])
        told = {(state.id == case.pk, state.keeps_sealed) for state in Person.history.all()}
        assert told == {(True, True), (False, False)}
    Member.objects.all().delete()
    assert held() == []


SHEETS = {"assisted": "帮扶对象", "volunteers": "志愿者"}


def taken_in(kind, rows):
    """The import of these rows, written."""
    batch, _ = open_import(KINDS[kind], workbook({SHEETS[kind]: rows}), "名单.xlsx")
    assert run_check(batch), batch.counts
    assert run_commit(batch)
    return batch


def test_an_import_of_cases_seals_from_the_first_byte():
    place = make_organisation("柳林社区团支部")
    row = {"姓名": NAME, "性别": "女", "出生日期": str(BORN), "所在组织": place.name, "入库日期": "2017-01-05"}
    batch = taken_in("assisted", [row])
    person = Person.objects.get()
    assert (held(), misplaced(), person.name, person.history.get().name) == ([], [], NAME, NAME)
    assert begin_undo(batch, make_user())
    assert (held(), Person.objects.count(), ImportBatch.objects.get().state) == ([], 0, "undone")


def test_an_import_of_volunteers_opens_and_its_undo_seals():
    person = a_case(mobile="13800138000")
    batch = taken_in("volunteers", [{"姓名": NAME, "手机号码": "13800138000"}])
    assert (Volunteer.objects.get().person, is_sealed(person), misplaced()) == (person, False, [])
    assert begin_undo(batch, make_user())
    assert (Volunteer.objects.count(), held(), misplaced()) == (0, [], [])


def test_the_command_finds_and_rights_what_is_stored_otherwise_than_it_should_be():
    member, case = make_member(branch=make_organisation()).person, a_case()
    for person in (member, Person.objects.get(pk=case.pk)):
        person.take_seal(not person.keeps_sealed)
        person.store_seal()
    with pytest.raises(CommandError, match="有 2 人的资料"):
        call_command("keep_people_sealed", "--check")
    out = StringIO()
    call_command("keep_people_sealed", stdout=out)
    call_command("keep_people_sealed", "--check", stdout=out)
    assert out.getvalue().splitlines() == ["改正 2 人，现封存 1 人。", "改正 0 人，现封存 1 人。"]
    assert (held(), stored(member, "name"), misplaced()) == ([], "章程", [])


def test_sealed_people_are_found_by_whoever_may_open_the_case():
    place = two_branches()
    person = make_person(**FACTS, mobile="13800138000")
    keeper = make_user("个案专员", place.root, RoleKind.CASEWORKER)
    assert [list(Person.objects.search(text)) for text in (NAME, "syf", "13800138000", "章程")] == [[person]] * 3 + [[]]
    assert (list(Person.objects.named(NAME)), list(Person.objects.named("章程"))) == ([person], [])
    member = make_member(branch=place.here, person=make_person(NAME, birth_date=BORN)).person
    assert likely_duplicates(Person.objects.written_by(keeper), keeper) == []
    make_grant(keeper, person)
    (pair,) = likely_duplicates(Person.objects.all())
    assert (pair.first, pair.second, pair.in_words) == (person, member, "同名、出生日期一致")
    assert list(Person.objects.visible_to(keeper).sealed()) == [person]


def test_a_check_is_repeated_where_somebody_of_a_name_was_registered_by_a_case_meanwhile():
    place = make_organisation("柳林社区团支部")
    row = {"姓名": NAME, "所在组织": place.name, "入库日期": "2017-01-05"}
    batch, _ = open_import(KINDS["assisted"], workbook({SHEETS["assisted"]: [row]}), "名单.xlsx")
    assert run_check(batch)
    make_person(NAME)
    run_commit(batch)
    assert (batch.state, Person.objects.count()) == ("checked", 1)
