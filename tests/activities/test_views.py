"""Pages of activities, their types and sign-ins."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.actions import add_sign_in
from activities.models import Activity, ActivityType, SignIn
from members.models import Person
from tests.factories import make_activity, make_hub, make_member, make_person, make_volunteer
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import confirmed, listed, page, queries, refused, send, status, two_branches


@made_once
def district():
    return two_branches()


def typed(**fields):
    """A whole form of an activity."""
    kind = ActivityType.objects.get(key="lecture")
    return {"name": "财商意识讲座", "held_on": "2017-05-04", "type": str(kind.pk), "session_count": "1"} | fields


def test_activity_is_created_corrected_and_deleted(district):
    send(district.office, "activity_create", **typed(host=district.here.pk, attendance="30", basis="rounded"))
    activity = Activity.objects.get()
    assert (activity.attendance, activity.basis, activity.host) == (30, "rounded", district.here)
    send(district.office, "activity_update", activity.pk, **typed(attendance="31"))
    activity.refresh_from_db()
    assert (activity.attendance, activity.basis) == (31, "exact")
    assert "删除后不能恢复" in page(district.office, "activity_delete", activity.pk)
    assert "已删除活动。" in send(district.office, "activity_delete", activity.pk).content.decode()
    assert not Activity.objects.exists()


def test_empty_person_times_are_unrecorded_and_never_nought(district):
    send(district.office, "activity_create", **typed())
    activity = Activity.objects.get()
    assert (activity.attendance, activity.basis) == (None, "unrecorded")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"name": ""}, "name", "请填写活动名称。"),
        ({"held_on": "2017-02-30"}, "held_on", "请填写真实存在的日期，如 2017-05-04。"),
        ({"type": "999999"}, "type", "选择一个有效的选项"),
        ({"session_count": "0"}, "session_count", "不少于 1 的场次。没有举办的活动不必登记。"),
        ({"attendance": "99999999"}, "attendance", "不超过 1000000 的数字"),
        ({"basis": "exact"}, "attendance", "数字口径为实数时填写人次"),
        ({"attendance": "5", "basis": "unrecorded"}, "basis", "填写人次时数字口径为实数或约数"),
        ({"attendance": "三十"}, "attendance", "整数"),
        ({"attendance": "-1"}, "attendance", "请填写不小于 0 的整数。"),
    ],
)
def test_wrong_activity_is_refused_in_words(district, wrong, field, words):
    assert words in refused(district.office, "activity_create", **typed(**wrong))[field]
    assert not Activity.objects.exists()


def test_cadre_says_whose_activity_it_is_and_chooses_among_own(district):
    own, foreign = make_hub(district.here), make_hub(district.there)
    form = district.cadre.get(reverse("activity_create")).context["form"]
    assert form["host"].value() == district.here.pk
    assert "主办组织或青年汇" in refused(district.cadre, "activity_create", **typed())["host"]
    assert "hub" in refused(district.cadre, "activity_create", **typed(hub=str(foreign.pk)))
    send(district.cadre, "activity_create", **typed(hub=own.pk))
    assert Activity.objects.get().hub == own


def test_hub_that_the_cadre_does_not_see_stays_with_the_activity(district):
    foreign = make_hub(district.there)
    activity = make_activity(district.here, hub=foreign)
    assert str(foreign) in page(district.cadre, "activity_update", activity.pk)
    send(district.cadre, "activity_update", activity.pk, **typed(host=district.here.pk, hub=foreign.pk))
    activity.refresh_from_db()
    assert (activity.name, activity.hub) == ("财商意识讲座", foreign)


def test_list_is_narrowed_by_every_condition(district):
    hub = make_hub(district.there)
    make_activity(district.here, "拒绝校园暴力", "self_protection", held_on="2017-03-01", attendance=9, basis="rounded")
    make_activity(None, "足球友谊赛", "sports", held_on="2018-03-01", hub=hub)
    sports = ActivityType.objects.get(key="sports")
    for query in (
        {"search": "zqyys"},
        {"search": "足球"},
        {"type": sports.pk},
        {"hub": hub.pk},
        {"host": district.there.pk},
        {"year": "2018"},
        {"since": "2017-03-02"},
        {"basis": "unrecorded"},
    ):
        assert (query, listed(district.office, "activity_list", **query)) == (query, ["足球友谊赛"])
    assert listed(district.office, "activity_list", until="2017-03-01") == ["拒绝校园暴力"]
    assert listed(district.cadre, "activity_list") == ["拒绝校园暴力"]


@pytest.mark.parametrize(
    "query", [{"page": "9" * 12}, {"year": "abc"}, {"year": "9" * 20}, {"hub": "zzz"}, {"since": "昨天"}, {"sort": "x"}]
)
def test_strange_addresses_give_the_list(district, query):
    make_activity(district.here)
    assert listed(district.office, "activity_list", **query) == ["春季健步走"]


def test_sign_ins_make_the_person_times(district):
    activity = make_activity(district.here, attendance=30, basis="rounded")
    assert "填报的数字不再使用" in page(district.office, "activity_detail", activity.pk)
    for name in ("秦朗", "白露"):
        answer = send(district.office, "sign_in_create", activity.pk, name=name, capacity="member")
        assert f"{name}已签到。" in answer.content.decode()
        assert "autofocus" in answer.content.decode()
    activity.refresh_from_db()
    assert (activity.sign_in_count, activity.attendance, activity.basis) == (2, 2, "exact")
    assert (
        "已移除秦朗的签到。"
        in send(district.office, "sign_in_delete", SignIn.objects.get(person__name="秦朗").pk).content.decode()
    )
    activity.refresh_from_db()
    assert (activity.sign_in_count, activity.attendance, activity.basis) == (1, 1, "exact")


def test_person_times_of_a_signed_activity_cannot_be_typed(district):
    activity = make_activity(district.here)
    send(district.office, "sign_in_create", activity.pk, name="秦朗")
    assert "按签到名单计算" in page(district.office, "activity_update", activity.pk)
    send(district.office, "activity_update", activity.pk, **typed(attendance="500", basis="rounded"))
    activity.refresh_from_db()
    assert (activity.name, activity.attendance, activity.basis) == ("财商意识讲座", 1, "exact")


def test_signed_activity_is_not_deleted(district):
    activity = make_activity(district.here)
    send(district.office, "sign_in_create", activity.pk, name="秦朗")
    assert reverse("activity_delete", args=[activity.pk]) not in page(district.office, "activity_detail", activity.pk)
    answer = district.office.post(reverse("activity_delete", args=[activity.pk]))
    assert "还有其他记录引用它，不能删除。" in answer.content.decode()
    assert Activity.objects.exists()


def test_sign_in_finds_the_known_person(district):
    activity = make_activity(district.here)
    known = make_member("秦朗", district.here).person
    send(district.office, "sign_in_create", activity.pk, name="秦 朗", mobile="13800138000")
    known.refresh_from_db()
    assert (SignIn.objects.get().person, known.mobile) == (known, "13800138000")
    errors = refused(district.office, "sign_in_create", activity.pk, name="秦朗")
    assert errors == {"__all__": "此人在这次活动已签到。"}
    assert Person.objects.count() == SignIn.objects.count() == 1


def test_sign_in_asks_which_of_several_is_meant(district):
    activity = make_activity(district.here)
    first, second = (make_person("秦朗", mobile=mobile) for mobile in ("13800138001", "13800138002"))
    for person in (first, second):
        make_member(branch=district.here, person=person)
    errors = refused(district.office, "sign_in_create", activity.pk, name="秦朗")
    assert "请选择其一后再保存" in errors["same_person"]
    send(district.office, "sign_in_create", activity.pk, name="秦朗", mobile=second.mobile)
    send(district.office, "sign_in_create", activity.pk, name="秦朗", same_person=first.pk)
    send(district.office, "sign_in_create", activity.pk, name="秦朗", mobile="13800138003", same_person="new")
    assert [present.person.mobile for present in SignIn.objects.select_related("person")] == [
        "13800138002",
        "13800138001",
        "13800138003",
    ]


def test_new_namesake_at_an_activity_comes_with_a_mobile(district):
    activity = make_activity(district.here)
    for mobile in ("", "13800138001"):
        make_member(branch=district.here, person=make_person("秦朗", mobile=mobile))
    errors = refused(district.office, "sign_in_create", activity.pk, name="秦朗", same_person="new")
    assert errors == {"name": "系统中已有同名的人，请填写手机号码（与已有的人不同），以便区分。"}
    send(district.office, "sign_in_create", activity.pk, name="秦朗", mobile="13800138002", same_person="new")
    assert Person.objects.count() == 3


def test_wrong_sign_in_is_refused_on_the_activity_page(district):
    activity = make_activity(district.here)
    errors = refused(district.office, "sign_in_create", activity.pk, name="秦朗", mobile="1380013800")
    assert "11 位手机号码" in errors["mobile"]
    assert refused(district.office, "sign_in_create", activity.pk, name="")["name"] == "请填写姓名。"


def test_htmx_gets_only_who_came(district):
    activity = make_activity(district.here)
    address, as_htmx = reverse("sign_in_create", args=[activity.pk]), {"hx-request": "true"}
    answer = district.office.post(address, {"name": "秦朗"}, headers=as_htmx).content.decode()
    assert "<html" not in answer
    assert 'id="rows"' in answer
    assert "秦朗已签到。" in answer
    assert "按签到" not in answer
    assert "请填写姓名。" in district.office.post(address, {"name": ""}, headers=as_htmx).content.decode()


def test_type_gets_its_own_key_and_keeps_it(district):
    send(district.office, "activity_type_create", name="读书会", position="50")
    kind = ActivityType.objects.get(name="读书会")
    assert kind.key == f"type_{ActivityType.objects.count()}"
    data = {"name": "读书分享", "position": "50", "is_education": "on", "key": "x", "since_how": "always"}
    send(district.office, "activity_type_update", kind.pk, **data)
    updated = ActivityType.objects.get(pk=kind.pk)
    assert (updated.name, updated.key, updated.is_education) == ("读书分享", kind.key, True)
    assert "已存在" in refused(district.office, "activity_type_create", name="读书分享", position="1")["name"]


def test_free_key_passes_over_those_taken(db):
    number = ActivityType.objects.count() + 2
    ActivityType.objects.create(key=f"type_{number}", name="读书会")
    assert ActivityType.free_key() == f"type_{number + 1}"


def test_types_are_for_staff(district):
    kind = ActivityType.objects.first()
    for name, args in (("activity_type_list", []), ("activity_type_create", []), ("activity_type_update", [kind.pk])):
        assert (status(district.cadre, name, *args), status(district.office, name, *args)) == (404, 200)


def test_rows_of_another_branch_are_not_found(district):
    activity = make_activity(district.there)
    send(district.office, "sign_in_create", activity.pk, name="秦朗")
    for name in ("activity_detail", "activity_update", "activity_delete"):
        assert (status(district.cadre, name, activity.pk), status(district.office, name, activity.pk)) == (404, 200)
    assert status(district.cadre, "sign_in_delete", SignIn.objects.get().pk) == 404
    answer = district.cadre.post(reverse("sign_in_create", args=[activity.pk]), {"name": "白露"})
    assert (answer.status_code, SignIn.objects.count()) == (404, 1)


IDENTITY = "110105200805040026"
FACTS = [IDENTITY, "110105************", "2008-05-04", "13800138000"]
SHOWN = FACTS[1:3]


def sign_in_assisted(activity, **facts):
    """Somebody whom the committee assists, present at the activity."""
    person = make_person("白露", **facts)
    return SignIn.objects.create(activity=activity, person=person, capacity=SignIn.Capacity.ASSISTED_YOUTH)


def test_whom_the_committee_assists_is_told_by_no_list_of_sign_ins(district):
    activity = make_activity(district.here)
    person = sign_in_assisted(activity).person
    make_member(branch=district.here, person=person)
    for client in (district.office, district.cadre):
        for name, pk in (("activity_detail", activity.pk), ("person_detail", person.pk)):
            for query in ({}, {"sort": "capacity"}, {"sort": "-capacity"}):
                text = re.sub(
                    r"<aside.*</aside>|<select.*?</select>", "", page(client, name, pk, **query), flags=re.DOTALL
                )
                assert "白露" in text and "其他" in text
                assert "帮扶对象" not in text and "assisted_youth" not in text


def test_order_of_sign_ins_does_not_tell_whom_the_committee_assists(district):
    activity = make_activity(district.here)
    for name, capacity in (("秦朗", "parent"), ("白露", "assisted_youth"), ("顾清", "other")):
        SignIn.objects.create(activity=activity, person=make_person(name), capacity=capacity)
    for order in ("capacity", "-capacity"):
        table = district.cadre.get(reverse("activity_detail", args=[activity.pk]), {"sort": order}).context["table"]
        assert [row.get_cell_value("person") for row in table.rows] == ["秦朗", "白露", "顾清"]


def test_only_staff_sign_somebody_in_as_assisted(district):
    activity = make_activity(district.here)
    typed = {"name": "白露", "capacity": "assisted_youth"}
    assert "选择一个有效的选项" in refused_capacity(district.cadre, activity, typed)
    send(district.office, "sign_in_create", activity.pk, **typed)
    assert SignIn.objects.get().capacity == "assisted_youth"


def refused_capacity(client, activity, data):
    response = client.post(reverse("sign_in_create", args=[activity.pk]), data)
    assert not SignIn.objects.exists()
    return "".join(response.context["form"].errors["capacity"])


def test_somebody_known_by_sign_ins_alone_is_shown_to_a_cadre_by_name_alone(district):
    activity = make_activity(district.here)
    facts = {"identity_number": IDENTITY, "birth_date": "2008-05-04", "gender": "F", "mobile": "13800138000"}
    person = sign_in_assisted(activity, **facts).person
    text = page(district.cadre, "person_detail", person.pk)
    assert "白露" in text and "这里只显示姓名" in text
    assert [fact for fact in FACTS if fact in text] == []
    assert [fact for fact in FACTS if fact in page(district.office, "person_detail", person.pk)] == SHOWN
    asked = district.cadre.post(reverse("volunteer_create"), {"name": "白露"}).content.decode()
    assert "白露，在本组织的活动中签到过" in asked
    assert [fact for fact in [*FACTS, "138****8000"] if fact in asked] == []
    make_member(branch=district.here, person=person)
    assert [fact for fact in FACTS if fact in page(district.cadre, "person_detail", person.pk)] == SHOWN


def test_team_of_another_branch_is_not_shown_with_a_person(district):
    volunteer = make_volunteer(make_hub(district.there), volunteer_no="VOL-7788")
    make_member(branch=district.here, person=volunteer.person)
    assert "VOL-7788" in page(district.office, "person_detail", volunteer.person.pk)
    assert "VOL-7788" not in page(district.cadre, "person_detail", volunteer.person.pk)


def test_queries_do_not_grow_with_rows(district):
    hub = make_hub(district.here)
    activity = make_activity(district.here, hub=hub)

    def add(number):
        for index in range(number):
            make_activity(district.here, hub=hub)
            SignIn.objects.create(activity=activity, person=make_person(f"秦{index}"))

    def counts():
        return queries(district.office, "activity_list"), queries(district.office, "activity_detail", activity.pk)

    add(5)
    few = counts()
    add(45)
    assert counts() == few


def changed(client, sign_in, **fields):
    """The text of the page after a row on the list has been changed."""
    address = reverse("sign_in_presence", args=[sign_in.pk])
    return confirmed(client, address, answers(shown_form(client.get(address))) | fields, follow=True).content.decode()


def test_whether_and_when_somebody_came_is_changed(district):
    activity = make_activity(district.here, held_on=timezone.localdate(), attendance=30, basis="rounded")
    came = add_sign_in(activity, make_person("秦朗"), SignIn.Capacity.ASSISTED_YOUTH)
    text = changed(district.cadre, came, presence="excused", arrived="14:05", departed="中途")
    assert "已保存秦朗的签到。" in text
    assert "14:05" not in text and "请假" in text and "缺席与请假" in text
    activity.refresh_from_db()
    assert (activity.sign_in_count, activity.attendance, activity.basis) == (0, 30, "rounded")
    changed(district.office, came, presence="present")
    activity.refresh_from_db()
    stored = SignIn.objects.get()
    assert (activity.sign_in_count, activity.attendance, activity.basis) == (1, 1, "exact")
    assert (stored.presence, stored.arrived, stored.departed, stored.capacity) == (
        "present",
        "14:05",
        "中途",
        "assisted_youth",
    )


def test_a_change_of_a_closed_year_is_announced_and_needs_a_reason(district):
    sign_in = add_sign_in(make_activity(district.here), make_person("秦朗"), "member")
    address = reverse("sign_in_presence", args=[sign_in.pk])
    data = answers(shown_form(district.office.get(address))) | {"presence": "absent"}
    answer = district.office.post(address, data)
    assert "这项更正会改动已结束年度的统计" in answer.content.decode()
    assert SignIn.objects.get().presence == "present"
    assert confirmed(district.office, address, data).status_code == 302
    assert SignIn.objects.get().presence == "absent"
    assert SignIn.history.first().history_change_reason == "原来填错"


def test_two_who_change_a_row_are_told_of_each_other(district):
    sign_in = add_sign_in(make_activity(district.here, held_on=timezone.localdate()), make_person("秦朗"), "member")
    address = reverse("sign_in_presence", args=[sign_in.pk])
    data = answers(shown_form(district.office.get(address)))
    changed(district.cadre, sign_in, presence="excused")
    assert district.office.post(address, data | {"presence": "absent"}).status_code == 409
    assert SignIn.objects.get().presence == "excused"


def test_rows_on_the_list_of_another_branch_are_not_changed(district):
    sign_in = add_sign_in(make_activity(district.there), make_person("秦朗"), "member")
    assert [status(client, "sign_in_presence", sign_in.pk) for client in (district.cadre, district.office)] == [
        404,
        200,
    ]
