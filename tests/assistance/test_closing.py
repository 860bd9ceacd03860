"""A youth taken out of the register for a reason: what ends by it, and how long the file is kept."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from assistance.actions import close_case, fix_volunteer
from assistance.models import AssistedYouth, CaseGrant
from assistance.retention import due_files, make_nameless
from tests.factories import make_assisted_youth, make_grant, make_hub, make_volunteer
from tests.made_once import made_once
from tests.pages import listed, page, refused, send, two_branches
from tests.workbooks import exported_rows, problems, take_in
from yl_district.periods import years_before

pytestmark = pytest.mark.django_db
ORGANISATIONS = [{"组织名称": "地区团工委", "组织类别": "团工委", "所属领域": "机关"}]


@made_once
def district():
    """A district whose staff may open the file of a youth paired since January 2017."""
    place = two_branches()
    place.youth = make_assisted_youth(place.here)
    place.grant = make_grant(place.staff, place.youth.person)
    volunteer = make_volunteer(make_hub(place.here), joined_on=date(2016, 1, 1))
    place.pairing = fix_volunteer(place.youth, volunteer, date(2017, 1, 10))
    return place


def closing(**fields):
    """A whole form of a removal."""
    return {"day": "2017-12-31", "removal_reason": "moved", "removal_note": "随父母迁往外省"} | fields


def test_closing_keeps_reason_and_note_and_ends_the_pairing_that_day(district):
    send(district.office, "assisted_youth_end", district.youth.pk, **closing())
    for one in (district.youth, district.pairing, district.grant):
        one.refresh_from_db()
    youth = district.youth
    assert (youth.removed_on, youth.removal_reason, youth.removal_note) == (
        date(2017, 12, 31),
        "moved",
        "随父母迁往外省",
    )
    assert (district.pairing.ended_on, district.grant.ended_on) == (date(2017, 12, 31), None)
    text = page(district.office, "assisted_youth_detail", youth.pk)
    assert ("迁出" in text, "随父母迁往外省" in text) == (True, True)


def test_the_page_says_what_ends_and_how_long_the_file_is_kept(district):
    text = page(district.office, "assisted_youth_end", district.youth.pk)
    kept = years_before(timezone.localdate(), -settings.CASE_RETENTION_YEARS)
    said = ["结对在出库当天结束", f"您的授权有效期至 {district.grant.expires_on}", f"今天出库的，到 {kept}", "延长保存"]
    assert [words in text for words in said] == [True] * 4


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"removal_reason": ""}, "removal_reason", "请选择出库原因。"),
        ({"removal_reason": "other", "removal_note": ""}, "removal_note", "请写明情况"),
        ({"removal_reason": "坏"}, "removal_reason", "有效的选项"),
        ({"day": ""}, "day", "请填写出库日期。"),
        ({"day": "2017-01-01"}, "__all__", "不早于入库日期（2017-01-05）的日期"),
        ({"kept_until": "2100-01-01"}, "kept_until", "一次最多延长一年"),
    ],
)
def test_a_wrong_closing_is_refused_and_nothing_ends(district, wrong, field, words):
    errors = refused(district.office, "assisted_youth_end", district.youth.pk, **closing(**wrong))
    assert words in errors[field]
    district.pairing.refresh_from_db()
    assert (AssistedYouth.objects.get().removed_on, district.pairing.ended_on) == (None, None)


def test_a_pairing_ends_no_earlier_than_it_began(district):
    close_case(district.youth, date(2017, 1, 6), "moved")
    district.pairing.refresh_from_db()
    assert district.pairing.ended_on == date(2017, 1, 10)


def test_a_file_closed_long_ago_can_be_kept_longer_at_once(district):
    today = timezone.localdate()
    long_ago = years_before(today, settings.CASE_RETENTION_YEARS) - timedelta(days=1)
    until = today + timedelta(days=30)
    send(district.office, "assisted_youth_end", district.youth.pk, **closing(day=long_ago, kept_until=until))
    assert (AssistedYouth.objects.get().kept_until, due_files(today)) == (until, [])


def test_a_reason_without_a_day_is_refused_by_form_and_import_alike(district):
    typed = {
        "organisation": district.here.pk,
        "registered_on": "2017-01-05",
        "legal_basis": "guardian",
        "legal_basis_on": "2017-01-04",
        "removal_reason": "moved",
    }
    errors = refused(district.office, "assisted_youth_update", district.youth.pk, **typed)
    assert "仍在库的，请清空出库原因和说明" in errors["removed_on"]
    row = {"姓名": "白露", "所在组织": district.here.name, "入库日期": "2017-01-06", "出库原因": "迁出"}
    found = problems({"帮扶对象": [row]})
    assert [(one[2], one[4]) for one in found] == [("出库日期", "出库日期")]


def test_the_list_is_narrowed_to_a_reason(district):
    other = make_assisted_youth(district.here, "苏棠", removed_on=date(2017, 6, 1), removal_reason="age")
    make_grant(district.staff, other.person)
    close_case(district.youth, date(2017, 12, 31), "moved")
    assert listed(district.office, "assisted_youth_list", standing="no", reason="age") == ["苏*"]
    assert listed(district.office, "assisted_youth_list", reason="age") == ["苏*"]


def test_the_sheet_takes_reasons_and_tells_of_those_missing():
    row = {"所在组织": "地区团工委", "入库日期": "2016-01-05", "出库日期": "2017-01-05"}
    with_reason = row | {"姓名": "白露", "出库原因": "转介其他部门", "出库说明": "转民政"}
    sheets = {"团组织": ORGANISATIONS, "帮扶对象": [with_reason, row | {"姓名": "苏棠"}]}
    report = take_in(sheets)
    told = "《帮扶对象》1 行有出库日期而没有出库原因：照此写入，原因可以以后在档案中补填。"
    assert [words for words in report.warnings if "出库" in words] == [told]
    rows = exported_rows()["帮扶对象"]
    assert [(one.get("出库原因"), one.get("出库说明")) for one in rows] == [("转介其他部门", "转民政"), (None, None)]
    again = take_in(sheets)
    assert (again.changed, [words for words in again.warnings if "出库" in words]) == (0, [])


def test_made_nameless_a_file_keeps_the_reason_and_forgets_the_note(district):
    long_ago = years_before(timezone.localdate(), settings.CASE_RETENTION_YEARS) - timedelta(days=1)
    close_case(district.youth, long_ago, "referred", "转民政")
    make_nameless(due_files(timezone.localdate()), timezone.localdate())
    youth = AssistedYouth.objects.get()
    assert (youth.removal_reason, youth.removal_note) == ("referred", "")
    assert {state.removal_note for state in youth.history.all()} == {""}
    assert CaseGrant.objects.get().ended_on == timezone.localdate()


def test_files_closed_long_ago_announce_the_reason_to_nobody_else(district):
    close_case(district.youth, date(2017, 12, 31), "death")
    assert district.cadre.get(reverse("assisted_youth_detail", args=[district.youth.pk])).status_code == 404
    assert "死亡" not in district.cadre.get(reverse("home")).content.decode()
