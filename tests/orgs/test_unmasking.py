"""Unmasking requires reauthentication and a reason, and is logged before the value is shown."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from tests.factories import PASSWORD, make_activity, make_member, make_person, make_unit, make_user, minor_birth_date
from tests.made_once import made_once
from tests.pages import browser_of, page, two_branches
from tests.rosters import identity_number
from yl_district.audit.models import AccessEntry
from yl_district.importing.models import ImportBatch
from yl_district.sheets.models import AwaitedCell

pytestmark = pytest.mark.django_db

BORN = minor_birth_date()
NUMBER, MOBILE = identity_number(2, BORN), "13800138000"


@made_once
def district():
    """A member under age in one of two branches."""
    district = two_branches()
    person = make_person("白露明", gender="F", birth_date=BORN, identity_number=NUMBER, mobile=MOBILE)
    district.member = make_member(branch=district.here, person=person)
    return district


def address(record):
    return reverse("record_unmask", args=[record._meta.model_name, record.pk])


def confirmed(client):
    """The client after its user has given the password once more."""
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/members/"})
    assert answer.status_code == 302
    return client


def test_pages_mask_numbers_and_a_minors_name_everywhere(district):
    member = district.member
    pages = [("member_list",), ("member_detail", member.pk), ("member_update", member.pk), ("member_end", member.pk)]
    for client in (district.office, district.cadre):
        for name, *args in [*pages, ("person_detail", member.person_id)]:
            text = page(client, name, *args)
            assert [whole for whole in (NUMBER, MOBILE, "白露明") if whole in text] == []
            assert "白**" in text


def test_the_whole_is_shown_after_a_confirmation_and_a_reason_and_noted(district):
    asked = address(district.member.person)
    answer = district.cadre.get(asked)
    assert answer.url.startswith(reverse("account_reauthenticate"))
    confirmed(district.cadre)
    assert NUMBER not in district.cadre.get(asked).content.decode()
    assert "不少于 4 个字" in district.cadre.post(asked, {"reason": "看看"}).content.decode()
    assert not AccessEntry.objects.filter(action="unmask").exists()
    text = district.cadre.post(asked, {"reason": "联系本人"}).content.decode()
    assert [whole for whole in (NUMBER, MOBILE, "白露明") if whole not in text] == []
    (line,) = AccessEntry.objects.filter(action="unmask")
    assert (line.subject, line.detail) == (f"members.person:{district.member.person_id}", "联系本人")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("number", "called"),
    [
        (MOBILE, MOBILE),
        ("010-8577 1234", "01085771234"),
        ("（010）85771234", "01085771234"),
        ("+86 10 85771234", "+861085771234"),
        ("85771234 转 8", None),
        ("", None),
    ],
)
def test_a_phone_number_shown_whole_can_be_called_and_a_masked_one_cannot(district, number, called):
    unit = make_unit("清和科技", branch=district.here, contact_phone=number, contact_name="查先生")
    for url_name in ("unit_detail", "record_unmask"):
        args = [unit.pk] if url_name == "unit_detail" else ["unit", unit.pk]
        assert "tel:" not in page(confirmed(district.cadre), url_name, *args)
    text = district.cadre.post(address(unit), {"reason": "联系本人"}).content.decode()
    assert re.findall(r'<a href="tel:([^"]*)">([^<]*)</a>', text) == ([(called, number)] if called else [])
    assert number in text


def test_nobody_unmasks_what_lies_out_of_reach_or_is_known_by_sign_ins_alone(district):
    stranger = make_member("韩笑", district.there).person
    visitor = make_person("顾清", mobile="13900139000")
    make_activity(district.here).sign_ins.create(person=visitor)
    confirmed(district.cadre)
    for record in (stranger, visitor):
        assert [district.cadre.get(address(record)).status_code, district.cadre.post(address(record)).status_code] == [
            404,
            404,
        ]
    assert district.cadre.get(reverse("record_unmask", args=["user", 1])).status_code == 404
    assert district.cadre.get(reverse("record_unmask", args=["nonsense", 1])).status_code == 404


def test_a_units_phone_is_masked_and_kept_where_nothing_is_typed(district):
    unit = make_unit(branch=district.here, contact_phone=MOBILE)
    assert MOBILE not in page(district.office, "unit_detail", unit.pk) + page(district.office, "unit_update", unit.pk)
    typed = {"name": unit.name, "kind": "enterprise", "status": "normal", "branch": district.here.pk}
    for phone, kept in (("", MOBILE), ("13900139000", "13900139000"), ("无", "")):
        district.office.post(reverse("unit_update", args=[unit.pk]), typed | {"contact_phone": phone})
        unit.refresh_from_db()
        assert unit.contact_phone == kept


def test_a_minors_name_and_number_stay_where_nothing_is_typed(district):
    member = district.member
    typed = {"gender": "F", "birth_date": BORN, "branch": district.here.pk, "status": "normal"}
    district.office.post(reverse("member_update", args=[member.pk]), typed | {"name": "", "mobile": ""})
    member.person.refresh_from_db()
    assert (member.person.name, member.person.mobile) == ("白露明", MOBILE)
    answer = district.office.post(
        reverse("member_update", args=[member.pk]), typed | {"name": "白露鸣", "mobile": "无"}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    member.person.refresh_from_db()
    assert (member.person.name, member.person.mobile) == ("白露鸣", "")


def await_phone(record, attribute, found):
    """A phone that a list had for the record and nobody could read."""
    kind = ContentType.objects.get_for_model(record)
    batch = ImportBatch.objects.create(kind="members", file_name="名册.xlsx")
    AwaitedCell.objects.create(
        batch=batch, content_type=kind, object_id=record.pk, heading="手机号码", attribute=attribute, found=found
    )


def test_what_a_list_had_is_shown_whole_by_the_same_act(district):
    person = make_person("韩冬")
    member, elsewhere = (
        make_member(branch=district.here, person=person),
        make_member(branch=district.there, person=person),
    )
    await_phone(member, "person__mobile", "85761234 转 8001")
    await_phone(elsewhere, "person__mobile", "400-810-1234")
    await_phone(district.member, "person__mobile", "85767777")
    shown = page(district.cadre, "member_detail", member.pk)
    assert "85761234" not in shown
    assert f'href="{address(person)}" aria-label="查看完整信息：手机号码"' in shown
    confirmed(district.cadre)
    text = district.cadre.post(address(person), {"reason": "联系本人"}).content.decode()
    found = [whole for whole in ("85761234 转 8001", "400-810-1234", "85767777") if whole in text]
    assert found == ["85761234 转 8001"]
    (line,) = AccessEntry.objects.filter(action="unmask")
    assert (line.subject, line.detail) == (f"members.person:{person.pk}", "联系本人")
    person.mobile = MOBILE
    person.save()
    assert "85761234" not in district.cadre.post(address(person), {"reason": "联系本人"}).content.decode()


def test_a_units_phone_that_a_list_had_is_shown_whole_too(district):
    unit = make_unit(branch=district.here)
    await_phone(unit, "contact_phone", "01085761234 1")
    assert address(unit) in page(district.cadre, "unit_detail", unit.pk)
    confirmed(district.cadre)
    text = district.cadre.post(address(unit), {"reason": "走访慰问"}).content.decode()
    assert "01085761234 1" in text


def test_somebody_without_a_role_unmasks_nobody(district):
    client = confirmed(browser_of(make_user("无职")))
    assert client.get(address(district.member.person)).status_code == 404
