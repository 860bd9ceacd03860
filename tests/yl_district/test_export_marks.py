"""The mark of an exported row identifies the record and the time, in any spelling by a spreadsheet or a person."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.factories import make_organisation, make_supply, make_unit, make_unit_contact
from yl_district.models import DatabaseTag
from yl_district.sheets import export_marks

MOMENT = datetime(2026, 11, 25, 21, 30, 5, 999_999, ZoneInfo("Asia/Shanghai"))


@pytest.mark.django_db
def test_a_mark_names_kind_key_local_time_to_the_second_and_the_database():
    contact = make_unit_contact(make_unit())
    text = export_marks.mark(contact, MOMENT.astimezone(ZoneInfo("UTC")))
    tag = DatabaseTag.objects.get().tag
    assert text == f"unit_contact-{contact.pk}@20261125T213005#{tag}"
    assert export_marks.parse_mark(text) == ("unit_contact", contact.pk, MOMENT.replace(microsecond=0), tag)


@pytest.mark.django_db
def test_the_marks_of_a_kind_are_the_marks_of_its_records():
    supply = make_supply(make_organisation())
    assert export_marks.marks(type(supply), MOMENT)(supply.pk) == export_marks.mark(supply, MOMENT)


@pytest.mark.parametrize(
    "text",
    [
        " member-123@20261125T213005\n",
        "ｍｅｍｂｅｒ－１２３＠２０２６１１２５Ｔ２１３００５",
        "member - 123 @ 20261125 T213005",
        "\ufeffmember-123\u200b@20261125T213005",
        "ｍｅｍｂｅｒ－１２３＠２０２６１１２５Ｔ２１３００５ ＃３ｆａ９ｃ１",
    ],
)
def test_a_mark_is_read_in_full_width_and_with_blanks(text):
    tag = "3fa9c1" if "＃" in text else ""
    assert export_marks.parse_mark(text) == ("member", 123, MOMENT.replace(microsecond=0), tag)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        5,
        "member-123",
        "member-@20261125T213005",
        "-1@20261125T213005",
        "member-123@20261325T213005",
        "member-123@20261125T993005",
        "member-123@20261125T2130056",
        "member-1234567890123456789@20261125T213005",
        "=member-123@20261125T213005",
        "member-123@20261125T213005#",
        "member-123@20261125T213005#3fa9c",
        "member-123@20261125T213005#3fa9c1a",
    ],
)
def test_what_is_no_mark_is_none(text):
    assert export_marks.parse_mark(text) is None
