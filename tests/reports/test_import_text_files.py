"""Text files and pasted text: they do not preserve the cell type that a number had in the original sheet."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Member
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import HERE, commit, counts, opened
from tests.rosters import WEIGHTS
from yl_district.importing.models import ImportBatch
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

MONTH = ("入团年月", "2008.1", "年月，如 2017-10", "1 月与存为数字的 10 月无法分辨，请写成 2008-01 或 2008-10")


@made_once
def office():
    return two_branches().office


def ending_in_noughts():
    """An identity number, right to its check digit, that ends as Excel ends a number whose digits it has cut."""
    bodies = (f"110105{1985 + year}0504{hundred}00" for year in range(15) for hundred in range(10))
    checked = (body for body in bodies if sum(map(product, body, WEIGHTS)) % 11 == 1)
    return f"{next(checked)}0"


def product(digit, weight):
    return int(digit) * weight


def lines(**cells):
    """A row about somebody as the lines of a text file."""
    row = {"姓名": "章程", "性别": "", "出生日期": "", "所在团支部": HERE, "身份证号": ending_in_noughts()} | cells
    return [list(row), list(row.values())]


def text_of(rows, delimiter=","):
    return "".join(f"{delimiter.join(row)}\r\n" for row in rows)


def sent_as_csv(office, rows):
    return opened(office, text_of(rows).encode(), name="名单.csv")


def pasted(office, rows):
    office.post(reverse("import_batch_create"), {"kind": "members", "pasted": text_of(rows, "\t")})
    return ImportBatch.objects.latest("pk")


def problems(batch):
    """What is wrong in an import, each as (column, found, expected, remedy)."""
    told = [one for part in batch.parts.all() for found in part.told.values() for one in found.get("problems", ())]
    return [(one["column"], one["found"], one["expected"], one["remedy"]) for one in told]


SAFE = {"身份证号": "", "性别": "女", "出生日期": "1990-05-04"}
WAYS = pytest.mark.parametrize("way", [sent_as_csv, pasted])


@WAYS
def test_january_may_have_been_october(office, way):
    assert problems(way(office, lines(**SAFE, 入团年月="2008.1"))) == [MONTH]


@pytest.mark.sampled(3)
@WAYS
@pytest.mark.parametrize(
    ("cell", "month"), [("2008.10", 10), ("2008.01", 1), ("2008-1", 1), ("2008年1月", 1), ("2008.2", 2)]
)
def test_other_months_are_what_they_say(office, way, cell, month):
    commit(office, way(office, lines(**SAFE, 入团年月=cell)))
    assert Member.objects.get().joined_league_on == date(2008, month, 1)


@WAYS
def test_an_identity_number_may_have_lost_its_last_digits(office, way):
    number = ending_in_noughts()
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}"
    [(column, found, expected, remedy)] = problems(way(office, lines()))
    assert (column, found, expected) == ("身份证号", number, "末几位没有丢失的 18 位身份证号")
    assert remedy.endswith(f"请加空格写成 {spaced}")
    commit(office, way(office, lines(身份证号=spaced)))
    assert Member.objects.get().person.identity_number == number


def test_in_a_workbook_a_text_is_what_it_says(office):
    headings, row = lines(入团年月="2008.1")
    commit(office, opened(office, [dict(zip(headings, row, strict=True))]))
    member = Member.objects.get()
    assert (member.joined_league_on, member.person.identity_number) == (date(2008, 1, 1), ending_in_noughts())


def test_wrong_rows_do_not_become_right_by_going_through_a_workbook(office):
    batch = sent_as_csv(office, lines(入团年月="2008.1"))
    answer = office.get(reverse("import_batch_wrong_rows", args=[batch.pk]))
    headings, row = read_workbook(answer.content)[0].rows
    cells = dict(zip(headings, row, strict=True))
    assert [cells["入团年月"], cells["身份证号"]] == [2008.1, float(ending_in_noughts())]
    again = opened(office, answer.content)
    assert [one[0] for one in problems(again)] == ["身份证号", "入团年月"]


@pytest.mark.parametrize("remark", ['"优秀"团员', '5"屏', "a,b,c,d,e,f,g,h", "a;b"])
def test_quotes_and_commas_in_what_is_pasted_are_what_they_are(office, remark):
    batch = pasted(office, lines(**SAFE, 备注=remark))
    commit(office, batch)
    assert Member.objects.get().remark == remark


def test_many_pasted_rows_are_kept_in_parts(office):
    batch = pasted(office, [["姓名", "性别", "出生日期", "所在团支部"], *[["章程", "女", "1990-05-04", HERE]] * 1500])
    assert (batch.row_count, list(batch.parts.order_by("number").values_list("first_row", flat=True))) == (
        1501,
        [0, 100, 1000],
    )
    assert counts(batch) == (1, 0, 0, 0)


def test_what_is_pasted_without_tabs_is_read_as_a_text_file(office):
    rows = text_of(lines(**SAFE))
    office.post(reverse("import_batch_create"), {"kind": "members", "pasted": rows})
    assert counts(ImportBatch.objects.get()) == (1, 0, 0, 0)


@pytest.mark.parametrize("heading", ["备\x00注", "怪\x07列\x00"])
def test_control_characters_in_a_heading_are_left_out(office, heading):
    batch = sent_as_csv(office, lines(**SAFE, **{heading: "良好"}))
    [sheet] = batch.mapping["sheets"]
    assert sheet["headings"][5:] == [heading.replace("\x00", "").replace("\x07", "")]
    assert office.get(batch.get_absolute_url(), follow=True).status_code == 200
