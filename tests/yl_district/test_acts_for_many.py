"""Acts for many rows of a list: each has the rules, the history and the reach of the act for one record."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assistance.models import AssistedYouth
from members.models import Member, Post, Proposal, Volunteer
from orgs.models import Role, Supply
from outreach.models import Contact, Link
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_edition,
    make_grant,
    make_hub,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_report,
    make_user,
    make_volunteer,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import asked, browser_of, page, two_branches
from yl_district.audit.models import AccessEntry
from yl_district.pages import chosen_rows

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


@made_once
def district():
    """The district of two branches, with staff of a committee of its own."""
    place = two_branches()
    place.committee = make_organisation("双桥社区团委", place.root, category="committee")
    place.below = make_organisation("双桥团支部", place.committee)
    place.rival = browser_of(make_user("沈砚", place.committee))
    return place


def chosen(client, url_name, records=(), scope="ticked", **sent):
    """The answer to what is sent from the list: what is ticked, and for which of its rows the act is wanted."""
    sent = {"scope": scope, "keys": [record.pk for record in records]} | sent
    return client.post(reverse(url_name), sent)


def done(client, url_name, records, confirm=True, **typed):
    """The answer to the act's form, filled in and sent; announced effects are confirmed."""
    answer = chosen(client, url_name, records)
    assert answer.status_code == 200
    answer = client.post(reverse(url_name), answers(shown_form(answer)) | typed)
    if confirm and answer.context and answer.context["form"].announced:
        answer = client.post(reverse(url_name), answers(shown_form(answer)) | {"correction_reason": "补办"})
    return answer


def said(client, answer):
    """What is said on the page that a form that was taken leads to."""
    assert answer.status_code == 302, answer.context and [
        answer.context["form"].errors,
        refusals(answer),
    ]
    return [str(message) for message in client.get(answer.url).context["messages"]]


def refusals(answer):
    """(record, reason) of each that was refused."""
    return [(refusal.told, refusal.reason) for refusal in answer.context["refusals"]]


def some_members(branch, number=3, **fields):
    """So many members of a branch, on its roll since 2017."""
    return [make_member(f"团员{at}", branch, intake_on=date(2017, 3, 1), **fields) for at in range(number)]


@pytest.mark.both
@pytest.mark.cpu(4)
def test_members_leave_together_with_history_and_reason(district):
    members = some_members(district.here)
    stays = make_member("章程", district.here)
    answer = done(district.office, "members_end", members, day=TODAY(), status="over_age")
    assert said(district.office, answer) == ["办理离开：已办理 3 条。"]
    for member in members:
        member.refresh_from_db()
        assert (member.left_on, member.status) == (TODAY(), "over_age")
        assert member.history.first().history_user == district.staff
    stays.refresh_from_db()
    assert stays.left_on is None


def test_members_are_transferred_together(district):
    members = some_members(district.here)
    answer = done(district.office, "members_transfer", members, day=TODAY(), to_branch=district.there.pk)
    assert said(district.office, answer) == ["办理转接：已办理 3 条。"]
    assert Member.objects.filter(branch=district.there, intake="transferred", intake_on=TODAY()).count() == 3
    assert Member.objects.filter(branch=district.here, status="transferred_out").count() == 3


def test_a_cadre_asks_the_committee_for_each(district):
    members = some_members(district.here)
    assert "委机关同意后生效" in chosen(district.cadre, "members_end", members).content.decode()
    assert "委机关同意后生效" not in chosen(district.office, "members_end", members).content.decode()
    answer = done(district.cadre, "members_end", members, day=TODAY(), status="resigned", note="本人申请")
    assert "已办理 3 条。不由您直接办理的，提交的是申请" in said(district.cadre, answer)[0]
    assert Member.objects.filter(left_on=None).count() == 3
    assert {one.note for one in Proposal.objects.waiting()} == {"本人申请"} and Proposal.objects.waiting().count() == 3
    answer = done(district.cadre, "members_transfer", members[:1], day=TODAY(), to_branch=district.below.pk)
    assert "等待审批" in refusals(answer)[0][1]


def test_what_cannot_be_done_is_named_and_nothing_is_done_unless_asked_for(district):
    good, bad = some_members(district.here, 2), make_member("章程", district.here, intake_on=TODAY())
    yesterday = TODAY() - timedelta(days=1)
    answer = done(district.office, "members_end", [*good, bad], day=yesterday, status="over_age")
    assert answer.status_code == 200
    assert [told for told, _ in refusals(answer)] == ["章程（柳林社区团支部）"]
    assert "不早于在册起始日" in refusals(answer)[0][1]
    assert Member.objects.filter(left_on=None).count() == 3
    text = answer.content.decode()
    # What was typed and chosen is still there.
    assert f'value="{yesterday}"' in text and "只办理其余 2 条" in text
    sent = answers(shown_form(answer)) | {"only_right": "yes"}
    answer = district.office.post(reverse("members_end"), sent)
    if answer.context and answer.context["form"].announced:
        sent = answers(shown_form(answer)) | {"correction_reason": "补办"}
        assert sent["only_right"] == "yes"
        answer = district.office.post(reverse("members_end"), sent)
    assert said(district.office, answer) == ["办理离开：已办理 2 条；1 条没有办理，仍是原来的样子。"]
    bad.refresh_from_db()
    assert bad.left_on is None and Member.objects.filter(left_on=yesterday).count() == 2


def test_wrong_input_keeps_what_was_chosen_and_typed(district):
    members = some_members(district.here)
    answer = done(district.office, "members_end", members, day="2017-02-31", status="over_age")
    assert answer.status_code == 200 and list(answer.context["form"].errors) == ["day"]
    assert answer.context["names"] == [f"团员{at}（柳林社区团支部）" for at in range(3)]
    assert 'value="2017-02-31"' in answer.content.decode()
    answer = district.office.post(reverse("members_end"), answers(shown_form(answer)) | {"day": str(TODAY())})
    assert said(district.office, answer) == ["办理离开：已办理 3 条。"]


def test_figures_of_closed_years_are_announced_once_for_all(district):
    members = some_members(district.here)
    year = TODAY().year - 1
    answer = done(district.office, "members_end", members, confirm=False, day=f"{year}-06-01", status="over_age")
    effects = {
        (one.effect.figure.label, one.effect.figure.amount, one.effect.after)
        for one in answer.context["form"].effect_runs
    }
    assert ("团员总数", "3名", "0名") in effects
    assert Member.objects.filter(left_on=None).count() == 3
    sent = answers(shown_form(answer))
    again = district.office.post(reverse("members_end"), sent)
    assert list(again.context["form"].errors) == ["correction_reason"]
    answer = district.office.post(reverse("members_end"), answers(shown_form(again)) | {"correction_reason": "漏报"})
    assert said(district.office, answer) == ["办理离开：已办理 3 条。"]
    assert {member.history.first().history_change_reason for member in members} == {"漏报"}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("many", "single"),
    [
        ("members_end", "member_end"),
        ("members_transfer", "member_transfer"),
        ("posts_end", "post_end"),
        ("links_end", "link_end"),
        ("volunteers_end", "volunteer_end"),
        ("assisted_youths_end", "assisted_youth_end"),
    ],
)
def test_an_act_for_one_of_many_announces_what_the_single_act_does(district, many, single):
    day = date(TODAY().year - 1, 6, 1)
    cadre = make_post("陆远", district.here, started_on=date(2017, 1, 1))
    keeper = make_user("程安", district.root, Role.Kind.CASEWORKER)
    Role.objects.create(user=keeper, organisation=district.root, kind=Role.Kind.STAFF)
    youth = make_assisted_youth(district.here, "白露", registered_on=date(2017, 3, 1))
    make_grant(keeper, youth.person)
    record = {
        "member": lambda: some_members(district.here, 1)[0],
        "post": lambda: cadre,
        "link": lambda: make_link(cadre.person, "秦朗", started_on=date(2017, 3, 1)),
        "volunteer": lambda: make_volunteer(make_hub(district.here), joined_on=date(2017, 3, 1)),
        "assisted_youth": lambda: youth,
    }[single.rpartition("_")[0]]()
    client = browser_of(keeper) if single == "assisted_youth_end" else district.office
    shown = f"{day:%Y-%m}" if single == "post_end" else str(day)
    typed = {"day": shown, "status": "over_age", "to_branch": district.there.pk, "removal_reason": "age"}
    own = client.post(reverse(single, args=[record.pk]), typed)
    answer = done(client, many, [record], confirm=False, **typed)
    assert own.context["form"].effects and answer.context["form"].effects == own.context["form"].effects


def test_supplies_are_announced_only_where_a_report_has_been_signed(district):
    year = TODAY().year - 1
    typed = {"issued_on": f"{year}-06-01", "item_1": "团旗", "quantity_1": "2"}
    report = make_report(district.here, year=year)
    make_edition(report, district.staff, make_activity(district.here, held_on=date(year, 5, 4)))
    answer = done(district.office, "supplies_issue", [district.here, district.there], confirm=False, **typed)
    assert {one.figure.organisation for one in answer.context["form"].effects} == {"柳林社区团支部"}
    answer = done(district.office, "supplies_issue", [district.there], confirm=False, **typed)
    assert said(district.office, answer) == ["配发物资：已办理 1 条。"]


def test_who_has_left_does_not_leave_again(district):
    member = make_member("章程", district.here, left_on=TODAY(), status="resigned")
    answer = done(
        district.office, "members_end", [member, *some_members(district.here, 1)], day=TODAY(), status="lapsed"
    )
    assert [told for told, _ in refusals(answer)] == ["章程（柳林社区团支部）"]
    member.refresh_from_db()
    assert member.status == "resigned"


def test_a_row_that_somebody_else_has_changed_meanwhile_is_refused(district):
    members = some_members(district.here)
    answer = chosen(district.office, "members_end", members)
    members[1].remark = "病假"
    members[1].save()
    sent = answers(shown_form(answer)) | {"day": str(TODAY()), "status": "over_age"}
    answer = district.office.post(reverse("members_end"), sent)
    assert [told for told, _ in refusals(answer)] == ["团员1（柳林社区团支部）"]
    assert "他人刚修改了" in refusals(answer)[0][1]
    assert Member.objects.filter(left_on=None).count() == 3


def test_a_form_sent_twice_acts_once(district):
    organisations = [district.here, district.there]
    answer = chosen(district.office, "supplies_issue", organisations)
    sent = answers(shown_form(answer)) | {"issued_on": str(TODAY()), "item_1": "团旗", "quantity_1": "2"}
    for _ in range(2):
        assert district.office.post(reverse("supplies_issue"), sent).status_code == 302
    assert Supply.objects.count() == 2
    answer = district.office.post(reverse("supplies_issue"), sent | {"quantity_1": "3"})
    assert answer.status_code == 409 and Supply.objects.count() == 2


@pytest.mark.both
def test_thirty_three_organisations_are_given_supplies_in_one_act(district):
    organisations = [make_organisation(f"第{at}团支部", district.root) for at in range(33)]
    typed = {"item_1": "团旗", "quantity_1": "1", "item_2": "团徽", "quantity_2": "20"}
    answer = done(district.office, "supplies_issue", organisations, issued_on=TODAY(), **typed)
    assert said(district.office, answer) == ["配发物资：已办理 33 条。"]
    assert Supply.objects.count() == 66 and Supply.objects.filter(item="团徽", quantity=20).count() == 33
    assert Supply.objects.first().history.get().history_user == district.staff


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ({"item_1": "团旗"}, ["quantity_1"]),
        ({"item_1": "团旗", "quantity_1": "0"}, ["quantity_1"]),
        ({"item_1": "团旗", "quantity_1": "1", "item_2": "团徽"}, ["quantity_2"]),
        ({"item_1": "团旗", "quantity_1": "1", "quantity_3": "2"}, ["item_3"]),
        ({"item_1": "团旗", "quantity_1": "1", "item_2": "团旗", "quantity_2": "2"}, ["item_2"]),
        ({"item_1": "团旗", "quantity_1": "1", "issued_on": "2999-01-01"}, ["issued_on"]),
    ],
)
def test_each_kind_of_supplies_needs_a_name_and_a_number_once(district, typed, names):
    typed = {"issued_on": str(TODAY())} | typed
    answer = done(district.office, "supplies_issue", [district.here], **typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, names)
    assert not Supply.objects.exists()


def test_links_are_ended_and_bound_together(district):
    cadre = make_person("陆远")
    links = [make_link(cadre, f"青年{at}") for at in range(3)]
    answer = done(district.office, "links_bind", links, day=TODAY())
    assert said(district.office, answer) == ["登记绑定：已办理 3 条。"]
    assert Link.objects.bound_by(TODAY()).count() == 3
    answer = done(district.office, "links_bind", links, day=TODAY())
    assert all("已于" in reason for _, reason in refusals(answer)) and len(refusals(answer)) == 3
    answer = done(district.office, "links_end", links, day=TODAY(), reason="离职")
    assert said(district.office, answer) == ["结束联系：已办理 3 条。"]
    assert {(link.ended_on, link.remark) for link in Link.objects.all()} == {(TODAY(), "离职")}


@pytest.mark.both
def test_a_contact_with_each_of_several_youths_is_logged_in_one_act(district):
    cadres = [make_post(name, district.here).person for name in ("陆远", "韩笑")]
    links = [make_link(cadre, f"青年{at}") for at, cadre in enumerate([*cadres, cadres[0]])]
    make_link(cadres[0], "秦朗")
    typed = {"held_on": TODAY(), "form": "phone", "content": "谈近况"}
    answer = done(district.office, "links_contact", links, **typed)
    assert said(district.office, answer) == ["登记一次联系：已办理 3 条。每名青年各有一条联系记录。"]
    assert sorted((str(one.cadre), one.youth_names) for one in Contact.objects.all()) == [
        ("陆远", "青年0"),
        ("陆远", "青年2"),
        ("韩笑", "青年1"),
    ]
    assert set(Contact.objects.values_list("held_on", "form", "content")) == {(TODAY(), "phone", "谈近况")}
    assert Contact.objects.first().history.first().history_user == district.staff
    answer = done(district.office, "links_contact", links[:1], **typed)
    assert "已经登记过" in refusals(answer)[0][1]
    answer = done(district.office, "links_contact", links[:1], **typed | {"form": "visit"})
    assert said(district.office, answer)[0].startswith("登记一次联系：已办理 1 条。")


def test_no_contact_is_logged_before_a_link_after_its_end_ahead_of_today_or_for_a_former_cadre(district):
    cadre = make_post("陆远", district.here).person
    former = make_post("韩笑", district.here, ended_on=date(2020, 1, 1)).person
    yesterday = TODAY() - timedelta(days=1)
    links = [
        make_link(cadre, "甲", started_on=TODAY()),
        make_link(cadre, "乙", ended_on=yesterday),
        make_link(former, "丙"),
        make_link(cadre, "丁"),
    ]
    typed = {"held_on": yesterday, "form": "phone"}
    answer = done(district.office, "links_contact", links, **typed)
    reasons = dict(refusals(answer))
    assert list(reasons) == ["陆远 → 甲", "陆远 → 乙", "韩笑 → 丙"]
    assert (
        all("在联系的青年" in reasons[one] for one in ("陆远 → 甲", "陆远 → 乙")) and "已离任" in reasons["韩笑 → 丙"]
    )
    assert not Contact.objects.exists()
    for wrong in ({"held_on": TODAY() + timedelta(days=1)}, {"held_on": ""}, {"form": "letter"}, {"form": ""}):
        answer = done(district.office, "links_contact", links[3:], **typed | wrong)
        assert list(answer.context["form"].errors) == list(wrong)


def test_a_cadre_logs_contacts_with_the_own_youths_alone(district):
    own = make_person("陆远", user=district.branch_cadre)
    make_post(person=own, organisation=district.here)
    mine = make_link(own, "秦朗")
    foreign = make_link(make_post("韩笑", district.here).person, "顾清")
    answer = done(district.cadre, "links_contact", [mine, foreign], held_on=TODAY(), form="phone")
    assert "已办理 1 条" in said(district.cadre, answer)[0]
    assert Contact.objects.get().cadre == own


def test_volunteers_are_bound_and_leave_together(district):
    volunteers = [make_volunteer(make_hub(district.here), f"志愿者{at}", joined_on=date(2017, 1, 1)) for at in range(3)]
    answer = done(district.office, "volunteers_bind", volunteers, day=TODAY())
    assert said(district.office, answer) == ["登记绑定：已办理 3 条。"]
    answer = done(district.office, "volunteers_end", volunteers, day=TODAY())
    assert said(district.office, answer) == ["办理退出：已办理 3 条。"]
    assert set(Volunteer.objects.values_list("bound_on", "left_on")) == {(TODAY(), TODAY())}


def test_posts_end_together_and_their_links_are_asked_about_once(district):
    posts = [make_post(f"干部{at}", district.here, started_on=date(2017, 1, 1)) for at in range(3)]
    heir = make_post("韩笑", district.here).person
    for post in posts[:2]:
        make_link(post.person, f"青年{post.pk}")
    month = f"{TODAY():%Y-%m}"
    answer = done(district.office, "posts_end", posts, day=month, fate="")
    assert [told.partition("（")[0] for told, _ in refusals(answer)] == ["干部0", "干部1"]
    assert all("请选择名下的联系青年交给谁" in reason for _, reason in refusals(answer))
    typed = {"fate": "hand_over", "successor": heir.pk, "links_on": str(TODAY()), "reason": "换届"}
    answer = done(district.office, "posts_end", posts, day=month, **typed)
    assert said(district.office, answer) == ["办理离任：已办理 3 条。"]
    assert Post.objects.filter(ended_on=TODAY().replace(day=1)).count() == 3
    assert Link.objects.as_of(TODAY()).filter(cadre=heir).count() == 2
    others = [make_post(f"干事{at}", district.here) for at in range(2)]
    answer = chosen(district.office, "posts_end", others)
    assert list(answer.context["form"].fields) == ["day"]


def test_case_files_are_closed_only_by_those_who_may_open_them_and_the_log_knows(district):
    youths = [make_assisted_youth(district.below, f"白露{at}") for at in range(2)]
    other = make_assisted_youth(district.below, "石一")
    keeper = make_user("程安", district.committee, Role.Kind.CASEWORKER)
    for youth in youths:
        make_grant(keeper, youth.person)
    client = browser_of(keeper)
    answer = chosen(client, "assisted_youths_end", [*youths, other])
    assert len(answer.context["names"]) == 2 and "石" not in answer.content.decode()
    assert AccessEntry.objects.filter(action="case_view", detail="批量办理").count() == 2
    answer = done(client, "assisted_youths_end", [*youths, other], day=TODAY(), removal_reason="moved")
    ended = "各人的固定志愿者结对在出库当天结束，个案授权不因此终止；档案在出库满 3 年后匿名处理。"
    assert said(client, answer) == [f"办理出库：已办理 2 条。{ended}"]
    assert AssistedYouth.objects.filter(removed_on=TODAY()).count() == 2
    answer = chosen(district.office, "assisted_youths_end", [other])
    assert said(district.office, answer) == ["没有选中记录。请先勾选要办理出库的记录，再选择办理事项。"]


def test_rows_out_of_sight_are_never_acted_upon(district):
    own, foreign = some_members(district.below, 2), some_members(district.here, 2)
    answer = chosen(district.rival, "members_end", [*own, *foreign])
    assert len(answer.context["names"]) == 2
    sent = answers(shown_form(answer)) | {"day": str(TODAY()), "status": "over_age"}
    # Rows put into the form by hand, with the digests of somebody who sees them.
    seen = answers(shown_form(chosen(district.office, "members_end", foreign)))["rows"]
    sent["rows"] += f" {seen}"
    assert district.rival.post(reverse("members_end"), sent).status_code == 302
    assert set(Member.objects.filter(left_on=None)) == set(foreign)
    sent["rows"] = seen
    assert district.rival.post(reverse("members_end"), sent).status_code == 404
    answer = chosen(district.rival, "members_end", foreign)
    assert answer.status_code == 302 and Member.objects.filter(left_on=None).count() == 2


def test_a_member_is_moved_by_no_committee_to_where_it_sees_nothing(district):
    members = some_members(district.below)
    answer = done(district.rival, "members_transfer", members, day=TODAY(), to_branch=district.here.pk)
    assert list(answer.context["form"].errors) == ["to_branch"]
    assert not Member.objects.filter(branch=district.here).exists()


def test_whoever_keeps_some_rolls_and_asks_about_others_does_each_by_its_own_rules(district):
    user = make_user("双角", district.committee)
    Role.objects.create(user=user, organisation=district.here, kind=Role.Kind.CADRE)
    client, (kept,), (asked_for,) = browser_of(user), some_members(district.below, 1), some_members(district.here, 1)
    answer = done(client, "members_transfer", [kept, asked_for], day=TODAY(), to_branch=district.there.pk)
    assert [told for told, _ in refusals(answer)] == ["团员0（双桥团支部）"]
    assert "您负责的组织范围内" in refusals(answer)[0][1]
    sent = answers(shown_form(answer)) | {"only_right": "yes"}
    said(client, client.post(reverse("members_transfer"), sent))
    assert Proposal.objects.waiting().get().member == asked_for
    answer = done(client, "members_end", [kept], day=TODAY(), status="over_age")
    assert said(client, answer) == ["办理离开：已办理 1 条。"]
    assert not Member.objects.filter(branch=district.there).exists()


def test_supplies_are_issued_only_where_records_are_kept(district):
    user = make_user("双角", district.here, Role.Kind.ADMINISTRATOR)
    Role.objects.create(user=user, organisation=district.below, kind=Role.Kind.CADRE)
    client = browser_of(user)
    answer = chosen(client, "supplies_issue", [district.below, district.here])
    assert answer.context["names"] == ["双桥团支部"]


@pytest.mark.parametrize(("scope", "number"), [("ticked", 1), ("page", 25), ("all", 30)])
def test_what_is_ticked_the_page_or_all_by_the_conditions_is_chosen(district, scope, number):
    for at in range(30):
        make_member(f"团员{at}", district.here)
    make_member("章程", district.there)
    text = page(district.office, "member_list", organisation=district.here.pk)
    sent = dict(re.findall(r'<input type="hidden" name="(query|shown)" value="([^"]*)">', text))
    sent |= {"scope": scope, "keys": [Member.objects.first().pk]}
    answer = district.office.post(reverse("members_end"), sent)
    assert len(answer.context["names"]) == number
    assert f"organisation={district.here.pk}" in answer.context["back"]


def test_conditions_with_a_sealed_number_hold_for_all_as_well(district):
    make_member(branch=district.here, person=make_person("章程", mobile="13800138000"))
    make_member("韩笑", district.here)
    found = district.office.post(reverse("list_search"), {"list": "member_list", "search": "13800138000"})
    query = found.url.partition("?")[2]
    answer = chosen(district.office, "members_end", scope="all", query=query)
    assert answer.context["names"] == ["章程（柳林社区团支部）"]


def test_nothing_ticked_or_too_much_leads_back_with_words(district, monkeypatch):
    members = some_members(district.here, 4)
    answer = chosen(district.office, "members_end")
    assert said(district.office, answer) == ["没有选中记录。请先勾选要办理离开的记录，再选择办理事项。"]
    monkeypatch.setattr(chosen_rows, "MOST_ROWS", 3)
    answer = chosen(district.office, "members_end", members, query="status=normal")
    assert answer.url.endswith("?status=normal")
    assert "请缩小筛选范围" in said(district.office, answer)[0]
    for keys in (["x"], ["9" * 40], ["-1"], [""]):
        assert district.office.post(reverse("members_end"), {"keys": keys}).status_code == 302


def test_lists_offer_the_acts_that_the_user_may_do(district):
    some_members(district.here, 1)
    text = page(district.office, "member_list")
    assert 'name="keys"' in text and reverse("members_end") in text and reverse("members_transfer") in text
    administrator = browser_of(make_user("周明", district.root, Role.Kind.ADMINISTRATOR))
    assert 'name="keys"' not in page(administrator, "organisation_list")
    assert 'name="keys"' in page(district.office, "organisation_list")
    assert 'name="keys"' not in page(district.office, "unit_list")


@pytest.mark.cpu(6)
def test_the_queries_of_the_page_do_not_grow_and_those_of_the_act_only_by_the_act_itself(district):
    def cost(number):
        members = some_members(district.here, number)
        with CaptureQueriesContext(connection) as showing:
            answer = chosen(district.office, "members_end", members)
        sent = answers(shown_form(answer)) | {"day": str(TODAY()), "status": "over_age"}
        with CaptureQueriesContext(connection) as acting:
            assert district.office.post(reverse("members_end"), sent).status_code == 302
        return asked(showing), asked(acting)

    cost(1)
    (few_shown, few), (shown, many) = cost(2), cost(12)
    assert shown == few_shown
    assert (many - few) / 10 <= 12


def test_who_looks_after_many_is_said_at_once(district):
    member = make_post("白露", district.root, title="委员").person
    make_post("陆远", district.committee, title="委员")
    villages = [district.here, district.there, district.below]
    answer = chosen(district.office, "organisations_liaison", [district.root, *villages])
    assert list(answer.context["form"].fields["person"].queryset) == [member]
    typed = {"person": member.pk, "day": "2017-03-01"}
    answer = done(district.office, "organisations_liaison", villages, **typed)
    assert said(district.office, answer) == [
        "指定联系委员：已办理 3 条。原来有人联系的，到“自何日起”为止，以前的记录保留。"
    ]
    assert [one.liaisons.get().person for one in villages] == [member] * 3
    answer = done(district.office, "organisations_liaison", villages, **typed)
    assert [reason for _, reason in refusals(answer)] == ["应为：另一名联系委员。现在就是白露，不必更换。"] * 3
