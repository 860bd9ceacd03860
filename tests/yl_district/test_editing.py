"""Two users who change the same record: the second is shown both values, and nothing is lost."""

import re
from datetime import date
from functools import partial

import pytest
from django.db import transaction
from django.http import Http404
from django.urls import reverse

from members.models import Member
from tests.factories import (
    make_activity,
    make_contact,
    make_link,
    make_member,
    make_person,
    make_post,
    make_supply,
    make_user,
)
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import browser_of, confirmed, two_branches
from tests.races import at_once
from tests.records import changeable
from yl_district.pages import edit_conflicts

pytestmark = pytest.mark.django_db

NUMBER, OTHER_NUMBER = "110105199805040020", "110105199805040047"


@made_once
def district():
    return two_branches()


@pytest.fixture
def member(district):
    person = make_person("章程", gender="F", birth_date=date(1998, 5, 4), mobile="13800138000")
    return make_member(branch=district.here, person=person, employer="清和科技", remark="旧备注")


def opened(client, url_name, record):
    """The form data that a browser would submit from the page as it is now shown."""
    return answers(shown_form(client.get(reverse(url_name, args=[record.pk]))))


def sent(client, url_name, record, data):
    """The answer to a form, sent again with a reason where it announces what it would move."""
    return confirmed(client, reverse(url_name, args=[record.pk]), data)


def test_a_record_that_left_the_reach_after_it_was_read_is_not_found_under_the_lock(district, member):
    with transaction.atomic():
        edit_conflicts.lock_for_edit(member, district.branch_cadre)
    Member.objects.filter(pk=member.pk).update(branch=district.there)
    with pytest.raises(Http404), transaction.atomic():
        edit_conflicts.lock_for_edit(member, district.branch_cadre)


def test_a_stale_form_shows_both_values_and_changes_nothing(district, member):
    mine = opened(district.office, "member_update", member) | {"employer": "望湖小学"}
    theirs = opened(district.cadre, "member_update", member) | {"employer": "柳林社区"}
    assert sent(district.cadre, "member_update", member, theirs).status_code == 302
    answer = sent(district.office, "member_update", member, mine)
    assert answer.status_code == 409
    (differing,) = answer.context["form"].conflict.differing
    assert (differing.label, differing.stored, differing.typed) == ("工作单位", "柳林社区", "望湖小学")
    text = answer.content.decode()
    assert "您打开本页后，他人修改了这条记录" in text
    assert '<td data-label="现在的值（他人已改）">柳林社区</td><td data-label="您填写的值">望湖小学</td>' in text
    member.refresh_from_db()
    assert member.employer == "柳林社区"


def test_the_second_save_decides(district, member):
    mine = opened(district.office, "member_update", member) | {"employer": "望湖小学"}
    theirs = opened(district.cadre, "member_update", member) | {"employer": "柳林社区", "remark": "新备注"}
    sent(district.cadre, "member_update", member, theirs)
    answer = sent(district.office, "member_update", member, mine)
    assert [each.label for each in answer.context["form"].conflict.taken_over] == ["备注"]
    assert sent(district.office, "member_update", member, answers(shown_form(answer))).status_code == 302
    member.refresh_from_db()
    assert (member.employer, member.remark) == ("望湖小学", "新备注")


def test_what_both_typed_alike_is_no_conflict(district, member):
    pairs = [(client, opened(client, "member_update", member)) for client in (district.cadre, district.office)]
    answers_ = [sent(client, "member_update", member, data | {"employer": "柳林社区"}) for client, data in pairs]
    assert [answer.status_code for answer in answers_] == [302, 302]


def test_a_second_press_of_the_same_save_is_no_conflict(district, member):
    data = opened(district.office, "member_update", member) | {"employer": "望湖小学"}
    assert [sent(district.office, "member_update", member, data).status_code for _ in range(2)] == [302, 302]


def test_without_the_comparison_the_first_ones_value_is_lost(district, member, monkeypatch):
    """The twin: without the comparison, the tests above would fail."""
    monkeypatch.setattr(edit_conflicts, "edit_conflict", lambda form, record, version: None)
    mine = opened(district.office, "member_update", member) | {"employer": "望湖小学"}
    theirs = opened(district.cadre, "member_update", member) | {"remark": "新备注"}
    sent(district.cadre, "member_update", member, theirs)
    assert sent(district.office, "member_update", member, mine).status_code == 302
    member.refresh_from_db()
    assert member.remark == "旧备注"


def test_a_change_of_the_person_is_seen_in_every_capacity(district, member):
    post = make_post(organisation=district.here, person=member.person)
    mine = opened(district.office, "post_update", post) | {"mobile": "13800138001"}
    theirs = opened(district.cadre, "member_update", member) | {"mobile": "13800138002"}
    sent(district.cadre, "member_update", member, theirs)
    answer = sent(district.office, "post_update", post, mine)
    assert answer.status_code == 409
    assert [each.label for each in answer.context["form"].conflict.differing] == ["手机号码"]


def test_an_identity_number_changed_meanwhile_is_said_but_not_shown(district, member):
    mine = opened(district.office, "member_update", member) | {"employer": "望湖小学"}
    theirs = opened(district.cadre, "member_update", member) | {"identity_number": NUMBER}
    assert sent(district.cadre, "member_update", member, theirs).status_code == 302
    answer = sent(district.office, "member_update", member, mine)
    assert answer.status_code == 409
    assert [(each.label, each.stored) for each in answer.context["form"].conflict.taken_over] == [
        ("身份证号", edit_conflicts.UNSHOWN)
    ]
    assert NUMBER not in answer.content.decode()
    sent(district.office, "member_update", member, answers(shown_form(answer)))
    member.person.refresh_from_db()
    assert member.person.identity_number == NUMBER


def test_two_identity_numbers_typed_at_once_are_both_kept_from_view(district, member):
    mine = opened(district.office, "member_update", member) | {"identity_number": OTHER_NUMBER}
    theirs = opened(district.cadre, "member_update", member) | {"identity_number": NUMBER}
    sent(district.cadre, "member_update", member, theirs)
    (each,) = sent(district.office, "member_update", member, mine).context["form"].conflict.differing
    assert (each.stored, each.typed) == (edit_conflicts.UNSHOWN, edit_conflicts.UNSHOWN_TYPED)


def test_choices_of_several_records_are_compared(district):
    cadre = make_post(organisation=district.here, person=make_person("陆远", user=district.branch_cadre)).person
    links = [make_link(cadre, "秦朗"), make_link(cadre, "苏棠")]
    contact = make_contact(cadre, links[:1])
    mine = opened(district.office, "contact_update", contact) | {"content": "问候"}
    theirs = opened(district.cadre, "contact_update", contact) | {"links": [link.pk for link in links]}
    assert sent(district.cadre, "contact_update", contact, theirs).status_code == 302
    answer = sent(district.office, "contact_update", contact, mine)
    assert answer.status_code == 409
    (each,) = answer.context["form"].conflict.taken_over
    assert (each.label, each.stored) == ("联系青年", "秦朗、苏棠")
    assert sent(district.office, "contact_update", contact, answers(shown_form(answer))).status_code == 302
    contact.refresh_from_db()
    assert (contact.content, contact.links.count()) == ("问候", 2)


def test_a_field_that_was_closed_meanwhile_is_not_lost_silently(district):
    activity = make_activity(district.here, attendance=30, basis="exact")
    mine = opened(district.office, "activity_update", activity) | {"attendance": "35"}
    data = {"name": "秦朗", "capacity": "other"}
    assert district.cadre.post(reverse("sign_in_create", args=[activity.pk]), data).status_code == 302
    answer = sent(district.office, "activity_update", activity, mine)
    assert answer.status_code == 409
    assert [(each.label, each.stored, each.typed) for each in answer.context["form"].conflict.differing] == [
        ("人次", "1", "35")
    ]


def test_an_end_of_a_record_changed_meanwhile_is_asked_again(district, member):
    mine = opened(district.office, "member_end", member) | {"day": "2017-12-01", "status": "resigned"}
    theirs = opened(district.cadre, "member_update", member) | {"remark": "已转学"}
    sent(district.cadre, "member_update", member, theirs)
    answer = sent(district.office, "member_end", member, mine)
    assert answer.status_code == 409
    assert answer.context["form"].conflict.labels == ("备注",)
    assert not Member.objects.get().is_leaving
    assert sent(district.office, "member_end", member, answers(shown_form(answer))).status_code == 302
    assert (Member.objects.get().remark, Member.objects.get().left_on) == ("已转学", date(2017, 12, 1))


def test_a_deletion_of_a_record_changed_meanwhile_is_asked_again(district):
    supply = make_supply(district.here)
    mine = opened(district.office, "supply_delete", supply)
    supply.quantity = 9
    supply.save()
    answer = sent(district.office, "supply_delete", supply, mine)
    assert answer.status_code == 409
    assert "他人修改了它的数量" in answer.content.decode()
    assert sent(district.office, "supply_delete", supply, answers(shown_form(answer))).status_code == 302


def test_what_was_typed_into_the_form_of_a_deleted_record_can_still_be_read(district):
    supply = make_supply(district.here)
    mine = opened(district.office, "supply_update", supply) | {"item": "团徽", "quantity": "12"}
    type(supply).objects.filter(pk=supply.pk).delete()
    answer = sent(district.office, "supply_update", supply, mine)
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "没有办理" in text
    assert "<dt>物资</dt><dd>团徽</dd><dt>数量</dt><dd>12</dd>" in text


def test_a_foreign_record_answers_exactly_as_a_deleted_one(district):
    foreign = make_member("韩笑", district.there)
    gone = make_member("苏棠", district.here)
    data = opened(district.cadre, "member_update", gone) | {"identity_number": NUMBER}
    Member.objects.filter(pk=gone.pk).delete()
    answers_ = [sent(district.cadre, "member_update", record, data) for record in (foreign, gone)]
    assert [answer.status_code for answer in answers_] == [404, 404]
    assert answers_[0].content == answers_[1].content
    assert NUMBER not in answers_[0].content.decode()


@pytest.mark.sampled(3)
@pytest.mark.parametrize("version", ["", "x", "=", "employer", "employer=", "\0=\0", "employer=0 " * 2000])
def test_a_forged_version_is_a_stale_form(district, member, version):
    data = opened(district.office, "member_update", member) | {"employer": "望湖小学", "version": version}
    answer = sent(district.office, "member_update", member, data)
    assert answer.status_code == 409
    assert [each.label for each in answer.context["form"].conflict.differing] == ["工作单位"]


def test_a_version_tells_nothing_and_fits_one_user_and_record_alone(district, member):
    twin = make_member(branch=district.here, person=make_person("章程"), employer="清和科技", remark="旧备注")
    versions = [
        edit_conflicts.parse_version(opened(client, "member_update", record)["version"])
        for client, record in ((district.office, member), (district.cadre, member), (district.office, twin))
    ]
    assert len({version["employer"] for version in versions}) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", value) for value in versions[0].values())


@pytest.mark.cpu(6)
def test_every_form_that_changes_a_record_notices_a_change_in_between(district, promises):
    noticed = 0
    for url_name, (record, field, theirs, mine) in changeable(district).items():
        data = opened(district.office, url_name, record)
        assert sent(district.office, url_name, record, data | {field: theirs}).status_code == 302, url_name
        answer = sent(district.office, url_name, record, data | {field: mine})
        assert answer.status_code == 409, url_name
        (each,) = answer.context["form"].conflict.differing
        assert (each.name, each.stored, each.typed) == (field, theirs, mine)
        noticed += 1
    promises.add("G2", kinds=noticed)


@pytest.mark.cpu(4)
def test_an_unchanged_form_is_never_stale(district):
    for url_name, (record, *_) in changeable(district).items():
        data = opened(district.office, url_name, record)
        assert sent(district.office, url_name, record, data).status_code == 302, url_name


@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
@pytest.mark.cpu(4)
def test_of_two_who_save_at_once_one_is_asked():
    district = two_branches()
    member = make_member(branch=district.here)
    clients, outcomes = [district.office, browser_of(make_user("韩笑", district.root))], []
    for number in range(5):
        acts = [
            partial(sent, client, "member_update", member, data | {"employer": f"{name}{number}"})
            for name, client in zip("甲乙", clients, strict=True)
            for data in [opened(client, "member_update", member)]
        ]
        outcomes.append(sorted(answer.status_code for answer in at_once(acts)))
    assert outcomes == [[302, 409]] * 5
