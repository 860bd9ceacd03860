"""The migrations that encrypt text columns, on existing rows."""

import uuid

import pytest
from django.db import connection

from assistance.models import AssistedYouth, Scholarship
from members.models import Person, PersonMerge
from orgs.accounts.authentication import find_account
from orgs.models import Unit, User
from tests.factories import make_assisted_youth, make_organisation, make_user
from tests.migrating import migrate
from yl_district.privacy import encryption

pytestmark = pytest.mark.postgresql

BEFORE = [("members", "0002_person_user"), ("assistance", "0001_initial")]
NUMBER, MOBILE, NEEDS = "11010519491231002X", "13800138000", "冬天的棉衣"


@pytest.fixture
def taken_back():
    """Migrates the database to the latest state after the test."""
    yield
    migrate()


@pytest.fixture
def former(taken_back):
    """The models with text columns, in a database migrated back to that state."""
    return migrate(BEFORE)


def columns(table):
    """The stored rows of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return str(cursor.fetchall())


TABLES = ["members_person", "assistance_assistedyouth", "assistance_scholarship"]
TEXTS = [MOBILE, NUMBER, NEEDS, "白建国"]


def texts_held():
    """Those of the texts that are stored unencrypted."""
    held = "".join(map(columns, TABLES))
    return [text for text in TEXTS if text in held]


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_rows_that_are_there_already_are_encrypted(former, monkeypatch):
    monkeypatch.setattr(encryption, "REWRITE_BATCH", 2)
    person = former.get_model("members", "Person")
    youth = person.objects.create(name="白露", identity_number=NUMBER, mobile=MOBILE, search_text="白露 bailu bl")
    person.objects.bulk_create([person(name=f"章程{number}") for number in range(4)])
    facts = {"category": "branch", "domain": "community", "path": "0001", "depth": 1}
    place = former.get_model("orgs", "Organisation").objects.create(name="柳林社区团支部", **facts)
    cases = former.get_model("assistance", "AssistedYouth")
    cases.objects.create(
        person_id=youth.pk, organisation_id=place.pk, registered_on="2017-01-05", needs=NEEDS, guardian="白建国"
    )
    former.get_model("assistance", "Scholarship").objects.create(
        year=2017, student_id=youth.pk, status="applied", remark=NEEDS
    )
    assert texts_held() == TEXTS

    migrate()
    assert texts_held() == []
    found = Person.objects.with_identity_number(NUMBER).get()
    assert (found.name, found.mobile, found.search_text) == ("白露", MOBILE, "白露 bailu bl")
    assert Person.objects.with_mobile(MOBILE).get() == found
    case = AssistedYouth.objects.get()
    assert (case.needs, case.guardian, case.school) == (NEEDS, "白建国", "")
    assert Scholarship.objects.get().remark == NEEDS
    seals = list(Person.objects.values_list("seal", flat=True))
    assert len(set(seals)) == 5 and all(isinstance(seal, uuid.UUID) for seal in seals)


@pytest.mark.full
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_rows_can_be_decrypted_again(taken_back):
    youth = make_assisted_youth(make_organisation(), needs=NEEDS, guardian="白建国")
    youth.person.identity_number, youth.person.mobile = NUMBER, MOBILE
    youth.person.save()
    assert texts_held() == []
    migrate(BEFORE)
    assert texts_held() == TEXTS


ACCOUNT_TABLES = ["orgs_user", "orgs_historicaluser", "orgs_unit", "orgs_historicalunit"]
LANDLINE = "010-87654321 转 8"


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_phones_of_accounts_and_units_are_encrypted_with_their_history(taken_back):
    former = migrate([("orgs", "0010_names_in_pinyin_order")])
    user = former.get_model("orgs", "User").objects.create(username=MOBILE, mobile=MOBILE, name="陆远")
    states = {"id": user.pk, "username": MOBILE, "mobile": MOBILE, "history_date": "2017-01-05T00:00Z"}
    former.get_model("orgs", "HistoricalUser").objects.create(**states, history_type="+")
    kept = {"kind": "enterprise", "status": "normal", "contact_phone": LANDLINE}
    unit = former.get_model("orgs", "Unit").objects.create(name="清和科技有限公司", **kept)
    for key in (unit.pk, unit.pk + 1, unit.pk + 1):
        states = {"id": key, "name": "清和科技有限公司", "history_date": "2017-01-05T00:00Z", "history_type": "~"}
        former.get_model("orgs", "HistoricalUnit").objects.create(**states, **kept)

    def held():
        text = "".join(map(columns, ACCOUNT_TABLES))
        return [text.count(phone) for phone in (MOBILE, LANDLINE)]

    assert held() == [4, 4]
    migrate()
    assert held() == [0, 0]
    account = User.objects.with_mobile(MOBILE).get()
    assert (account.username, account.mobile, find_account(MOBILE)) == (f"user{user.pk}", MOBILE, account)
    (state,) = account.history.all()
    assert (state.username, state.mobile, state.seal) == (f"user{user.pk}", MOBILE, account.seal)
    states = Unit.history.all()
    assert [state.contact_phone for state in [Unit.objects.get(), *states]] == [LANDLINE] * 4
    assert len({(state.id, state.seal) for state in states}) == len({state.id for state in states}) == 2


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_people_known_by_a_case_alone_are_sealed_with_their_history(taken_back):
    former = migrate([("members", "0018_merges_that_reveal_case_files")])
    people, history = (former.get_model("members", name).objects for name in ("Person", "HistoricalPerson"))
    facts = {"birth_date": "2011-09-23", "gender": "F", "other_names": "白小露"}
    case, open_one = (
        people.create(name=name, search_text=f"{name} x", name_sort="x", **facts) for name in ("白露", "章程")
    )
    staff = make_user().pk
    place = make_organisation().pk
    former.get_model("members", "Post").objects.create(
        person=open_one, organisation_id=place, title="书记", nature="part_time", started_on="2016-09-01"
    )
    for person, key in ((case, case.pk), (open_one, open_one.pk), (case, case.pk + 10)):
        states = {"id": key, "name": person.name, "seal": person.seal, "history_date": "2017-01-05T00:00Z"}
        history.create(**states, **facts, history_type="+")
    told = {"kept": open_one, "lost_key": case.pk, "lost_name": "白露", "merged_by_id": staff, "journal": "{}"}
    former.get_model("members", "PersonMerge").objects.create(**told)

    def held():
        text = "".join(map(columns, ["members_person", "members_historicalperson", "members_personmerge"]))
        return [text.count(word) for word in ("'白露", "'章程", "白小露")]

    assert held() == [5, 3, 5]
    migrate()
    assert held() == [0, 3, 2]
    assert list(Person.objects.wrongly_sealed_or_open()) == []
    found = Person.objects.get(pk=case.pk)
    assert (found.name, str(found.birth_date), found.gender, found.other_names) == ("白露", *facts.values())
    assert {(state.name, str(state.birth_date)) for state in Person.history.exclude(id=open_one.pk)} == {
        ("白露", "2011-09-23")
    }
    assert PersonMerge.objects.get().lost_name == "白露"
    migrate([("members", "0018_merges_that_reveal_case_files")])
    assert held() == [5, 3, 5]
