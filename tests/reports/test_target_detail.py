"""The page of a target: the task and its source, the progress, and the records counted with their attachments."""

from datetime import date

import pytest
from django.urls import reverse

from orgs.roles import RoleKind
from reports.models import Target
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_attachment,
    make_grant,
    make_hub,
    make_member,
    make_user,
)
from tests.made_once import made_once
from tests.pages import browser_of, listed, page, queries, send, two_branches
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db


@made_once
def district():
    return two_branches()


def set_target(figure="sessions.sports", value=4, **fields):
    """A target of 2017, a year that is over."""
    return Target.objects.create(**{"year": 2017, "task": "阳光体育", "figure": figure, "value": value} | fields)


def shown(client, target):
    """The answer that shows a target."""
    return client.get(reverse("target_detail", args=[target.pk]))


def evidence(response):
    """The records that the page lists, with the number of files of each."""
    rows = response.context["table"].page.object_list
    return [(str(row.record), getattr(row.record, "attachment_count", None)) for row in rows]


def test_the_task_its_source_and_its_pace_are_told(district):
    for month in (3, 4, 5):
        make_activity(district.here, held_on=date(2017, month, 8))
    source = {"issued_by": "团区委", "document_number": "京团发〔2017〕3号", "due_on": date(2017, 10, 31)}
    text = shown(district.office, set_target(**source)).content.decode()
    for words in ("团区委", "京团发〔2017〕3号", "2017-10-31", "期限已过，差 1 场", "截至 2017-12-31", "据实登记"):
        assert words in text
    assert '<progress class="target-bar is-overdue" max="4" value="3"' in text
    assert text.count('<tr><th scope="row">2017-') == 12
    assert f"{reverse('figure_detail', args=['sessions.sports'])}?year=2017&amp;organisation=" in text


def test_the_records_that_count_say_what_is_attached_to_them(district):
    proven = make_activity(district.here, "健步走")
    make_activity(district.here, "足球赛", held_on=date(2017, 3, 1))
    make_activity(district.here, "讲座", type="lecture")
    make_activity(district.here, "前年的球赛", held_on=date(2016, 3, 1))
    for content in (b"1", b"2"):
        make_attachment(proven, district.staff, content=content)
    response = shown(district.office, set_target())
    assert evidence(response) == [("健步走（2017-04-08）", 2), ("足球赛（2017-03-01）", 0)]
    text = response.content.decode()
    assert text.count("没有附件</span>") == 1
    assert "其中 1 条还没有附件，请在记录页面补上批复、照片或签到表。" in text


def test_the_records_are_sorted_and_paged(district):
    for number in range(30):
        activity = make_activity(district.here, f"健步走{number}")
    make_attachment(activity, district.staff)
    target = set_target()
    address = reverse("target_detail", args=[target.pk])
    assert evidence(district.office.get(address, {"sort": "-attachment_count"}))[0] == ("健步走29（2017-04-08）", 1)
    assert len(evidence(district.office.get(address, {"page": "2"}))) == 5
    fragment = district.office.get(address, {"page": "2"}, headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content


def test_records_of_a_kind_that_takes_no_files_are_listed_without_marks(district):
    make_member(branch=district.here)
    response = shown(district.office, set_target("members"))
    assert evidence(response) == [("章程", None)]
    assert "还没有附件，请在" not in response.content.decode()


def test_leaders_of_the_district_read_targets_without_names(district):
    make_activity(district.here, "健步走")
    target = set_target()
    leader = browser_of(make_user("主管领导", district.root, RoleKind.LEADER))
    text = shown(leader, target).content.decode()
    assert "您可以查看数字，不能查看名单" in text and "健步走" not in text
    assert "期限已过，差 3 场" in text and "添加附件" not in text
    assert reverse("target_delete", args=[target.pk]) not in text
    assert listed(leader, "target_list") == ["阳光体育"]
    assert reverse("target_create") not in page(leader, "target_list")
    assert leader.get(reverse("target_update", args=[target.pk])).status_code == 404


def test_leaders_of_the_district_read_targets_and_its_staff_alone_change_them(district):
    target = set_target()
    users = [make_user("某人", district.root, kind) for kind in (RoleKind.STAFF, RoleKind.LEADER, RoleKind.CADRE)]
    assert [list(Target.objects.visible_to(user)) for user in users] == [[target], [target], []]
    assert [list(Target.objects.changeable_by(user)) for user in users] == [[target], [], []]


def test_leaders_of_a_branch_cadres_and_hubs_read_none(district):
    target = set_target()
    kinds = {RoleKind.LEADER: district.here, RoleKind.CADRE: district.root, RoleKind.HUB_OPERATOR: district.root}
    for kind, place in kinds.items():
        client = browser_of(make_user("某人", place, kind))
        assert [shown(client, target).status_code, client.get(reverse("target_list")).status_code] == [404, 404]


def test_case_files_are_counted_for_all_and_listed_to_those_with_a_grant(district):
    youth = make_assisted_youth(district.here)
    make_attachment(make_assistance([youth]), district.staff)
    target = set_target("assistances", 12)
    closed = shown(district.office, target)
    assert closed.context["is_closed"] and "1/12，期限已过" in page(district.office, "target_list")
    assert not AccessEntry.objects.filter(action="case_view").exists()
    make_grant(district.staff, youth.person)
    assert evidence(shown(district.office, target)) == [("2017-06-01 文具资助", 1)]
    line = AccessEntry.objects.first()
    assert (line.action, line.subject) == ("case_view", "target_detail:assistances")


def test_a_target_whose_figure_is_gone_says_so(district):
    target = set_target("sessions.type_99")
    text = shown(district.office, target).content.decode()
    assert "所选的指标已不再统计，不能判断进度。请修改任务，另选一个指标。" in text
    assert listed(district.office, "target_list") == ["阳光体育"]


def test_a_target_of_a_year_to_come_says_so(district):
    text = shown(district.office, set_target(year=2099)).content.decode()
    assert "2099 年尚未开始" in text and "计入的记录" not in text


def test_the_list_tells_each_pace_beside_its_bar(district):
    make_hub(district.here)
    set_target()
    set_target("hubs", 1, task="青年汇")
    text = page(district.office, "target_list")
    assert "0/4，期限已过，差 4 场" in text and "1/1，已达到" in text
    assert text.count('<progress class="target-bar') == 2


def test_home_tells_the_pace_and_leads_to_the_target(district):
    make_activity(district.here)
    target = set_target()
    text = page(district.office, "home", year=2017)
    assert "1/4，期限已过，差 3 场" in text and f'href="{target.get_absolute_url()}"' in text
    cadre = browser_of(make_user("基层团干部", district.root, RoleKind.CADRE))
    text = page(cadre, "home", year=2017)
    assert "1/4，期限已过，差 3 场" in text and target.get_absolute_url() not in text


def test_source_and_number_are_kept_as_typed(district):
    data = {"year": "2017", "task": "建团", "figure": "units_founded", "value": "12"}
    answer = send(district.office, "target_create", **data, document_number="京团发〔2017〕3号")
    assert Target.objects.get().document_number == "京团发〔2017〕3号"
    assert "京团发〔2017〕3号" in answer.content.decode()


def test_queries_do_not_grow_with_records(district):
    def add(number):
        for _ in range(number):
            make_attachment(make_activity(district.here), district.staff)

    target = set_target()
    add(2)
    few = queries(district.office, "target_detail", target.pk)
    add(10)
    assert queries(district.office, "target_detail", target.pk) == few
