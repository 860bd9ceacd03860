"""Scholarships from the application to the thanks: steps in order, their days, papers, and who sees them."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from docx import Document

from assistance.models import SCHOLARSHIP_STEPS, Scholarship
from assistance.scholarship_papers import write_application, write_thanks
from tests import factories
from tests.factories import PASSWORD, make_grant, make_person
from tests.made_once import made_once
from tests.pages import browser_of, page, refused, send, two_branches
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db

NUMBER = "11010519491231002X"
STATES = ["applied", "reviewed", "forwarded", "granted", "refused", "paid"]
TYPED = {
    "review": {"reviewed_on": "2017-09-20", "reviewed_by": "地区团委", "review_opinion": "情况属实，同意上报"},
    "forward": {"forwarded_on": "2017-09-28"},
    "decide": {"is_granted": "yes", "approved_on": "2017-11-17", "amount": "400", "donor": "爱心人士"},
    "pay": {"paid_on": "2017-12-05", "paid_amount": "400", "payment_way": "transfer"},
    "thank": {"thanked_on": "2017-12-20", "thanks_way": "letter"},
}


@made_once
def place():
    """A district whose office may open the file of one student who is no assisted youth."""
    place = two_branches()
    place.student = make_person("白露明", identity_number=NUMBER)
    place.grant = make_grant(place.staff, place.student)
    return place


def make_scholarship(place, **fields):
    """The student's application of 15 September 2017."""
    return factories.make_scholarship(student=place.student, **{"applied_on": date(2017, 9, 15)} | fields)


def walk(place, scholarship, until="thank"):
    """Makes every step up to this one by its page."""
    for key, typed in TYPED.items():
        send(place.office, f"scholarship_{key}", scholarship.pk, **typed)
        if key == until:
            break
    scholarship.refresh_from_db()


def text_of(content):
    """All that a Word file says, in paragraphs and cells."""
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


@pytest.mark.both
def test_an_application_goes_through_every_step_to_the_thanks(place):
    scholarship, states = make_scholarship(place), []
    for key, typed in TYPED.items():
        assert scholarship.next_step == SCHOLARSHIP_STEPS[key]
        answer = send(place.office, f"scholarship_{key}", scholarship.pk, **typed)
        scholarship.refresh_from_db()
        states.append(scholarship.outcome)
        assert str(getattr(scholarship, SCHOLARSHIP_STEPS[key].day)) in answer.content.decode()
    assert states == ["初审", "上报", "批准", "已发放", "已致谢"]
    assert (scholarship.next_step, scholarship.donor) == (None, "爱心人士")


@pytest.mark.parametrize("key", SCHOLARSHIP_STEPS)
def test_no_step_is_made_out_of_turn(place, key):
    scholarship = make_scholarship(place)
    for state in STATES:
        Scholarship.objects.update(status=state, thanked_on=None)
        scholarship.refresh_from_db()
        if not scholarship.awaits(SCHOLARSHIP_STEPS[key]):
            errors = refused(place.office, f"scholarship_{key}", scholarship.pk, **TYPED[key])
            assert "按顺序办理的步骤" in errors["__all__"]
    assert getattr(Scholarship.objects.get(), SCHOLARSHIP_STEPS[key].day) is None


def test_a_step_is_refused_before_the_former_one(place):
    scholarship = make_scholarship(place)
    walk(place, scholarship, "review")
    errors = refused(place.office, "scholarship_forward", scholarship.pk, forwarded_on="2017-09-19")
    assert errors == {"forwarded_on": "应为：不早于初审日期（2017-09-20）的日期。请核对两个日期。"}
    ahead = timezone.localdate() + timedelta(1)
    assert (
        "到时再登记" in refused(place.office, "scholarship_forward", scholarship.pk, forwarded_on=ahead)["forwarded_on"]
    )


def test_a_refusal_needs_its_reason_and_a_grant_its_amount(place):
    scholarship = make_scholarship(place, status="forwarded")
    errors = refused(place.office, "scholarship_decide", scholarship.pk, is_granted="yes", approved_on="2017-11-17")
    assert "批准时填写资助金额" in errors["amount"]
    no = {"is_granted": "no", "approved_on": "2017-11-17"}
    assert "未批准的原因" in refused(place.office, "scholarship_decide", scholarship.pk, **no)["decision_note"]
    text = send(place.office, "scholarship_decide", scholarship.pk, **no, decision_note="名额已满").content.decode()
    scholarship.refresh_from_db()
    assert (scholarship.status, scholarship.next_step, "名额已满" in text) == ("refused", None, True)


def test_more_than_was_granted_is_paid_only_with_a_word_why(place):
    scholarship = make_scholarship(place)
    walk(place, scholarship, "decide")
    more = TYPED["pay"] | {"paid_amount": "500"}
    errors = refused(place.office, "scholarship_pay", scholarship.pk, **more)
    assert "不多于批准金额（400.00 元）的发放金额" in errors["paid_amount"]
    send(place.office, "scholarship_pay", scholarship.pk, **more, payment_note="捐助人追加 100 元")
    assert Scholarship.objects.get().paid_amount == 500


def test_a_step_that_somebody_else_has_just_made_is_not_made_twice(place):
    scholarship = make_scholarship(place)
    address = reverse("scholarship_review", args=[scholarship.pk])
    seen = place.office.get(address).context["form"]
    walk(place, scholarship, "review")
    late = TYPED["review"] | {"reviewed_by": "另一人", "version": seen.version, "submission": seen.submission}
    assert place.office.post(address, late).status_code == 409
    assert Scholarship.objects.get().reviewed_by == "地区团委"


@pytest.mark.both
def test_steps_are_taken_back_from_the_last_with_a_reason_in_the_history(place):
    scholarship = make_scholarship(place)
    walk(place, scholarship)
    states = []
    while scholarship.done_steps:
        send(place.office, "scholarship_undo", scholarship.pk, reason="日期登记有误")
        scholarship.refresh_from_db()
        states.append(scholarship.outcome)
    assert states == ["已发放", "批准", "上报", "初审", "申报"]
    empty = Scholarship(student=place.student, year=2017, applied_on=scholarship.applied_on)
    names = [name for step in SCHOLARSHIP_STEPS.values() for name in (step.day, *step.facts)]
    assert [getattr(scholarship, name) for name in names] == [getattr(empty, name) for name in names]
    reasons = scholarship.history.order_by("-history_id").values_list("history_change_reason", flat=True)
    assert set(reasons[:5]) == {"日期登记有误"}
    assert (
        "没有可以撤回的步骤" in refused(place.office, "scholarship_undo", scholarship.pk, reason="再撤一步")["__all__"]
    )


def test_what_former_years_only_say_was_forwarded_goes_back_to_the_application(place):
    scholarship = make_scholarship(place, status="forwarded")
    scholarship.take_back()
    assert scholarship.status == "applied"


@pytest.mark.parametrize(
    ("fields", "field", "expected"),
    [
        ({"status": "applied", "paid_on": date(2017, 12, 5)}, "paid_on", "状态为申报时不填发放日期"),
        ({"status": "granted"}, "approved_on", "状态为批准时填写批准日期"),
        ({"paid_amount": -1}, "paid_amount", "不小于 0 的金额"),
        ({"on_platform_from": date(2017, 9, 1)}, "is_on_platform", "在平台为“是”"),
        (
            {"is_on_platform": True, "on_platform_from": date(2017, 9, 1), "on_platform_until": date(2017, 9, 1)},
            "on_platform_until",
            "不早于进入平台日期",
        ),
    ],
)
def test_contradictory_facts_are_refused(place, fields, field, expected):
    scholarship = Scholarship(year=2017, student=place.student)
    for name, value in fields.items():
        setattr(scholarship, name, value)
    with pytest.raises(ValidationError) as refusal:
        scholarship.full_clean()
    assert expected in str(refusal.value.message_dict[field])


def test_students_are_on_the_platform_from_day_to_day(place):
    days = [date(2017, 9, 1), date(2017, 12, 1)]
    make_scholarship(place, is_on_platform=True, on_platform_from=days[0], on_platform_until=days[1])
    factories.make_scholarship("苏棠", is_on_platform=False)
    asked = [days[0] - timedelta(1), days[0], days[1] - timedelta(1), days[1]]
    assert [Scholarship.objects.on_platform_on(day).count() for day in asked] == [0, 1, 1, 0]


def test_the_form_of_a_correction_has_the_steps_that_are_done(place):
    scholarship = make_scholarship(place)
    walk(place, scholarship, "forward")
    form = place.office.get(reverse("scholarship_update", args=[scholarship.pk])).context["form"]
    days = [step.day for step in SCHOLARSHIP_STEPS.values()]
    assert [name for name in days if name in form.fields] == ["reviewed_on", "forwarded_on"]


def test_the_list_and_its_filter_say_what_is_due(place):
    scholarship = make_scholarship(place)
    found = {}
    for key in SCHOLARSHIP_STEPS:
        rows = place.office.get(reverse("scholarship_list"), {"due": key}).context["table"].rows
        found[key] = len(rows)
    assert found == dict.fromkeys(SCHOLARSHIP_STEPS, 0) | {"review": 1}
    assert "盖章后的申请表扫描件" in page(place.office, "scholarship_detail", scholarship.pk)


def test_the_paper_form_is_filled_from_the_record_and_blank_where_it_is_empty(place):
    scholarship = make_scholarship(place, school="柳林小学", hardship="单亲家庭", requested_amount=400)
    stream = BytesIO()
    write_application(scholarship, stream)
    text, section = text_of(stream.getvalue()), Document(stream).sections[0]
    told = ["白露明", NUMBER, "柳林小学", "单亲家庭", "400 元", "学校意见", "村、社区意见", "地区团委意见", "（盖章）"]
    assert [word for word in told if word not in text] == []
    assert (round(section.page_width.mm), round(section.page_height.mm), "None" in text) == (210, 297, False)


def test_papers_leave_out_what_no_word_file_takes(place):
    scholarship = make_scholarship(place, school="柳林\x01小学", amount=400, donor="爱心\ufffe人士")
    for write, told in ((write_application, "柳林小学"), (write_thanks, "尊敬的爱心人士：")):
        stream = BytesIO()
        write(scholarship, stream)
        assert told in text_of(stream.getvalue())


def test_the_letter_to_the_donor_names_the_student_by_the_surname_only(place):
    scholarship = make_scholarship(place, school="柳林小学", stage="primary", amount=400, donor="爱心人士甲")
    scholarship.paid_on = date(2017, 12, 5)
    stream = BytesIO()
    write_thanks(scholarship, stream)
    text = text_of(stream.getvalue())
    assert "尊敬的爱心人士甲" in text and "400 元，已于2017年12月5日发放给白同学（小学）" in text
    assert [word for word in ("白露", "柳林", NUMBER) if word in text] == []


def test_both_papers_are_handed_out_for_a_reason_and_logged(place):
    scholarship = make_scholarship(place)
    address = reverse("scholarship_application", args=[scholarship.pk])
    assert place.office.get(address).status_code == 302
    place.office.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/"})
    assert "因何工作需要打印" in refused(place.office, "scholarship_application", scholarship.pk, reason="无")["reason"]
    answer = place.office.post(address, {"reason": "申报盖章"})
    assert "白露明" in text_of(answer.content)
    early = refused(place.office, "scholarship_letter", scholarship.pk, reason="寄给捐助人")
    assert early["__all__"] == "奖学金还没有发放：请先登记发放，再打印感谢信。"
    Scholarship.objects.update(status="paid", approved_on=date(2017, 11, 17), paid_on=date(2017, 12, 5))
    letter = place.office.post(reverse("scholarship_letter", args=[scholarship.pk]), {"reason": "寄给捐助人"})
    assert "白露明" not in text_of(letter.content)
    logged = AccessEntry.objects.filter(action__in=["unmask", "export"]).order_by("number")
    subject = f"assistance.scholarship:{scholarship.pk}"
    assert [(one.action, one.subject, one.detail) for one in logged] == [
        ("unmask", subject, "申报盖章"),
        ("export", "希望之星（1+1）奖学金申请表.docx", subject),
        ("unmask", subject, "寄给捐助人"),
        ("export", "致捐助人的感谢信.docx", subject),
    ]


@pytest.mark.both
def test_without_a_grant_in_force_no_step_and_no_paper_is_to_be_had(place):
    scholarship = make_scholarship(place)
    colleague = browser_of(factories.make_user("专干乙", place.root, "staff"))
    place.grant.end(timezone.localdate())
    names = [*(f"scholarship_{key}" for key in SCHOLARSHIP_STEPS), "scholarship_undo", "scholarship_application"]
    names = [*names, "scholarship_letter", "scholarship_detail"]
    for client in (place.office, colleague):
        assert {client.get(reverse(name, args=[scholarship.pk])).status_code for name in names} == {404}
    answer = place.office.post(reverse("scholarship_review", args=[scholarship.pk]), TYPED["review"])
    assert (answer.status_code, Scholarship.objects.get().status) == (404, "applied")
