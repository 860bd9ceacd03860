"""manage.py annual_summary: every format, and a one-line message for every failure."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from docx import Document

from reports.documents.summary import compose
from reports.figures.counting import results
from reports.figures.lines import all_figures
from tests.made_once import made_once
from tests.reports.district import bare_district, full_district, year_scope
from yl_district.audit.models import AccessEntry
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db


@made_once
def place():
    return full_district()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "总结"


def run(target, year="2017", kind="json", *options):
    """The command as typed, with what it says."""
    said = io.StringIO()
    call_command("annual_summary", year, "--format", kind, "-o", str(target), *options, stdout=said)
    return said.getvalue()


def test_json_states_every_figure(target, place):
    scope = year_scope(place.root)
    assert run(target) == f"已写入 {target}\n"
    content = json.loads(target.read_bytes())
    assert list(content) == ["year", "start", "end", "scope", "figures"]
    said = [content[name] for name in ("year", "start", "end", "scope")]
    assert said == [2017, "2017-01-01", "2017-12-31", "清河地区团工委"]
    assert list(content["figures"]) == list(all_figures())
    assert content["figures"]["units_toward_task"] == {
        "label": "完成两新组织任务",
        "unit": "家",
        "value": 7,
        "quality": "counted",
        "target": 6,
    }
    assert content["figures"] == {key: result.as_dict() for key, result in results(scope).items()}


def test_scope_is_an_organisation_by_name(target, place):
    scope = year_scope(place.village)
    run(target, "2017", "json", "--scope", "柳林村团支部")
    content = json.loads(target.read_bytes())
    assert content["scope"] == "柳林村团支部"
    assert content["figures"]["members"]["value"] == results(scope)["members"].value == 2
    assert content["figures"]["units_toward_task"]["target"] is None


def test_text_and_word_are_the_composed_summary(target, place):
    summary = compose(year_scope(place.root))
    run(target, "2017", "text")
    assert target.read_text("utf-8") == summary.text
    run(target, "2017", "docx")
    paragraphs = [paragraph.text for paragraph in Document(target).paragraphs]
    assert [block.text for block in summary.blocks if block.text not in paragraphs] == []


def test_xlsx_holds_the_annexes(target, place):
    run(target, "2017", "xlsx")
    assert [sheet.name for sheet in read_workbook(target.read_bytes())][-1:] == ["精准帮扶"]
    run(target, "2017", "internal")
    assert [sheet.name for sheet in read_workbook(target.read_bytes())][-1:] == ["存疑数据"]


def test_file_that_leaves_is_noted(target, place):
    run(target)
    assert list(AccessEntry.objects.values_list("subject", "detail")) == [("总结", "清河地区团工委2017年工作总结")]


def test_year_without_records_is_written(target):
    bare_district()
    run(target, "1999", "text")
    assert "没有登记活动、联络和帮扶记录" in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("year", "options", "message"),
    [
        ("2017", ["--scope", "远山村"], "没有名为“远山村”的团组织，请核对全称后重试。"),
        *(
            (year, [], f"年度“{year}”无效，应为 1949 至 2100 之间的四位年份，如 2017。")
            for year in ["今年", "17", "0", "20170", "２０１７", "2017.5", "1948", "2101", "9" * 5000]
        ),
    ],
)
def test_wrong_argument_is_one_clear_line(target, year, options, message):
    bare_district()
    with pytest.raises(CommandError) as error:
        run(target, year, "json", *options)
    assert (str(error.value), error.value.returncode) == (message, 1)
    assert not target.exists()


def test_no_organisation_is_one_clear_line(target):
    with pytest.raises(CommandError, match=r"^还没有团组织。请先导入台账，或新建本级组织。$"):
        run(target)
    assert not target.exists()


@pytest.mark.parametrize("kind", ["docx", "xlsx", "json", "text"])
def test_unwritable_file_is_one_clear_line(tmp_path, kind):
    bare_district()
    for target in [tmp_path / "没有" / "总结", tmp_path]:
        with pytest.raises(CommandError, match=r"^不能写入 .+。请核对目录是否存在、是否可写。$"):
            run(target, "2017", kind)
    assert list(tmp_path.iterdir()) == []
    assert not AccessEntry.objects.exists()
