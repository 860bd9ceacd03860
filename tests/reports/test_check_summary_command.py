"""manage.py check_summary: the same findings as on the page, and an exit code for scripts."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.factories import make_user
from tests.pages import browser_of
from tests.reports.district import YEAR, add_activity, full_district, year_scope
from tests.reports.sound_district import sound_district
from tests.reports.test_check_views import explain, reason_page

pytestmark = pytest.mark.django_db


def run(*arguments):
    """What the command says, and the status that it ends with."""
    said, status = io.StringIO(), 0
    try:
        call_command("check_summary", *arguments, stdout=said)
    except SystemExit as end:
        status = end.code
    return said.getvalue(), status


@pytest.mark.cpu(4)
def test_json_states_the_findings_of_the_page():
    place = full_district()
    for name, query, arguments in [
        ("清河地区团工委", {}, []),
        ("柳林村团支部", {"organisation": place.village.pk, "part": "q2"}, ["--part", "q2"]),
    ]:
        said, status = run(str(YEAR), "--scope", name, "--json", *arguments)
        told = json.loads(said)
        client = browser_of(make_user("林知秋", place.root))
        page = client.get(reverse("finding_list"), {"year": YEAR} | query)
        shown = {
            (one.finding.check.key, one.finding.subject, one.finding.found, one.finding.url)
            for _, groups in page.context["gravities"]
            for group in groups
            for one, _ in group.findings
        }
        assert {(one["check"], one["subject"], one["found"], one["url"]) for one in told["findings"]} == shown
        assert len(shown) > 3
        waiting = next(number for key, _, number in page.context["tabs"] if key == "open")
        assert (told["scope"], told["open"], status) == (name, waiting, 1)
    assert {"label", "gravity", "name", "advice", "figures", "sentences", "is_explained", "reason"} < set(
        told["findings"][0]
    )


def test_status_tells_whether_anything_waits():
    place = sound_district()
    assert run(str(YEAR)) == ("清河地区团工委2017年数据核对\n全部相符。\n", 0)
    add_activity("film", date(YEAR, 6, 1), attendance=55, basis="rounded", hub=place.hub)
    assert run(str(YEAR))[1] == 0
    add_activity("film", date(YEAR, 6, 2), name="露天电影", hub=place.hub)
    said, status = run(str(YEAR))
    assert status == 1
    assert "  [待说明] 观影人次：统计不全，已登记 55 人次\n" in said
    assert "  [提示] 2017-06-02 露天电影（观影）：1 场未统计人次\n" in said
    address = reason_page(year_scope(place.root), "incomplete", "check:incomplete")
    explain(browser_of(make_user("林知秋", place.root)), address, "没有签到")
    said, status = run(str(YEAR), "--json")
    assert status == 0
    assert {one["reason"] for one in json.loads(said)["findings"] if one["check"] == "incomplete"} == {"没有签到"}


def test_nobody_is_named_whose_case_is_found():
    place = sound_district()
    place.pairing.delete()
    said, _ = run(str(YEAR), "--json")
    assert [(one["name"], one["found"]) for one in json.loads(said)["findings"]] == [("没有固定志愿者", "共 1 名")]
    assert "欧" not in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2017", "--scope", "远山村"], "没有名为“远山村”的团组织，请核对全称后重试。"),
        (["今年"], "年度“今年”无效，应为 1949 至 2100 之间的四位年份，如 2017。"),
    ],
)
def test_a_wrong_argument_is_one_clear_line(arguments, message):
    sound_district()
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert (str(error.value), error.value.returncode) == (message, 2)
