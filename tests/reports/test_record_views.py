"""Pages of targets and of entries in outside platforms."""

from datetime import date

import pytest
from django.urls import reverse

from reports.models import PlatformEntry, Target
from reports.urls import record_patterns
from tests.factories import make_activity, make_member, make_person, make_post
from tests.made_once import made_once
from tests.pages import listed, page, queries, refused, send, status, two_branches


@made_once
def district():
    return two_branches()


def set_target(**fields):
    """A whole form of a target."""
    return {"year": "2017", "task": "两新组织建团", "figure": "units_toward_task", "value": "12"} | fields


def entered(**fields):
    """A whole form of a platform entry."""
    return {"platform": "1+100", "subject": "cadre", "name": "陆远", "entered_on": "2017-02-01"} | fields


def test_target_is_set_changed_and_deleted(district):
    answer = send(district.office, "target_create", **set_target())
    assert "完成两新组织任务（家）" in answer.content.decode()
    target = Target.objects.get()
    send(district.office, "target_update", target.pk, **set_target(value="15"))
    assert Target.objects.get().value == 15
    assert reverse("target_delete", args=[target.pk]) in page(district.office, "target_update", target.pk)
    send(district.office, "target_delete", target.pk)
    assert not Target.objects.exists()


def test_target_may_be_set_for_an_activity_type(district):
    send(district.office, "target_create", **set_target(figure="sessions.lecture"))
    assert "主题讲座场次（场）" in page(district.office, "target_list")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"figure": "nonsense"}, "figure", "有效的选项"),
        ({"value": "-1"}, "value", "请填写不小于 0 的整数。"),
        ({"value": ""}, "value", "请填写目标值。"),
        ({"year": "17"}, "year", "2000"),
        ({"due_on": "2017-02-30"}, "due_on", "请填写真实存在的日期"),
    ],
)
def test_wrong_target_is_refused_in_words(district, wrong, field, words):
    response = district.office.post(reverse("target_create"), set_target(**wrong))
    assert words in "".join(response.context["form"].errors[field])
    assert words in response.content.decode()
    assert not Target.objects.exists()


def test_figure_has_one_target_a_year(district):
    send(district.office, "target_create", **set_target())
    errors = refused(district.office, "target_create", **set_target())
    assert errors == {"__all__": "这一年度的该指标已有目标值。"}
    send(district.office, "target_create", **set_target(year="2018"))
    assert listed(district.office, "target_list", year="2018", task="建团") == ["两新组织建团"]
    assert listed(district.office, "target_list", task="青年汇") == []


def test_entry_finds_its_record_by_name(district):
    cadre = make_post("陆远", district.here).person
    make_person("陆远")
    send(district.office, "platform_entry_create", **entered())
    activity = make_activity(district.here)
    send(district.office, "platform_entry_create", **entered(subject="activity", name=activity.name, platform="共青云"))
    send(district.office, "platform_entry_create", **entered(subject="organisation", name=district.here.name))
    assert {entry.record for entry in PlatformEntry.objects.all()} == {cadre, activity, district.here}
    assert "陆远" in page(district.office, "platform_entry_list")


def test_entry_is_bound_moved_and_deleted(district):
    cadre, member = make_post("陆远", district.here).person, make_member("秦朗", district.here).person
    entry = PlatformEntry.objects.create(platform="1+100", subject="cadre", person=cadre, entered_on=date(2017, 2, 1))
    send(district.office, "platform_entry_update", entry.pk, **entered(bound_on="2017-03-01"))
    entry.refresh_from_db()
    assert (entry.record, entry.bound_on) == (cadre, date(2017, 3, 1))
    send(district.office, "platform_entry_update", entry.pk, **entered(subject="member", name="秦朗"))
    entry.refresh_from_db()
    assert (entry.record, entry.bound_on) == (member, None)
    send(district.office, "platform_entry_delete", entry.pk)
    assert not PlatformEntry.objects.exists()


def test_entry_of_nobody_or_of_several_is_asked_about(district):
    errors = refused(district.office, "platform_entry_create", **entered())
    assert errors["name"] == "应为：已登记的团干部。请核对名称，或先登记这条记录。"
    first, second = make_post("陆远", district.here).person, make_post("陆远", district.there).person
    errors = refused(district.office, "platform_entry_create", **entered())
    assert errors["same_record"] == "有多条同名记录，请选择其一后再保存。"
    send(district.office, "platform_entry_create", **entered(same_record=second.pk))
    assert PlatformEntry.objects.get().person == second
    errors = refused(district.office, "platform_entry_create", **entered(same_record=str(second.pk)))
    assert "请打开已有的平台录入修改" in errors["name"]
    send(district.office, "platform_entry_create", **entered(same_record=first.pk))


def test_entries_are_narrowed_by_every_condition(district):
    for name, platform, day, bound in (("秦朗", "1+100", 2017, None), ("白露", "共青云", 2018, date(2018, 5, 4))):
        person = make_member(name, district.here).person
        fields = {"subject": "member", "person": person, "entered_on": date(day, 2, 1), "bound_on": bound}
        PlatformEntry.objects.create(platform=platform, **fields)
    for query in ({"search": "bl"}, {"platform": "共青"}, {"year": "2018"}, {"bound": "yes"}):
        records = [str(record) for record in listed(district.office, "platform_entry_list", **query)]
        assert (query, records) == (query, ["白露"])
    assert len(listed(district.office, "platform_entry_list", subject="member", page="9" * 12)) == 2
    assert listed(district.office, "platform_entry_list", subject="cadre") == []


def test_pages_are_for_staff(district):
    target = Target.objects.create(year=2017, task="建团", figure="units_toward_task", value=12)
    person = make_person()
    entry = PlatformEntry.objects.create(platform="1+100", subject="member", person=person, entered_on=date(2017, 2, 1))
    for pattern in record_patterns:
        pk = target.pk if pattern.name.startswith("target") else entry.pk
        args = [] if pattern.name.endswith(("_list", "_export", "_create")) else [pk]
        found = status(district.cadre, pattern.name, *args), status(district.office, pattern.name, *args)
        assert (pattern.name, *found) == (pattern.name, 404, 200)
        assert district.cadre.post(reverse(pattern.name, args=args), {}).status_code == 404


def test_queries_do_not_grow_with_rows(district):
    def add(number):
        for _ in range(number):
            Target.objects.create(year=2000 + Target.objects.count(), task="建团", figure="units_founded", value=1)
            person, fields = make_person(), {"platform": "1+100", "entered_on": date(2017, 2, 1)}
            PlatformEntry.objects.create(subject="member", person=person, **fields)
            PlatformEntry.objects.create(subject="activity", activity=make_activity(district.here), **fields)

    def counts():
        return queries(district.office, "target_list"), queries(district.office, "platform_entry_list")

    add(5)
    few = counts()
    add(45)
    assert counts() == few
