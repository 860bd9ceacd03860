"""A volunteer without an account reports visits by a link that one phone takes, and learns nothing of the case."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assistance.models import PASS_WAITS, Assistance, Visit, VisitPass
from assistance.passes import PHONE_COOKIE
from tests.factories import make_assisted_youth, make_grant, make_pairing, make_person, make_visit, make_volunteer
from tests.made_once import made_once
from tests.pages import confirmed, page, send, status, two_branches
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db

OVER, TAKEN = "这个链接不能使用", "这一链接已在另一部手机上启用，请与地区团委联系。"


@made_once
def district():
    """A pairing since 2017, whose youth's file is open to the office."""
    place = two_branches()
    place.youth = make_assisted_youth(place.here, "欧阳春晓")
    place.pairing = make_pairing(place.youth)
    make_grant(place.staff, place.youth.person)
    return place


def issued(district, pairing=None):
    """The token and the code of a new link, as the one page shows them."""
    pairing = pairing or district.pairing
    answer = confirmed(district.office, reverse("visit_pass_create", args=[pairing.pk]), {})
    text = answer.content.decode()
    token = re.search(r"/volunteer-visits/open/#([\w-]{20,})<", text)[1]
    return SimpleNamespace(token=token, code=re.search(r"验证码 <strong>(\d{6})</strong>", text)[1])


def opened(link, phone=None, code=None):
    """The answer to a phone that opens a link and types a code."""
    data = {"token": link.token, "code": link.code if code is None else code}
    return (phone or Client()).post(reverse("visit_pass_open"), data)


def taking_phone(link):
    """A phone that has taken a link."""
    phone = Client()
    assert opened(link, phone).url == reverse("visit_report")
    return phone


def reported(phone, **said):
    """The answer to what a phone reports."""
    said = {"done_on": timezone.localdate().isoformat(), "way": "phone"} | said
    return phone.post(reverse("visit_report"), said)


def errors(answer):
    """The errors of a form on a phone, in words by field."""
    assert answer.status_code == 200
    return {name: "".join(found) for name, found in answer.context["form"].errors.items()}


@pytest.mark.both
def test_a_phone_takes_a_link_by_its_code_and_reports_a_visit_that_the_caseworker_counts(district):
    phone = taking_phone(issued(district))
    text = page(phone, "visit_report")
    assert ["欧阳同学" in text, "春晓" in text, str(district.here) in text] == [True, False, False]
    answer = reported(phone, observations="作业有进步", wishes="想补习数学")
    assert answer.url == reverse("visit_report_done")
    visit = Visit.objects.get()
    assert (visit.way, visit.observations, visit.wishes, visit.is_reported) == (
        "phone",
        "作业有进步",
        "想补习数学",
        True,
    )
    assert f"{timezone.localdate()} 电话" in page(phone, "visit_report")
    assert "作业有进步" not in page(phone, "visit_report")
    shown = page(district.office, "visit_detail", visit.pk)
    assert ["作业有进步" in shown, "走访链接" in shown] == [True, True]
    send(district.office, "visit_count", visit.pk, kind="training")
    assert Assistance.objects.get().visit == visit


@pytest.mark.both
def test_a_report_answers_the_plan_that_fits(district):
    today = timezone.localdate()
    first = make_visit(district.pairing, planned_on=today - timedelta(days=40), done_on=None, way="")
    second = make_visit(district.pairing, planned_on=today - timedelta(days=1), done_on=None, way="")
    reported(taking_phone(issued(district)))
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.done_on, second.is_reported, first.done_on, Visit.objects.count()) == (today, True, None, 2)


def test_only_the_phone_that_took_a_link_opens_it_again(district):
    link = issued(district)
    phone = taking_phone(link)
    assert opened(link, phone, "").url == reverse("visit_report")
    for code in ("", link.code, "000000"):
        answer = opened(link, code=code)
        assert (answer.status_code, TAKEN in answer.content.decode()) == (409, True)


def ended_by_pairing(district):
    district.pairing.end(timezone.localdate())


def ended_by_volunteer(district):
    district.pairing.volunteer.leave(timezone.localdate())


def ended_by_removal(district):
    district.youth.remove(timezone.localdate())


def ended_by_hand(district):
    send(district.office, "visit_pass_end", district.pairing.pk)


def replaced(district):
    issued(district)


ENDS = [ended_by_pairing, ended_by_volunteer, ended_by_removal, ended_by_hand, replaced]


@pytest.mark.both
@pytest.mark.parametrize("end", ENDS)
def test_a_link_that_has_ended_answers_as_one_that_never_was(district, end):
    link = issued(district)
    phone = taking_phone(link)
    never = opened(SimpleNamespace(token="x" * 32, code="123456"))
    assert (never.status_code, OVER in never.content.decode()) == (410, True)
    end(district)
    answers = [opened(link), opened(link, code=""), opened(link, phone), phone.get(reverse("visit_report"))]
    answers += [reported(phone), Client().get(reverse("visit_report"))]
    assert {(answer.status_code, answer.content) for answer in answers} == {(410, never.content)}
    assert Visit.objects.count() == 0


def test_a_link_that_no_phone_took_in_time_has_ended(district):
    link = issued(district)
    VisitPass.objects.update(issued_at=timezone.now() - PASS_WAITS)
    assert opened(link).status_code == 410
    assert "逾期没有启用" in page(district.office, "pairing_detail", district.pairing.pk)


def test_no_link_is_made_where_none_could_be_used(district):
    district.youth.remove(timezone.localdate())
    answer = district.office.post(reverse("visit_pass_create", args=[district.pairing.pk]))
    assert "不能生成走访链接" in answer.content.decode()
    assert VisitPass.objects.count() == 0


def test_wrong_codes_end_after_five_tries_whatever_is_typed_then(district):
    link = issued(district)
    wrong = "000000" if link.code != "000000" else "111111"
    answers = [opened(link, code=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert errors(answers[0]) == {"code": "验证码不正确，请核对链接旁边的六位数字。"}
    assert "试的次数太多" in answers[5].content.decode()
    assert opened(link).status_code == 429
    taking_phone(issued(district))


def test_tokens_cannot_be_guessed_without_end(district, settings):
    settings.GUESSES_PER_ADDRESS = 3
    link = issued(district)
    answers = [opened(SimpleNamespace(token=f"{number}" * 32, code="")) for number in range(4)]
    assert [answer.status_code for answer in answers] == [410] * 3 + [429]
    assert opened(link).status_code == 429


def test_a_forged_or_changed_cookie_opens_nothing(district):
    phone = taking_phone(issued(district))
    phone.cookies[PHONE_COOKIE] = phone.cookies[PHONE_COOKIE].value[:-1] + "_"
    assert phone.get(reverse("visit_report")).status_code == 410


def test_the_cookie_is_read_by_no_script_and_goes_to_these_pages_alone(district):
    cookie = opened(issued(district)).cookies[PHONE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", reverse("visit_report"))


def test_a_phone_of_two_pairings_says_whom_the_visit_was_paid(district):
    other = make_pairing(make_assisted_youth(district.there, "白露"), district.pairing.volunteer)
    make_grant(district.staff, other.youth.person)
    phone = taking_phone(issued(district))
    opened(issued(district, other), phone)
    assert errors(reported(phone)) == {"visit_pass": "请选择走访了谁。"}
    standing = other.visit_passes.get()
    assert reported(phone, visit_pass=standing.pk).status_code == 302
    assert Visit.objects.get().pairing == other
    foreign = make_pairing(make_assisted_youth(district.there, "秦朗"), make_volunteer(None, "韩笑"))
    VisitPass.issue(foreign, district.staff)
    assert "visit_pass" in errors(reported(phone, visit_pass=foreign.visit_passes.get().pk))


def test_the_same_report_sent_twice_is_one_visit_and_another_of_that_day_is_asked_about(district):
    phone = taking_phone(issued(district))
    for _ in range(2):
        assert reported(phone, observations="近况良好").status_code == 302
    assert "还没有填报过这种方式走访的日期" in errors(reported(phone, observations="又去了"))["done_on"]
    assert Visit.objects.count() == 1
    assert reported(phone, way="visit").status_code == 302


WRONG = {
    "no way": ({"way": ""}, "way", "请选择方式。"),
    "no such way": ({"way": "fax"}, "way", "fax"),
    "no day": ({"done_on": ""}, "done_on", "请填写走访日期。"),
    "no such day": ({"done_on": "2017-02-30"}, "done_on", "请填写真实存在的日期"),
    "in the future": ({"done_on": "2100-01-01"}, "done_on", "请填写不晚于今天"),
    "far back": ({"done_on": "2017-03-01"}, "done_on", "更早的走访请告诉地区团委登记"),
    "too long": ({"observations": "长" * 2001}, "observations", "2000"),
    "a control character": ({"wishes": "甲\x0b乙"}, "wishes", "不可见的控制字符"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_report_is_refused_in_words_with_all_that_was_typed(district, case):
    typed, field, words = WRONG[case]
    answer = reported(taking_phone(issued(district)), **{"observations": "近况良好"} | typed)
    assert words in errors(answer)[field]
    assert typed.get("observations", "近况良好") in answer.content.decode()
    assert Visit.objects.count() == 0


def test_a_report_from_before_the_pairing_is_refused(district):
    district.pairing.started_on = timezone.localdate()
    district.pairing.save()
    yesterday = timezone.localdate() - timedelta(days=1)
    found = errors(reported(taking_phone(issued(district)), done_on=yesterday.isoformat()))
    assert "不早于结对日期" in found["done_on"]


def test_reports_by_one_link_are_counted(district, monkeypatch):
    monkeypatch.setattr("assistance.passes.MOST_REPORTS", 2)
    phone = taking_phone(issued(district))
    answers = [reported(phone, way=way) for way in ("phone", "visit", "online")]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "填报的次数太多" in answers[2].content.decode()


def test_making_taking_using_and_ending_a_link_stand_in_the_log_without_its_secrets(district):
    link = issued(district)
    phone = taking_phone(link)
    page(phone, "visit_report")
    ended_by_hand(district)
    told = AccessEntry.objects.filter(detail__in=["生成走访链接", "在手机上启用", "填报走访", "停用走访链接"])
    assert [(entry.detail, entry.who) for entry in told.order_by("number")] == [
        ("生成走访链接", district.staff.username),
        ("在手机上启用", "走访链接"),
        ("填报走访", "走访链接"),
        ("停用走访链接", district.staff.username),
    ]
    logged = " ".join(f"{entry.subject} {entry.detail}" for entry in AccessEntry.objects.all())
    assert [secret in logged for secret in (link.token, link.code)] == [False, False]


def test_neither_token_nor_code_nor_phone_is_kept(district):
    link = issued(district)
    phone = taking_phone(link)
    kept = " ".join(str(value) for row in VisitPass.objects.values() for value in row.values())
    cookie = phone.cookies[PHONE_COOKIE].value
    assert [secret in kept for secret in (link.token, link.code, cookie)] == [False] * 3
    assert VisitPass.objects.get().code_digest == ""


def test_the_pages_of_volunteers_are_kept_by_nobody(district):
    phone = taking_phone(issued(district))
    for answer in (phone.get(reverse("visit_report")), phone.get(reverse("visit_pass_open"))):
        told = {name: answer[name] for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy")}
        assert told == {
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow",
            "Referrer-Policy": "same-origin",
        }


def test_a_link_of_a_file_that_is_not_open_is_made_by_nobody(district):
    other = make_pairing(make_assisted_youth(district.there, person=make_person("秦朗")))
    for name in ("visit_pass_create", "visit_pass_end"):
        assert (status(district.office, name, other.pk), status(district.cadre, name, other.pk)) == (404, 404)


def test_nobody_without_the_phone_and_the_code_is_told_of_a_case(district):
    link, never = issued(district), SimpleNamespace(token="x" * 32, code="")
    wrong = "000000" if link.code != "000000" else "111111"
    told = {"never": opened(never), "first": opened(link, code=""), "wrong code": opened(link, code=wrong)}
    taking_phone(link)
    told |= {"another phone": opened(link), "no link": Client().get(reverse("visit_report"))}
    volunteer = district.pairing.volunteer.person.name
    words = ("欧", "同学", volunteer, str(district.here), "帮扶", "个案", "未成年")
    texts = {case: answer.content.decode() for case, answer in told.items()}
    found = {case: [word for word in words if word in text] for case, text in texts.items()}
    assert found == {case: [] for case in told}
    titles = {case: re.search(r"<title>(.*?) · ", text)[1] for case, text in texts.items()}
    over = "链接不能使用"
    assert titles == {"never": over, "no link": over, "another phone": "链接已启用"} | dict.fromkeys(
        ("first", "wrong code"), "走访链接"
    )
