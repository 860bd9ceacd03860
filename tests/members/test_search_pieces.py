"""People are found by pieces of their names exactly as by comparing every name, and nobody sealed has any."""

import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Q

from members.models import NamePiece, Person, UnwrittenName, Volunteer
from members.models.pieces import PIECES_OF_PEOPLE
from members.searching import keep_pieces_after_migrating
from tests.factories import make_assisted_youth, make_member, make_organisation, make_person, make_volunteer
from yl_district import search_pieces
from yl_district.history.bulk_sql import insert_rows, reserve_keys, row_of
from yl_district.pinyin import few_named, normalised, search
from yl_district.search_pieces import bounds, pieces_at_once, windows

pytestmark = [pytest.mark.django_db, pytest.mark.both]

LETTERS = "章程单伟欧阳若兰一一𠮷·ANé ß1%_'\\"


def invented(chance):
    """A name that may be long, foreign, or hold what a database gives a meaning."""
    return "".join(chance.choices(LETTERS, k=chance.randint(1, 9))).strip() or "章"


def register(count, chance):
    """People of invented names, one in four of them with other names, known openly."""
    people = Person.objects.bulk_create(
        Person(name=invented(chance), other_names=invented(chance) if number % 4 == 0 else "")
        for number in range(count)
    )
    Volunteer.objects.bulk_create(Volunteer(person=person) for person in people)
    return people


def compared(text):
    """The keys of the people whose columns contain every word, each column looked at."""
    rows = Person.objects.all()
    for word in text.split():
        rows = rows.filter(Q(search_text__contains=normalised(word)) | Q(other_names__icontains=word))
    return [*rows.order_by("pk").values_list("pk", flat=True)]


def found(text):
    """The keys of the people whom a search finds."""
    return [*search(Person.objects.order_by("pk"), text).values_list("pk", flat=True)]


def differences():
    """How many pieces are missing or too many, once those of all rows are written."""
    return PIECES_OF_PEOPLE.differences()


def held(person):
    """Whether anything tells how a person is searched by."""
    rows = [NamePiece.objects.filter(record_id=person.pk), UnwrittenName.objects.filter(record_id=person.pk)]
    return any(each.exists() for each in rows)


@pytest.fixture(params=[search_pieces.COLLECTED, 0], ids=["collected", "at once"])
def written(request, monkeypatch):
    """How many new rows SQLite collects before it writes their pieces."""
    monkeypatch.setattr(search_pieces, "COLLECTED", request.param)
    PIECES_OF_PEOPLE.keep()
    return request.param


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.parametrize("few", [search_pieces.FEW_PIECES, 3])
def test_whatever_is_typed_finds_whom_a_look_at_every_name_finds(few, written, monkeypatch):
    monkeypatch.setattr(search_pieces, "FEW_PIECES", few)
    chance = random.Random(few + written)
    people = register(60, chance)
    names = [f"{one.search_text} {one.other_names}" for one in people]
    for _ in range(60):
        name = chance.choice(names)
        begin = chance.randrange(len(name))
        text = name[begin : begin + chance.choice([1, 1, 2, 3, 4, 8, 12, 30])]
        text = chance.choice([text, text.upper(), f"{text} {chance.choice(names)[:2]}", text[::-1], f" {text}　"])
        assert (text, found(text)) == (text, compared(text))


@pytest.mark.parametrize("text", ["%", "_", "%%%", "\\", "'", "a" * 60, "章" * 60, "zz qq", "·", "\ufffd"])
def test_odd_texts_find_only_who_is_called_so(text):
    make_volunteer(name="章程")
    person = make_volunteer(name=text.replace(" ", "")[:30]).person
    assert found(text) == ([person.pk] if text == person.name else compared(text)) == compared(text)


def test_pieces_follow_the_names_on_every_write(written):
    first, second = register(2, random.Random(1))
    first.name, first.other_names = "单雨霏", "单小霏"
    first.save()
    assert (found("shanyuf"), found("小霏"), differences()) == ([first.pk], [first.pk], (0, 0))
    second.name, second.search_text = "欧阳若兰", "欧阳若兰 ouyangruolan oyrl"
    Person.objects.bulk_update([second], ["name", "search_text"])
    assert (found("oyrl"), differences()) == ([second.pk], (0, 0))
    Person.objects.filter(pk=second.pk).update(other_names="阿依古丽")
    assert (found("依古"), differences()) == ([second.pk], (0, 0))
    third = Person(pk=reserve_keys(Person, 1)[0], name="章一秋")
    insert_rows(Person, [row_of(third)])
    assert (found("yiqiu"), differences()) == ([third.pk], (0, 0))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM members_person WHERE id = %s", [third.pk])
    assert (found("yiqiu"), held(third), differences()) == ([], False, (0, 0))


def test_many_rows_are_written_at_once(monkeypatch):
    monkeypatch.setattr(search_pieces, "COLLECTED", 5)
    PIECES_OF_PEOPLE.keep()
    register(12, random.Random(2))
    assert UnwrittenName.objects.count() == 0
    assert NamePiece.objects.values("record_id").distinct().count() == 12
    assert differences() == (0, 0)


def test_a_large_write_has_all_pieces_written_at_its_end(monkeypatch):
    monkeypatch.setattr(search_pieces, "COLLECTED", 2)
    PIECES_OF_PEOPLE.keep()
    with pieces_at_once():
        first, *_ = register(6, random.Random(5))
        assert found(first.name) == compared(first.name)
    assert UnwrittenName.objects.count() == 0 and NamePiece.objects.filter(record_id=first.pk).exists()
    assert differences() == (0, 0)


def test_whoever_is_sealed_has_no_pieces_at_any_time(written):
    person = make_person("单雨霏", other_names="单小霏", mobile="13800135678")
    assert not held(person)
    branch = make_organisation()
    make_assisted_youth(branch, person=person)
    person.name = "单雨菲"
    person.save()
    assert not held(person) and Person.objects.filter(pk=person.pk, mobile_end="").exists()
    member = make_member(branch=branch, person=person)
    assert held(person) and found("syf") == [person.pk] and found("5678") == [person.pk]
    member.delete()
    assert not held(person) and found("syf") == [] and found("5678") == []
    assert Person.objects.filter(pk=person.pk, mobile_end="").exists()
    # Who opens the case finds them as before.
    assert [*Person.objects.search("syf")] == [*Person.objects.search("5678")] == [person]


def test_the_last_digits_of_a_mobile_find_whose_number_ends_so_and_nobody_of_the_same_digest():
    people = [make_volunteer(name="章程", person=make_person("章程", mobile=f"138{n:08}")).person for n in range(40)]
    field = Person._meta.get_field("mobile_end")
    assert {len(one.mobile_end) for one in people} == {3}
    Person.objects.update(mobile_end=field.short_digest("0007"))
    assert found("0007") == [people[7].pk]
    assert found("００ ０７") == [people[7].pk]
    named = make_volunteer(name="章程0007").person
    assert found("0007") == [people[7].pk, named.pk]
    for text in ("007", "00007", "0007 章", "138000"):
        assert people[7].pk not in found(text)


def test_the_digest_of_the_last_digits_follows_the_number():
    person = make_volunteer(person=make_person("章程", mobile="13800135678")).person
    person.mobile = "13800130042"
    person.save(update_fields=["mobile"])
    assert (found("5678"), found("0042")) == ([], [person.pk])
    person.mobile = ""
    person.save()
    assert found("0042") == [] and Person.objects.get().mobile_end == ""


@pytest.mark.in_turn
def test_lists_look_up_few_people_by_their_pieces():
    register(2_500, random.Random(3))
    PIECES_OF_PEOPLE.keep()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert few_named(Person, "章", by_other_names=True) is not None
    index = {"sqlite": "members_namepiece USING PRIMARY KEY", "postgresql": "members_namepiece_pkey"}
    plan = search(Volunteer.objects.order_by("pk"), "章程单", "person__search_text").explain()
    assert index[connection.vendor] in plan


def test_fragments_of_many_are_compared_row_by_row(monkeypatch):
    monkeypatch.setattr(search_pieces, "FEW_PIECES", 2)
    for _ in range(3):
        make_volunteer(name="章程")
    PIECES_OF_PEOPLE.keep()
    assert few_named(Person, "章程", by_other_names=True) is None
    assert few_named(Person, "章程 zz", by_other_names=True) is not None


@pytest.mark.parametrize("text", ["z", "É", "章é", ""])
def test_a_single_letter_and_letters_that_databases_disagree_about_are_not_looked_up(text):
    assert few_named(Person, text, by_other_names=True) is None


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("zyq", ["zyq"]),
        ("章", ["章"]),
        ("zhangyi", ["zhangyi"]),
        ("zhangyiqiu", ["zhangyi", "ngyiqiu"]),
        ("z", []),
        ("%a", ["%a"]),
    ],
)
def test_a_word_is_looked_up_by_parts_that_are_pieces(word, parts):
    assert windows(word) == parts
    assert all(first <= part <= last for part in parts for first, last in [bounds(part)])


def test_the_command_tells_of_wrong_pieces_and_writes_them_anew():
    register(3, random.Random(4))
    PIECES_OF_PEOPLE.keep()
    call_command("keep_search_pieces", "--check", stdout=StringIO())
    NamePiece.objects.filter(record_id=Person.objects.first().pk).delete()
    NamePiece.objects.create(piece="zz", record_id=0)
    with pytest.raises(CommandError, match="多 1 处"):
        call_command("keep_search_pieces", "--check", stdout=StringIO())
    call_command("keep_search_pieces", stdout=StringIO())
    assert differences() == (0, 0)


def test_a_table_built_anew_by_a_migration_gets_its_triggers_back():
    PIECES_OF_PEOPLE.leave()
    person = make_volunteer(name="章一秋").person
    assert found("yiqiu") == [] and not PIECES_OF_PEOPLE.are_kept()
    keep_pieces_after_migrating()
    assert found("yiqiu") == [person.pk] and PIECES_OF_PEOPLE.are_kept()
