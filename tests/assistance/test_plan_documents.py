"""The Word form of a service plan: what is in it, who gets it, and what the log tells."""

from datetime import date
from io import BytesIO

from django.urls import reverse
from docx import Document

from assistance.actions import fix_volunteer
from assistance.models import ServicePlan
from assistance.plan_documents import write_plan
from tests.factories import make_assisted_youth, make_grant, make_volunteer
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import two_branches
from yl_district.audit.models import AccessEntry

DAY = date(2017, 2, 20)


@made_once
def district():
    place = two_branches()
    place.youth = make_assisted_youth(place.here, "白露", guardian="白建国", guardian_phone="13812345678")
    fix_volunteer(place.youth, make_volunteer(name="顾清"), date(2017, 1, 10))
    place.plan = ServicePlan.objects.create(youth=place.youth, year=2017, goals="学业进步\n每月一次帮扶")
    return place


def words_of(content):
    """All text of a Word file, tables first."""
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(paragraph.text for paragraph in document.paragraphs)])


def written(plan):
    """The text of the file of a plan as it is stored."""
    stream = BytesIO()
    write_plan(ServicePlan.objects.get(pk=plan.pk), DAY, stream)
    return words_of(stream.getvalue())


def test_what_is_not_filled_in_has_lines_to_write_on(district):
    text = written(district.plan)
    assert [word in text for word in ("白露", "白建国", "13812345678", "顾清", "学业进步")] == [True] * 5
    assert "本人或监护人：＿＿＿＿＿＿＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日" in text
    assert text.count("□达成　□部分达成　□未达成") == 2
    assert text.count("＿" * 36) == 3 + 1 + 4


def test_what_was_agreed_signed_done_and_found_stands_in_its_place(district):
    plan = district.plan
    plan.sign(DAY, "guardian", volunteer_signer="顾清", office_signer="林知秋")
    plan.measure_rows.create(content="每周辅导", done_on=date(2017, 6, 20), result="成绩提高")
    plan.amendments.create(agreed_on=date(2017, 9, 1), reason="搬家", content="改在社区")
    plan.midyear_on, plan.midyear_outcome, plan.midyear_finding = date(2017, 7, 4), "partly", "数学提高"
    plan.save()
    text = written(plan)
    assert "监护人：白建国　　日期：2017-02-20" in text
    assert "日期：2017-07-04　　目标：□达成　☑部分达成　□未达成" in text
    told = ("每周辅导", "2017-06-20　成绩提高", "2017-09-01　原因：搬家", "变更内容：改在社区", "数学提高")
    assert [word in text for word in told] == [True] * 5


def test_texts_that_no_word_file_takes_are_left_out(district):
    district.plan.goals = "学业\x01进步"
    district.plan.save()
    assert "学业进步" in written(district.plan)


def test_the_file_goes_to_whoever_confirms_and_says_why_and_both_are_logged(district):
    make_grant(district.staff, district.youth.person)
    address = reverse("service_plan_print", args=[district.plan.pk])
    client = signed_in_by_code(district.staff)
    assert "不少于 4 个字" in client.post(address, {"reason": "签"}).content.decode()
    answer = client.post(address, {"reason": "交家庭签字"})
    assert "白露" in words_of(answer.content)
    assert "filename*=UTF-8''%E9%98%B3" in answer["Content-Disposition"]
    assert "%E7%99%BD" not in answer["Content-Disposition"]
    told = AccessEntry.objects.filter(action__in=["unmask", "export"]).order_by("number")
    assert [(one.action, one.detail) for one in told] == [
        ("unmask", "交家庭签字"),
        ("export", f"assistance.serviceplan:{district.plan.pk}"),
    ]
    assert district.cadre.get(address).status_code == 404
