"""The visible part of masked numbers and names."""

import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.urls import get_resolver

from members.models import Person
from tests.records import below
from yl_district.fields import is_masked
from yl_district.pages.tables import MaskedColumn, PageTable
from yl_district.privacy.masking import COMPOUND_SURNAMES, masked, masked_name, shown_surname
from yl_district.sheets.columns import column
from yl_district.web.error_reports import redacted

DIGITS = "110105199805040025" * 2


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, ""),
        ("", ""),
        ("1", "*"),
        ("12", "**"),
        ("110105", "******"),
        # Of a number with seven or eight digits, as landlines have them, head and tail would leave little or nothing.
        ("6234567", "623****"),
        ("62345678", "623*****"),
        ("6234567890", "623*******"),
        ("13812345678", "138****5678"),
        ("010-62345678", "010****5678"),
        ("01062345678901", "010****8901"),
        # Identity numbers of old have fifteen digits, of which the last would tell the rest beside a birth date.
        ("110105980504002", "110105*********"),
        ("1101059805040021", "110105**********"),
        ("11010519980504002", "110105***********"),
        ("110105199805040025", "110105************"),
        ("11010519980504002X", "110105************"),
        (13812345678, "138****5678"),
        (6234567, "623****"),
        (0, ""),
        # Names, and what somebody has written beside them.
        ("王建国", "王**"),
        ("王建国（祖父）13812345678", "王*****************"),
    ],
)
def test_what_is_left_of_a_number(number, shown):
    assert masked(number) == shown


@pytest.mark.parametrize("length", range(31))
def test_of_a_number_of_any_length_at_least_four_characters_are_hidden(length):
    number = DIGITS[:length]
    shown = masked(number).replace("*", "")
    assert length - len(shown) >= min(length, 4)
    assert shown in ("", number[:3], number[:6], number[:3] + number[-4:])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", ""),
        ("白", "白"),
        ("白露", "白*"),
        ("白小露", "白**"),
        ("欧阳小雨", "欧***"),
        ("𡈽一", "𡈽*"),
        ("阿依古丽·买买提", "阿*******"),
    ],
)
def test_what_is_left_of_a_name(name, shown):
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", ""),
        ("白露", "白"),
        ("白小露", "白"),
        ("欧阳小雨", "欧阳"),
        ("诸葛明", "诸葛"),
        ("上官婉儿", "上官"),
        # The whole name, if it were a surname of two characters.
        ("欧阳", "欧"),
        ("欧小阳", "欧"),
        ("阿依古丽·买买提", "阿"),
        ("【不能读取】", "【不能读取】"),
    ],
)
def test_a_surname_is_told_whole_and_nothing_of_the_given_name(name, shown):
    assert shown_surname(name) == shown


def test_compound_surnames_are_no_more_than_surnames_and_masks_show_no_more_for_them():
    assert {len(surname) for surname in COMPOUND_SURNAMES} == {2}
    assert {masked_name(f"{surname}明") for surname in COMPOUND_SURNAMES} == {
        f"{each[0]}**" for each in COMPOUND_SURNAMES
    }


MASKED_WORDS = ("身份证", "证件号码", "手机", "电话", "监护人", "家庭方姓名", "签收人姓名", "又名")


def test_every_field_that_holds_somebodys_number_guardian_or_other_names_is_masked():
    """Found by their labels, in histories as well."""
    texts = [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, (CharField, TextField)) and field.editable
    ]
    numbers = [one for one in texts if any(word in str(one.verbose_name) for word in MASKED_WORDS)]
    assert [one for one in texts if is_masked(one)] == numbers
    assert {one.name for one in numbers} == {
        *("identity_number", "document_number", "mobile", "contact_phone", "guardian", "guardian_phone"),
        *("family_signer", "receiver_name", "other_names"),
    }


def test_a_column_is_masked_as_its_field_is():
    masks = {name: column(Person, name, prefix="person__").is_masked for name in ("mobile", "identity_number", "name")}
    assert masks == {"mobile": True, "identity_number": True, "name": False}


def test_a_list_masks_what_the_fields_of_its_columns_mask():
    assert get_resolver().url_patterns, "reads every module of lists"
    bound = [(table._meta.model, each) for table in below(PageTable) for each in table([]).columns.iterall()]
    masked_ones = [each for model, each in bound if is_masked(each.accessor.get_field(model))]
    assert [each for _, each in bound if isinstance(each.column, MaskedColumn)] == masked_ones != []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("13812345678", "138****5678"),
        ("号码13812345678，", "号码138****5678，"),
        ("=13012345678&", "=130****5678&"),
        ("19912345678 13312345678", "199****5678 133****5678"),
        ("110105199805040025", "110105************"),
        ("11010519980504002X", "110105************"),
        ("11010519980504002x", "110105************"),
        ("/invitations/MQ/c8-abc/", "/invitations/MQ/***/"),
        ("/invitations/MQ/c8-abc", "/invitations/MQ/***"),
        ("https://yl.example/scan/0123abcd/", "https://yl.example/scan/***/"),
        # No number of anybody: too short, too long, of another kind, or part of a word.
        ("12345678901", "12345678901"),
        ("12812345678", "12812345678"),
        ("1381234567", "1381234567"),
        ("138123456789", "138123456789"),
        ("a13812345678", "a13812345678"),
        ("13812345678b", "13812345678b"),
        ("1101051998050400255", "1101051998050400255"),
    ],
)
def test_logs_hold_no_whole_number(text, written):
    assert redacted(text) == written
