"""The sheet 青年汇人员: which person, and which span of the work at a hub, a row means."""

from datetime import date

import pytest

from members.models import Person
from tests.factories import make_hub, make_hub_staff, make_member, make_organisation, make_person
from tests.workbooks import exported_rows, problems, take_in, tally
from yl_district.sheets.export_marks import HEADING
from youthhubs.models import HubStaff

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub(db):
    return make_hub(make_organisation("柳林团支部"), "柳林青年汇")


def row(name="乔木", role="负责人", **cells):
    return {"姓名": name, "青年汇": "柳林青年汇", "岗位": role} | cells


def spans():
    """(name, role, first day, last day) of all work at hubs."""
    rows = HubStaff.objects.select_related("person").order_by("pk")
    return [(one.person.name, one.role, one.started_on, one.ended_on) for one in rows]


def taken(*rows):
    """How many rows were new, changed and the same."""
    report = take_in({"青年汇人员": rows})
    assert report.errors == []
    return tally(report)["青年汇人员"]


def test_a_row_is_a_span_and_the_same_row_again_changes_nothing(hub):
    rows = [row(起始日期="2016-01-01", 结束日期="2017-03-01"), row(起始日期="2017-03-01"), row(role="社工")]
    assert (taken(*rows), taken(*rows)) == ((3, 0, 0), (0, 0, 3))
    assert spans() == [
        ("乔木", "director", date(2016, 1, 1), date(2017, 3, 1)),
        ("乔木", "director", date(2017, 3, 1), None),
        ("乔木", "social_worker", None, None),
    ]
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("begin", "cells", "after"),
    [
        (None, {}, (None, None)),
        (None, {"起始日期": "2016-01-01"}, (date(2016, 1, 1), None)),
        (date(2016, 1, 1), {}, (date(2016, 1, 1), None)),
        (date(2016, 1, 1), {"结束日期": "2017-01-01"}, (date(2016, 1, 1), date(2017, 1, 1))),
        (date(2016, 1, 1), {"起始日期": "2016-01-01", "结束日期": "2017-01-01"}, (date(2016, 1, 1), date(2017, 1, 1))),
    ],
)
def test_a_row_completes_and_ends_the_open_span(hub, begin, cells, after):
    make_hub_staff(hub, started_on=begin)
    taken(row(**cells))
    assert [span[2:] for span in spans()] == [after]


def test_an_earlier_span_is_not_taken_for_the_open_one(hub):
    make_hub_staff(hub, started_on=date(2017, 3, 1))
    assert taken(row(结束日期="2016-05-01")) == (1, 0, 0)
    assert [span[2:] for span in spans()] == [(date(2017, 3, 1), None), (None, date(2016, 5, 1))]


def test_overlapping_spans_of_the_same_work_are_refused(hub):
    make_hub_staff(hub, started_on=date(2016, 1, 1), ended_on=date(2017, 1, 1))
    assert problems({"青年汇人员": [row(起始日期="2016-06-01")]}) == [
        (
            "青年汇人员",
            2,
            "起始日期",
            "2016-06-01",
            "与此人在这一青年汇的同一岗位不重叠的日期（已登记 2016-01-01 至 2017-01-01）",
            "请核对起始日期与结束日期",
        )
    ]


def test_a_name_means_somebody_of_the_hubs_organisation_and_is_asked_about_elsewhere(hub):
    here = make_member("乔木", hub.organisation).person
    make_member("白桦", make_organisation("高井团支部", parent=hub.organisation))
    taken(row())
    assert HubStaff.objects.get().person == here
    found = problems({"青年汇人员": [row("白桦", "社工", 手机号码="13900139000")]})
    assert [problem[3] for problem in found] == ["还有没有答复的问题"]


def test_other_sheets_know_staff_as_people_of_the_hubs_organisation(hub):
    person = make_hub_staff(hub, "乔木").person
    cells = {"姓名": "乔木", "所在组织": "柳林团支部", "职务": "书记", "任职年月": "2017-01"}
    assert tally(take_in({"团干部": [cells]})) == {"团干部": (1, 0, 0)}
    assert person.posts.count() == 1


def test_words_of_offices_are_read(hub):
    taken({"社工姓名": "丁香", "所在青年汇": "柳林青年汇", "岗位": "专职社工", "到岗日期": "2016-05-04"})
    assert spans() == [("丁香", "social_worker", date(2016, 5, 4), None)]


def test_what_is_exported_comes_back(hub):
    make_hub_staff(hub, "乔木", make_person("乔木", mobile="13800138000"), ended_on=date(2017, 1, 1))
    make_hub_staff(hub, "乔木", make_person("乔木", mobile="13800138001"), role="social_worker")
    rows = exported_rows()["青年汇人员"]
    assert [{name: cell for name, cell in each.items() if name != HEADING} for each in rows] == [
        row(手机号码="13800138000", 起始日期="2016-01-01", 结束日期="2017-01-01"),
        row(role="社工", 手机号码="13800138001", 起始日期="2016-01-01"),
    ]
    assert (taken(*rows), taken(*({**each, HEADING: None} for each in rows))) == ((0, 0, 2), (0, 0, 2))
