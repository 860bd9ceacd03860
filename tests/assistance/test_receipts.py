"""Goods that assistances gave, with partners, who signed for them, and the sheet to sign."""

from datetime import date
from importlib import import_module
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from docx import Document

from activities.actions import delete_partner
from activities.models import Partner
from assistance.actions import delete_assistance
from assistance.list_effects import write_assistance
from assistance.models import Assistance, AssistanceReceipt
from assistance.receipts import sign_for, take_back_receipt
from assistance.retention import due_files, make_nameless
from tests.factories import (
    make_assistance,
    make_assisted_youth,
    make_grant,
    make_partner,
    make_receipt,
    make_user,
)
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import browser_of, page, queries, refused, send, status, two_branches
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db

DAY, NEXT = date(2017, 6, 1), date(2017, 6, 2)
GOODS = {"goods": "运动服", "quantity": 1, "unit": "套"}


@made_once
def place():
    """A district whose office may open two of the three files of those in the register."""
    place = two_branches()
    place.youths = [
        make_assisted_youth(place.here, name, registered_on=date(2017, 1, 5), guardian=f"{name[0]}建国")
        for name in ("白露", "秦朗", "顾清")
    ]
    for youth in place.youths[:2]:
        make_grant(place.staff, youth.person)
    place.given = make_assistance(held_on=DAY, with_everyone=True, **GOODS)
    return place


def signed(place):
    """Who has signed, and by whose hand."""
    receipts = AssistanceReceipt.objects.order_by("youth")
    return [(one.youth.person.name, one.receiver, one.receiver_name) for one in receipts]


def ticked(*youths, **typed):
    """The answers of the form that says who has signed."""
    return {"youths": [one.pk for one in youths], "received_on": "2017-06-02", "receiver": "youth"} | typed


@pytest.mark.both
def test_all_whose_files_are_open_sign_at_once_and_the_page_says_who_has(place):
    first, second, _ = place.youths
    text = page(place.office, "assistance_detail", place.given.pk)
    assert "0/2 已签收（只计您可查阅的帮扶对象）" in text and text.count("未签收") == 2
    form = place.office.get(reverse("assistance_receipt_create", args=[place.given.pk])).context["form"]
    assert sorted(form.initial["youths"]) == [first.pk, second.pk]
    send(place.office, "assistance_receipt_create", place.given.pk, **ticked(first, second, receiver="guardian"))
    assert signed(place) == [("白露", "guardian", "白建国"), ("秦朗", "guardian", "秦建国")]
    text = page(place.office, "assistance_detail", place.given.pk)
    assert "2/2 已签收" in text and "监护人（白**）" in text and "白建国" not in text
    assert "运动服" in text and "receipts/create" not in text


@pytest.mark.both
def test_a_receipt_is_taken_back_for_a_reason_that_the_history_keeps(place):
    receipt = make_receipt(place.given, place.youths[0])
    assert "不少于 4 个字" in refused(place.office, "assistance_receipt_undo", receipt.pk, reason="错")["reason"]
    send(place.office, "assistance_receipt_undo", receipt.pk, reason="登记错了人")
    state = AssistanceReceipt.history.get(id=receipt.pk, history_type="-")
    assert (AssistanceReceipt.objects.count(), state.history_change_reason) == (0, "登记错了人")
    with pytest.raises(ValidationError, match="已由他人撤销"):
        take_back_receipt(receipt, "登记错了人")


@pytest.mark.both
def test_whoever_comes_second_is_told_and_nothing_is_doubled(place):
    first, second, _ = place.youths
    make_receipt(place.given, first)
    told = refused(place.office, "assistance_receipt_create", place.given.pk, **ticked(first, second))
    assert "已由他人登记签收" in told["youths"]
    with pytest.raises(ValidationError, match="白\\*已有签收登记"):
        sign_for(place.given, youths=[second, first], received_on=NEXT, receiver="youth")
    assert AssistanceReceipt.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        make_receipt(place.given, first)


def test_a_form_sent_twice_signs_once(place):
    address = reverse("assistance_receipt_create", args=[place.given.pk])
    token = place.office.get(address).context["form"].submission
    data = ticked(*place.youths[:2]) | {"submission": token}
    answers = [place.office.post(address, data, follow=True) for _ in range(2)]
    assert [answer.redirect_chain != [] for answer in answers] == [True, True]
    assert AssistanceReceipt.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"received_on": "2017-05-31"}, "received_on", "不早于帮扶日期（2017-06-01）的日期"),
        ({"receiver": "proxy"}, "receiver_name", "代领人的姓名"),
        ({"received_on": "2099-01-01"}, "received_on", "今天"),
        ({"receiver_name": "长" * 31}, "receiver_name", "现有 31 个字"),
    ],
)
def test_wrong_facts_are_refused_in_words_and_nothing_typed_is_lost(place, typed, field, words):
    told = refused(place.office, "assistance_receipt_create", place.given.pk, **ticked(place.youths[0], **typed))
    assert words in told[field]


def test_nobody_signs_for_what_was_not_given_to_them(place):
    named = make_assistance(place.youths[:1], held_on=DAY)
    late = make_assisted_youth(place.here, "陆遥", registered_on=NEXT)
    for assistance, youth in ((named, place.youths[1]), (place.given, late)):
        with pytest.raises(ValidationError, match="这次帮扶的对象"):
            AssistanceReceipt(assistance=assistance, youth=youth, received_on=NEXT, receiver="youth").full_clean()


def test_a_signed_assistance_keeps_its_day_and_receivers_until_they_are_taken_back(place):
    first, second, _ = place.youths
    named = make_assistance([first, second], held_on=DAY)
    make_receipt(named, first, received_on=NEXT)
    typed = {"held_on": "2017-06-03", "kind": "stationery", "youths": [first.pk, second.pk]}
    assert "签收日期（2017-06-02）" in refused(place.office, "assistance_update", named.pk, **typed)["held_on"]
    typed |= {"held_on": "2017-06-01", "youths": [second.pk]}
    assert "白*仍是帮扶对象" in refused(place.office, "assistance_update", named.pk, **typed)["youths"]
    with pytest.raises(ValidationError, match="仍然勾选"):
        write_assistance(named, [second], place.staff)
    with pytest.raises(ValidationError, match="先逐一撤销签收"):
        delete_assistance(named, place.staff)
    assert (
        "没有删除"
        in place.office.post(
            reverse("assistance_delete", args=[named.pk]), {"version": version(place, named)}
        ).content.decode()
    )
    assert (Assistance.objects.filter(pk=named.pk).exists(), named.is_worked_on) == (True, True)


def version(place, assistance):
    """The version that the page of its deletion holds."""
    return place.office.get(reverse("assistance_delete", args=[assistance.pk])).context["form"].version


@pytest.mark.both
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quantity": 2}, "goods"),
        ({"goods": "书包", "quantity": 0}, "quantity"),
        ({"goods": "书包", "unit": "个"}, "quantity"),
    ],
)
def test_a_number_needs_goods_and_a_unit_a_number(place, fields, field):
    typed = {"held_on": "2017-06-01", "kind": "stationery", "youths": [place.youths[0].pk]}
    assert field in refused(place.office, "assistance_create", **typed, **{k: str(v) for k, v in fields.items()})
    if "quantity" in fields:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_assistance(**fields)


@pytest.mark.both
def test_the_sheet_to_sign_names_everybody_whole_for_a_reason_and_is_logged(place):
    address = reverse("assistance_receipt_print", args=[place.given.pk])
    assert place.office.get(address).status_code == 302
    client = signed_in_by_code(place.staff)
    assert "不少于 4 个字" in client.post(address, {"reason": "签"}).content.decode()
    answer = client.post(address, {"reason": "发放物资签字"})
    [table] = Document(BytesIO(answer.content)).tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["序号", "姓名", "物资", "数量/金额", "签收日期", "签收人（签字）", "备注"]
    assert rows[1:] == [[str(n), name, "运动服", "1 套", "", "", ""] for n, name in ((1, "白露"), (2, "秦朗"))]
    told = AccessEntry.objects.filter(action__in=["unmask", "export"]).order_by("number")
    looks = [("unmask", f"assistance.assistedyouth:{one.pk}", "发放物资签字") for one in place.youths[:2]]
    given = ("export", f"领取签收表-{DAY}.docx", f"assistance.assistance:{place.given.pk}")
    assert [(one.action, one.subject, one.detail) for one in told] == [*looks, given]


@pytest.mark.both
def test_without_a_grant_there_is_no_receipt_and_no_sheet(place):
    named = make_assistance(place.youths[2:], held_on=DAY)
    receipt = make_receipt(place.given, place.youths[2])
    colleague = browser_of(make_user("专干乙", place.root, "staff"))
    for client in (place.office, colleague):
        assert status(client, "assistance_receipt_undo", receipt.pk) == 404
        assert status(client, "assistance_receipt_create", named.pk) == 404
        assert status(client, "assistance_receipt_print", named.pk) == 404
    assert "0/2 已签收" in page(place.office, "assistance_detail", place.given.pk)
    # Whom the assistance reached beside, nobody learns from a refusal.
    told = refused(place.office, "assistance_receipt_create", place.given.pk, **ticked(place.youths[2]))
    assert "顾" not in told["youths"]


def test_the_page_asks_as_often_whoever_has_signed(place):
    make_receipt(place.given, place.youths[0])
    first = queries(place.office, "assistance_detail", place.given.pk)
    make_receipt(place.given, place.youths[1])
    assert queries(place.office, "assistance_detail", place.given.pk) == first


def test_files_made_nameless_no_longer_say_who_signed(place):
    youth = place.youths[0]
    receipt = make_receipt(place.given, youth, receiver="guardian", receiver_name="白建国", note="补签")
    youth.remove(date(2017, 7, 3), "moved")
    day = date(2040, 1, 2)
    assert make_nameless(due_files(day), day) == 1
    for row in (AssistanceReceipt.objects.get(pk=receipt.pk), *AssistanceReceipt.history.filter(id=receipt.pk)):
        assert (row.receiver_name, row.note, row.received_on) == ("", "", DAY)


@pytest.mark.both
def test_partners_are_named_once_however_they_are_spelled_and_stay_while_they_are_named(place):
    known = make_partner("地区妇联")
    typed = {"held_on": "2017-06-01", "kind": "other", "youths": [place.youths[0].pk]}
    send(place.office, "assistance_create", **typed, partners="地区 妇联、社工站", goods="书包", quantity="1")
    assistance = Assistance.objects.latest("pk")
    assert (assistance.partner_names, Partner.objects.count()) == ("地区妇联、社工站", 2)
    assert "地区妇联、社工站" in page(place.office, "assistance_list")
    with pytest.raises(ValidationError, match="还有其他记录"):
        delete_partner(known)
    state = assistance.history.first()
    assert sorted(one.partner.name for one in state.partners.all()) == ["地区妇联", "社工站"]


@pytest.mark.parametrize(
    ("text", "names"),
    [("地区妇联、地区工会", ["地区妇联", "地区工会"]), ("无", []), ("，、", []), ("妇联;妇 联", ["妇联"])],
)
def test_texts_of_former_assistances_are_taken_apart_like_those_of_activities(text, names):
    migration = import_module("assistance.migrations.0022_goods_and_receipts")
    assert [*migration.of_activities.names_in(text).values()] == names
