"""Every list as a file: the rows on the screen, within reach and masked; importing it again makes no difference."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Person
from orgs.models import Organisation
from reports.ledger.full_exports import WITH_NAMES, WITH_NUMBERS
from reports.ledger.kinds import KINDS
from reports.models import Target
from tests.crawl import LIST_EXPORTS
from tests.factories import (
    make_campaign,
    make_hub,
    make_link,
    make_member,
    make_partner,
    make_person,
    make_supply,
    make_unit,
    make_unit_change,
    make_unit_contact,
    make_user,
    minor_birth_date,
)
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import answer_of_file, listed, page, queries, two_branches
from tests.reports.test_ledger_round_trip import awkward_ledger
from tests.viewers import district, identity_number, phone, records, viewers
from tests.workbooks import take_in, tally
from yl_district.audit.models import AccessEntry
from yl_district.privacy.masking import masked, masked_name
from yl_district.sheets import export_marks
from yl_district.sheets.columns import Book
from yl_district.sheets.raw_rows import is_plain, plain_rows
from yl_district.spreadsheets.formulas import restored
from yl_district.spreadsheets.workbooks import read_workbook
from youthhubs.models import HubYear

pytestmark = pytest.mark.django_db

FULL = {f"{kind}_full_export" for kind in {**WITH_NUMBERS, **WITH_NAMES}}


@made_once
def office():
    """The office of a district with a record of each kind in one of its committees."""
    place = district()
    clients = viewers(place)
    records(place, "own", with_cases=False)
    return clients["office"]


@made_once
def both_sides():
    """A record of each kind in either committee of a district."""
    place = district()
    for side in ("own", "foreign"):
        records(place, side)


def taken(client, url_name, **query):
    """The name of the sheet and the rows of a list's file, the headings first."""
    answer = answer_of_file(client, reverse(url_name, query=query))
    assert answer.status_code == 200
    if query.get("format") == "csv":
        return None, text_rows(answer.content)
    (sheet,) = read_workbook(answer.content)
    return sheet.name, [[cell or "" for cell in row] for row in sheet.rows]


def text_rows(content):
    """The rows of a list's file as text."""
    assert content[:3] == b"\xef\xbb\xbf"
    rows = csv.reader(io.StringIO(content[3:].decode(), newline=""), strict=True)
    return [[restored(text) for text in row] for row in rows]


def column(rows, heading):
    """The cells below a heading."""
    return [row[rows[0].index(heading)] for row in rows[1:]]


def office_of(place):
    """A browser of the committee's staff that has just confirmed who it is."""
    return signed_in_by_code(place.users["office"] if hasattr(place, "users") else place.staff)


# Rows and columns


def test_the_rows_are_those_of_the_list_as_it_is_narrowed_and_sorted_from_all_its_pages():
    place = two_branches()
    for number in range(30):
        make_member(f"章程{'甲乙丙'[number % 3]}", place.here, intake_on=date(2017, 3, 1 + number))
    make_member("顾清", place.there)
    make_member("陆远", place.here, status="resigned", left_on=date(2017, 12, 1))
    query = {"organisation": place.here.pk, "search": "zcy", "sort": "-person,status", "page": "2"}
    assert len(column(taken(place.office, "member_export", **query)[1], "姓名")) == 10
    _, rows = taken(place.office, "member_export", organisation=place.here.pk, sort="-person")
    first, second = (
        listed(place.office, "member_list", organisation=place.here.pk, sort="-person", page=number)
        for number in (1, 2)
    )
    assert column(rows, "姓名") == first + second
    assert len(first + second) == 30


def test_every_row_ends_with_the_mark_of_its_record_and_the_moment():
    place = two_branches()
    member, before = make_member("顾清", place.here), timezone.now()
    sheet, (headings, row) = taken(place.office, "member_export")
    assert (sheet, headings[-1]) == ("团员", "导出标记")
    stated = export_marks.parse_mark(row[-1])
    assert (stated.kind, stated.key) == ("member", member.pk)
    assert timedelta(seconds=-1) < stated.moment - before < timedelta(seconds=10)


def test_hubs_are_handed_out_by_their_years_in_the_order_of_the_list():
    place = two_branches()
    first, second = make_hub(place.here, "春晖青年汇"), make_hub(place.there, "秋实青年汇")
    HubYear.objects.create(hub=first, year=2018, tier="key")
    sheet, rows = taken(place.office, "hub_export", sort="-name")
    assert sheet == "青年汇"
    assert list(zip(column(rows, "名称"), column(rows, "年度"), strict=True)) == [
        (second.name, "2017"),
        (first.name, "2018"),
        (first.name, "2017"),
    ]
    assert column(taken(place.cadre, "hub_export")[1], "年度") == ["2018", "2017"]


def test_a_cadre_takes_the_own_branch_alone():
    place = two_branches()
    make_member("顾清", place.here), make_member("秦朗", place.there)
    assert column(taken(place.cadre, "member_export")[1], "姓名") == ["顾清"]
    assert column(taken(place.office, "member_export")[1], "姓名") == ["顾清", "秦朗"]


def test_a_list_without_rows_is_a_sheet_with_headings():
    place = two_branches()
    for kind in ("xlsx", "csv"):
        _, rows = taken(place.office, "member_export", format=kind)
        assert rows == [[item.column_name for item in KINDS["members"].resource.columns] + ["导出标记"]]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("url_name", sorted(LIST_EXPORTS))
def test_text_and_workbook_say_the_same(url_name, office):
    made = [taken(office, url_name, format=kind)[1] for kind in ("xlsx", "csv")]
    first, second = ([[*row[:-1], row[-1].partition("@")[0]] for row in rows] for rows in made)
    assert first == second
    assert len(first) > 1


# The page and the log


def hrefs(text):
    """Where the page leads to files, by the words of the link."""
    found = re.findall(r'<a href="([^"]*/export/[^"]*|[^"]*/exports/full/[^"]*)"[^>]*>([^<]+)</a>', text)
    return {words: unescape(href) for href, words in found}


def test_the_links_to_files_are_part_of_the_rows_and_follow_the_filter():
    place = two_branches()
    make_member("顾清", place.here)
    query = {"search": "gq", "standing": "", "sort": "-person", "page": "1"}
    kept = "search=gq&standing=&sort=-person"
    links = {
        "导出 Excel": f"/members/export/?{kept}&format=xlsx",
        "导出 CSV": f"/members/export/?{kept}&format=csv",
    }
    assert hrefs(page(place.cadre, "member_list", **query)) == links
    full = {"完整导出（须确认身份）": f"/exports/full/member/?{kept}&format=xlsx"}
    assert hrefs(page(place.office, "member_list", **query)) == links | full
    fragment = place.cadre.get(reverse("member_list"), query, headers={"HX-Request": "true"})
    assert hrefs(fragment.content.decode()) == links
    assert b"<html" not in fragment.content


@pytest.mark.parametrize(
    ("url_name", "found"),
    [("organisation_list", 2), ("target_list", 0), ("proposal_list", 0), ("activity_type_list", 0)],
)
def test_lists_without_rows_or_without_a_sheet_of_the_ledger_lead_to_no_file(url_name, found):
    assert len(hrefs(page(two_branches().office, url_name))) == found


def test_the_log_says_which_list_was_taken_how_narrowed_how_many_rows_and_as_what():
    place = two_branches()
    make_member("顾清", place.here)
    query = {"organisation": place.here.pk, "search": "13800138000", "status": "normal", "sort": "-branch"}
    taken(place.office, "member_export", format="csv", **query)
    line = AccessEntry.objects.first()
    today = f"{timezone.localdate():%Y%m%d}"
    assert (line.action, line.user_id, line.subject) == ("export", place.staff.pk, f"团员（遮蔽）{today}.csv")
    assert line.detail == (
        "列表 团员（遮蔽）；姓名、拼音首字母，手机号码或其后四位，身份证号：138****8000；在册情况：在册；"
        "组织（含下级）：柳林社区团支部；"
        "团籍状态：正常；排序：-branch；0 条；csv"
    )
    taken(place.office, "member_export")
    assert AccessEntry.objects.first().detail == "列表 团员（遮蔽）；在册情况：在册；1 条；xlsx"
    taken(office_of(place), "member_full_export")
    line = AccessEntry.objects.first()
    assert line.subject == f"团员{today}.xlsx"
    assert line.detail == "列表 团员；在册情况：在册；1 条；xlsx；理由：上级核查"


def test_another_format_is_refused_and_nothing_is_noted():
    place = two_branches()
    answer = place.office.get(reverse("member_export"), {"format": "pdf"})
    assert (answer.status_code, answer.content.decode()) == (
        400,
        "没有“pdf”这种导出格式，应为 xlsx 或 csv。",
    )
    assert AccessEntry.objects.count() == 0


def test_a_list_too_long_for_a_sheet_leads_back_to_it_with_a_word(monkeypatch):
    place = two_branches()
    for name in ("顾清", "秦朗"):
        make_member(name, place.here)
    monkeypatch.setattr("yl_district.spreadsheets.long_sheets.EXCEL_ROWS", 2)
    answer = place.office.get(reverse("member_export"), {"status": "normal"}, follow=True)
    assert answer.redirect_chain == [("/members/?status=normal", 302)]
    assert "请缩小筛选范围，或改为导出 CSV。" in answer.content.decode()
    assert AccessEntry.objects.count() == 0


def test_a_long_file_is_sent_bit_by_bit_and_says_its_length(monkeypatch):
    place = two_branches()
    make_member("顾清", place.here)
    whole = place.office.get(reverse("member_export"), {"format": "csv"})
    monkeypatch.setattr("yl_district.audit.downloads.IN_MEMORY", 10)
    answer = place.office.get(reverse("member_export"), {"format": "csv"})
    body = b"".join(answer.streaming_content)
    assert answer.streaming
    assert re.sub(rb"@\d{8}T\d{6}", b"", body) == re.sub(rb"@\d{8}T\d{6}", b"", whole.content)
    names = ("Content-Type", "Content-Length", "Content-Disposition", "Cache-Control")
    assert [answer[name] for name in names] == [
        whole["Content-Type"],
        str(len(body)),
        *(whole[one] for one in names[2:]),
    ]
    assert [line.detail for line in AccessEntry.objects.all()][:2] == [
        "列表 团员（遮蔽）；在册情况：在册；1 条；csv"
    ] * 2


# Masks


def test_numbers_and_names_of_minors_are_masked_as_everywhere():
    place = two_branches()
    born, mobile = minor_birth_date(), phone("own")
    number = identity_number("own", born)
    child = make_person("褚小鱼", birth_date=born, identity_number=number, mobile=mobile)
    make_member(branch=place.here, person=child)
    make_link(make_person("陆远"), youth=child)
    make_unit(contact_phone=mobile, branch=place.here)
    _, rows = taken(place.office, "member_export")
    cells = [column(rows, heading) for heading in ("姓名", "身份证号", "手机号码")]
    assert cells == [[masked_name("褚小鱼")], [masked(number)], [masked(mobile)]]
    assert column(taken(place.office, "link_export")[1], "姓名") == [masked_name("褚小鱼")]
    assert column(taken(place.office, "unit_export")[1], "联系电话") == [masked(mobile)]
    client = office_of(place)
    _, rows = taken(client, "member_full_export")
    assert [column(rows, heading) for heading in ("姓名", "身份证号", "手机号码")] == [["褚小鱼"], [number], [mobile]]


PLAIN = {"团员", "团干部", "两新组织", "两新变更", "两新联络", "物资配发", "青年汇", "专项", "协办单位", "活动"}
PLAIN |= {"年度任务", "预防考核", "青年汇人员", "区级帮扶项目"}


@pytest.mark.parametrize("masks", [True, False])
def test_rows_read_without_records_are_those_of_the_records(masks, both_sides):
    Person.objects.update(birth_date=minor_birth_date())
    book, counts = Book(timezone.localdate(), masks=masks, with_cases=False), {}
    for resource in filter(is_plain, (kind(book) for kind in KINDS.resources)):
        kept = resource._meta.model.objects.order_by("pk")
        rows = [(one.pk, resource.export_row(one)) for one in resource.rows_for_export(kept).order_by("pk")]
        assert list(plain_rows(resource, kept, 2)) == rows
        counts[resource.sheet] = len(rows)
    assert {sheet for sheet, count in counts.items() if count} == PLAIN


def test_masked_lists_of_members_read_no_more_people_than_they_list(django_assert_max_num_queries):
    place = two_branches()
    make_member("顾清", place.here)
    page(place.office, "member_list")
    with django_assert_max_num_queries(9) as captured:
        taken(place.office, "member_export")
    assert [query for query in captured if 'FROM "members_person"' in query["sql"]] == []


def test_the_number_of_queries_does_not_grow_with_the_rows():
    place = district()
    client = viewers(place)["office"]

    def counts():
        return {url_name: queries(client, url_name) for url_name in LIST_EXPORTS}

    records(place, "own", with_cases=False)
    counts()
    first = counts()
    records(place, "foreign", with_cases=False)
    assert counts() == first


# Round trip


@pytest.mark.cpu(6)
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_goes_out_comes_back_without_a_difference(kind, settings):
    settings.WHOLE_EXPORTS_PER_HOUR = 1000
    assert take_in(awkward_ledger()).errors == []
    root = Organisation.objects.get(depth=1)
    make_supply(root), make_unit_contact(make_unit(branch=root), content="=1")
    make_unit_change(make_unit(branch=root, is_contact_point=True), remark="=1")
    make_campaign("=专项", forms="'=1")
    make_partner("=协办", remark="'=1")
    Target.objects.create(year=2017, task="'=任务", figure="members", value=9)
    client = signed_in_by_code(make_user("林知秋", root))
    names = {*LIST_EXPORTS, *FULL} - {f"{url_name.removesuffix('_full_export')}_export" for url_name in FULL}
    sheets = {}
    for url_name in names:
        sheet = taken(client, url_name)[0]
        sheets[sheet] = [row[:-1] for row in taken(client, url_name, format=kind)[1]]
    counted = tally(take_in({sheet: as_typed(rows) for sheet, rows in sheets.items()}))
    filled = {sheet: (0, 0, len(rows) - 1) for sheet, rows in sheets.items()}
    assert counted == filled
    assert {sheet for sheet, (_, _, same) in counted.items() if not same} == set()


def as_typed(rows):
    """Rows as a workbook of tests takes them: empty cells are none."""
    return [[text or None for text in row] for row in rows]
