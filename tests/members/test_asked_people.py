"""A list of members asks only about whom its rows may mean, and finds what it would among everybody."""

import random
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.actions import add_sign_in
from members.models import Member
from members.resources import MemberResource
from orgs.models import Organisation
from reports.ledger.kinds import KINDS
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_hub,
    make_hub_staff,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_user,
    make_volunteer,
)
from tests.rosters import RolledBack, identity_number, member_rows
from tests.workbooks import workbook
from yl_district.importing.steps import begin_check, open_import
from yl_district.partial_dates import PartialDate
from yl_district.privacy.encryption import encrypted_fields
from yl_district.sheets.export_marks import HEADING, mark

pytestmark = pytest.mark.django_db

# Spellings of few names, so that most rows have several namesakes.
NAMES = "章程 陆远 李頔 李𬱖 欧阳嫺 欧阳娴 阿依古丽·买买提 阿依古丽买买提 Anna".split()
BORN = [date(1999, 5, 4), date(2001, 8, 9)]
MOBILES = [f"1651239300{digit}" for digit in range(4)]
DOCUMENTS = ["E1234567", "E7654321"]
PEOPLE, ROWS = 20, 24


@pytest.fixture
def district():
    """A root with two committees, each with two branches and a hub."""
    root = make_organisation("望湖地区团工委", category="working_committee", domain="office")
    for name in ("清河街道团工委", "高井街道团工委"):
        committee = make_organisation(name, root, category="working_committee", domain="office")
        for number in range(2):
            make_hub(make_organisation(f"{name[:2]}第{number + 1}团支部", committee), f"{name[:2]}青年汇{number}")
    return {one.name: one for one in Organisation.objects.all()}


def register(chance, district):
    """Registers people with any capacities, who are known by any of their numbers, or none."""
    branches = [one for one in district.values() if one.category == "branch"]
    cadres = [make_post(chance.choice(NAMES), chance.choice(branches)).person for _ in range(3)]
    for number in range(PEOPLE):
        born = chance.choice([None, *BORN, PartialDate(2001), PartialDate(2001, 8)])
        has_number = isinstance(born, date) and chance.random() < 0.5
        has_document = chance.random() < 0.2
        person = make_person(
            chance.choice(NAMES),
            birth_date=born,
            identity_number=identity_number(number, born) if has_number else None,
            mobile=chance.choice(["", *MOBILES]),
            other_names=chance.choice(["", "", "", chance.choice(NAMES), "小程、章程"]),
            document_kind="passport" if has_document else "",
            document_number=chance.choice(DOCUMENTS) if has_document else "",
        )
        give_capacity(chance, person, number, branches, cadres)


def give_capacity(chance, person, number, branches, cadres):
    """Makes a person known by one of the capacities; the assisted by nothing else, and so sealed."""
    branch = chance.choice(branches)
    match chance.randrange(9):
        case 0 | 1 | 2 | 3:
            development_no = chance.choice([None, f"2017{number:08}"])
            make_member(branch=branch, person=person, development_no=development_no)
        case 4:
            make_link(chance.choice(cadres), youth=person)
        case 5:
            make_volunteer(branch.hubs.first(), person=person)
        case 6:
            make_assisted_youth(branch, person=person)
        case 7:
            make_hub_staff(branch.hubs.first(), person=person)
        case _:
            add_sign_in(make_activity(branch), person, "other")


def rows_of(chance, district):
    """Rows that mean those people, others of their names, or say what contradicts."""
    branches = [name for name, one in district.items() if one.category == "branch"]
    stored = list(Member.objects.all())
    for number in range(ROWS):
        born = chance.choice(BORN)
        row = {
            "姓名": chance.choice(NAMES),
            "性别": "女",
            "出生日期": chance.choice([None, born.isoformat(), "2001-08"]),
            "身份证号": chance.choice([None, None, identity_number(chance.randrange(PEOPLE), born)]),
            "手机号码": chance.choice([None, *MOBILES, "165"]),
            "所在团支部": chance.choice(branches),
            "来源日期": chance.choice(["2017-03-01", "2018-03-01"]),
            "发展团员编号": chance.choice([None, None, f"2017{chance.randrange(PEOPLE):08}"]),
            "其他证件类型": "护照",
            "其他证件号码": chance.choice([None, None, None, *DOCUMENTS]),
            HEADING: None,
        }
        if number % 5 == 0:
            one = chance.choice(stored)
            row |= {HEADING: mark(one, timezone.now() - timedelta(days=chance.randrange(2))), "姓名": one.person.name}
        yield row


def checked(rows, user, committee):
    """What a check of the rows finds and would write, rolled back."""
    try:
        with transaction.atomic():
            data = workbook({"团员": rows})
            batch, _ = open_import(KINDS["members"], data, "名单.xlsx", user, committee=committee)
            begin_check(batch)
            batch.refresh_from_db()
            parts = [(part.tags, part.told, list(map(plain, part.acts))) for part in batch.in_parts()]
            raise RolledBack
    except RolledBack:
        return parts, batch.counts, batch.questions, batch.warnings


def plain(act):
    """A staged write without what is random of it."""
    model = apps.get_model(act.label)
    hidden = {field.name for field in encrypted_fields(model)} | {"seal"}
    fields = [field.name for field in model._meta.concrete_fields]
    return act._replace(row=[cell for name, cell in zip(fields, act.row, strict=True) if name not in hidden])


def agree(seed, district, monkeypatch):
    """Checks rows by both ways for each who may send them; returns how many rows came out in how many ways."""
    chance = random.Random(seed)
    register(chance, district)
    rows, root, below = list(rows_of(chance, district)), Organisation.objects.first(), district["清河街道团工委"]
    senders = (None, None), (make_user("区专干", root), None), (make_user("街道专干", below), below)
    told = set()
    for user, committee in senders:
        monkeypatch.setattr(MemberResource, "asks", True)
        found = checked(rows, user, committee)
        monkeypatch.setattr(MemberResource, "asks", False)
        assert found == checked(rows, user, committee), seed
        told |= set("".join(tags for tags, *_ in found[0]))
    return told


@pytest.mark.cpu(4)
def test_rows_come_out_as_they_would_among_all_who_are_registered(district, monkeypatch):
    assert agree(4, district, monkeypatch) >= {*"nwq"}


@pytest.mark.both
@pytest.mark.full
@pytest.mark.cpu(8)
@pytest.mark.parametrize("seed", range(100, 140))
def test_rows_of_any_list_come_out_as_they_would_among_all(seed, district, monkeypatch):
    agree(seed, district, monkeypatch)


@pytest.mark.both
def test_no_more_is_asked_where_many_more_are_registered(district):
    rows = member_rows(20, 所在团支部="清河第1团支部")
    with CaptureQueriesContext(connection) as few:
        checked(rows, None, None)
    for number, row in enumerate(rows):
        person = make_person(row["姓名"], identity_number=identity_number(number, date(1988, 1, 1)))
        make_member(branch=district["清河第1团支部"], person=person)
    with CaptureQueriesContext(connection) as many:
        checked(rows, None, None)
    assert len(many) == len(few)
