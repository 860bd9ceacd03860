"""Needs talks, and service plans from the first talk to the final review."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from assistance.actions import fix_volunteer
from assistance.models import FINAL, MIDYEAR, AssistedYouth, NeedsTalk, PlanAmendment, PlanMeasure, ServicePlan
from orgs.models import User
from tests import factories
from tests.factories import make_grant, make_needs_talk, make_volunteer
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import listed, page, queries, refused, send, two_branches
from yl_district.audit.models import AccessEntry

SIGNED = {"day": "2017-02-20", "family_party": "guardian", "volunteer_signer": "顾清", "office_signer": "林知秋"}


@made_once
def district():
    place = two_branches()
    place.youth = make_assisted_youth(place.here, guardian="白建国")
    return place


def make_assisted_youth(organisation, name="白露", **fields):
    """A youth whose file is open to the office."""
    youth = factories.make_assisted_youth(organisation, name, **fields)
    make_grant(User.objects.get(name="林知秋"), youth.person)
    return youth


def make_plan(youth, year=2017, **fields):
    """A plan with a goal."""
    return ServicePlan.objects.create(youth=youth, year=year, **{"goals": "学业进步"} | fields)


def signed_plan(youth, year=2017, **fields):
    """A plan signed in February of its year."""
    return make_plan(youth, year, **{"signed_on": date(year, 2, 20), "family_party": "guardian"} | fields)


def test_a_talk_is_noted_shown_with_who_asked_and_corrected(district):
    youth, volunteer = district.youth, make_volunteer(name="顾清")
    typed = {"held_on": "2017-01-12", "way": "phone", "spoken_with": "guardian", "needs": "课业辅导"}
    answer = send(district.office, "needs_talk_create", youth.pk, **typed).content.decode()
    assert [word in answer for word in ("课业辅导", "监护人", "林知秋", "还没有计划书回应")] == [True] * 4
    talk = NeedsTalk.objects.get()
    send(district.office, "needs_talk_update", talk.pk, **typed | {"needs": "心理陪伴", "volunteer": volunteer.pk})
    talk = NeedsTalk.objects.get()
    assert (talk.needs, str(talk.asker)) == ("心理陪伴", "顾清")


def test_wrong_talks_are_refused_in_words(district):
    errors = refused(district.office, "needs_talk_create", district.youth.pk, held_on="2999-01-01", needs="")
    assert sorted(errors) == ["held_on", "needs", "spoken_with", "way"]


def test_a_plan_begins_with_the_needs_told_since_the_last_one(district):
    youth, year = district.youth, timezone.localdate().year
    make_needs_talk(youth, held_on=date(year - 1, 1, 12), needs="旧的需求")
    signed_plan(youth, year - 1, signed_on=date(year - 1, 2, 20))
    make_needs_talk(youth, held_on=date(year - 1, 11, 3), needs="升学指导", way="visit", spoken_with="school")
    fields = answers(shown_form(district.office.get(reverse("service_plan_create", args=[youth.pk]))))
    assert fields["assessment"] == f"{year - 1}-11-03 走访入户（学校）：升学指导"
    assert fields["year"] == str(year)


def test_talks_to_which_no_plan_answers_are_told(district):
    youth = district.youth
    for day in (date(2016, 5, 4), date(2017, 1, 12), date(2017, 9, 1), date(2018, 3, 1)):
        make_needs_talk(youth, held_on=day)
    signed_plan(youth)
    make_plan(youth, 2018)
    unanswered = NeedsTalk.objects.before_any_plan()
    assert list(unanswered.values_list("held_on", flat=True)) == []
    ServicePlan.objects.get(year=2018).delete()
    assert sorted(unanswered.values_list("held_on", flat=True)) == [date(2017, 9, 1), date(2018, 3, 1)]


def test_youths_whose_needs_nobody_asked_for_in_a_year_are_found(district):
    make_needs_talk(make_assisted_youth(district.there, "秦朗"), held_on=date(2017, 12, 31))
    assert listed(district.office, "assisted_youth_list", unasked="2017") == ["白*"]
    assert listed(district.office, "assisted_youth_list", asked="2017") == ["秦*"]
    assert sorted(listed(district.office, "assisted_youth_list", unasked="2018")) == ["白*", "秦*"]


def test_measures_are_added_corrected_taken_out_and_ticked_off(district):
    plan = make_plan(district.youth)
    send(district.office, "plan_measure_create", plan.pk, content="课业辅导", due_on="2017-06", responsible="顾清")
    send(district.office, "plan_measure_create", plan.pk, content="送书")
    one, other = PlanMeasure.objects.all()
    send(district.office, "plan_measure_update", one.pk, content="每周辅导", due_on="2017-06", responsible="顾清")
    send(district.office, "plan_measure_delete", other.pk)
    send(district.office, "service_plan_sign", plan.pk, **SIGNED)
    answer = send(
        district.office, "plan_measure_done", one.pk, done_on="2017-06-20", result="成绩提高"
    ).content.decode()
    assert [word in answer for word in ("每周辅导", "2017-06", "2017-06-20", "成绩提高", "送书")] == [True] * 4 + [
        False
    ]


def test_a_measure_is_overdue_after_the_last_day_that_its_time_can_mean(district):
    measure = PlanMeasure(plan=make_plan(district.youth), content="送书", due_on=None)
    assert not measure.is_overdue_on(date(2018, 1, 1))
    measure.due_on = PlanMeasure._meta.get_field("due_on").to_python("2017-06")
    assert [measure.is_overdue_on(day) for day in (date(2017, 6, 30), date(2017, 7, 1))] == [False, True]
    measure.done_on = date(2017, 7, 5)
    assert not measure.is_overdue_on(date(2017, 8, 1))


def test_a_plan_is_signed_once_and_the_second_signing_shows_the_first(district):
    plan = make_plan(district.youth)
    fix_volunteer(district.youth, make_volunteer(name="顾清"), date(2017, 1, 10))
    form = answers(shown_form(district.office.get(reverse("service_plan_sign", args=[plan.pk]))))
    assert (form["volunteer_signer"], form["office_signer"], form["family_signer"]) == ("顾清", "林知秋", "")
    send(district.office, "service_plan_sign", plan.pk, **SIGNED)
    plan.refresh_from_db()
    assert (plan.signed_on, plan.family_signer) == (date(2017, 2, 20), "白建国")
    answer = district.office.post(reverse("service_plan_sign", args=[plan.pk]), form | SIGNED | {"day": "2017-03-01"})
    text = answer.content.decode()
    assert [
        word in text for word in ("2017-02-20 签订（监护人白**、志愿者顾清、团委林知秋）", 'value="2017-03-01"')
    ] == [True, True]
    assert ServicePlan.objects.get().signed_on == date(2017, 2, 20)
    errors = refused(district.office, "service_plan_sign", plan.pk, **SIGNED | {"day": "2017-03-01"})
    assert "尚未签订的计划书。这一份已于 2017-02-20 签订" in errors["__all__"]


def test_a_second_plan_of_a_year_shows_the_first_signature_and_keeps_what_was_typed(district):
    first = signed_plan(district.youth)
    address = reverse("service_plan_create", args=[district.youth.pk])
    form = answers(shown_form(district.office.get(address)))
    text = district.office.post(address, form | {"year": "2017", "goals": "另一目标"}).content.decode()
    assert [word in text for word in ("已于 2017-02-20 签订（监护人）", "另一目标", first.get_absolute_url())] == [
        True
    ] * 3
    assert ServicePlan.objects.count() == 1


def test_signed_texts_stay_and_change_only_by_an_amendment(district):
    plan = signed_plan(district.youth, assessment="")
    measure = plan.measure_rows.create(content="课业辅导")
    errors = refused(district.office, "service_plan_update", plan.pk, year="2017", goals="另一目标")
    assert "应为：与签订时相同的内容。" in errors["goals"]
    errors = refused(district.office, "plan_measure_update", measure.pk, content="送书")
    assert "计划书已签订，措施不再改写" in errors["content"]
    errors = refused(district.office, "plan_measure_create", plan.pk, content="送书")
    assert "新的措施写在变更中" in errors["__all__"]
    assert "措施不能删除" in district.office.post(reverse("plan_measure_delete", args=[measure.pk])).content.decode()
    # What the paper says and nobody had typed may still be copied.
    send(district.office, "service_plan_update", plan.pk, year="2017", goals="学业进步", assessment="低保家庭")
    typed = {
        "agreed_on": "2017-09-01",
        "reason": "搬家",
        "content": "改在社区辅导",
        "measure": "社区辅导",
        "due_on": "2017-12",
    }
    text = send(district.office, "service_plan_amend", plan.pk, **typed).content.decode()
    assert [word in text for word in ("搬家", "改在社区辅导", "社区辅导", "学业进步")] == [True] * 4
    assert [one.content for one in PlanMeasure.objects.all()] == ["课业辅导", "社区辅导"]


def test_wrong_amendments_are_refused_in_words(district):
    plan = make_plan(district.youth)
    typed = {"agreed_on": "2017-01-05", "reason": "搬家", "content": "改期"}
    assert "已签订的计划书" in refused(district.office, "service_plan_amend", plan.pk, **typed)["__all__"]
    ServicePlan.objects.filter(pk=plan.pk).update(signed_on=date(2017, 2, 20))
    errors = refused(district.office, "service_plan_amend", plan.pk, **typed, responsible="顾清")
    assert "不早于签订日期（2017-02-20）的日期" in errors["agreed_on"]
    assert errors["measure"] == "填写了完成时限或负责人，请写明具体措施。"
    assert PlanAmendment.objects.count() == 0


def test_a_signature_noted_by_mistake_is_taken_back_and_the_texts_open_again(district):
    plan = signed_plan(district.youth)
    send(district.office, "service_plan_correct", plan.pk, signed_on="", reason="登记有误")
    send(district.office, "service_plan_update", plan.pk, year="2017", goals="另一目标")
    assert [(one.signed_on, one.goals) for one in ServicePlan.objects.all()] == [(None, "另一目标")]


def test_a_plan_is_reviewed_in_midyear_and_at_the_end(district):
    plan = signed_plan(district.youth)
    midyear = {"midyear_on": "2017-07-04", "midyear_outcome": "partly", "midyear_finding": "数学提高"}
    final = {"final_on": "2017-12-05", "final_outcome": "reached", "final_next": "继续陪伴"}
    send(district.office, "service_plan_midyear", plan.pk, **midyear)
    text = send(district.office, "service_plan_final", plan.pk, **final).content.decode()
    assert [word in text for word in ("部分达成", "数学提高", "2017-12-05", "继续陪伴")] == [True] * 4


@pytest.mark.parametrize(
    ("name", "typed", "field", "words"),
    [
        ("midyear", {"midyear_on": "", "midyear_outcome": "partly"}, "midyear_on", "请填写年中回顾日期"),
        ("midyear", {"midyear_on": "2017-02-19", "midyear_outcome": "partly"}, "midyear_on", "不早于签订日期"),
        ("midyear", {"midyear_on": "2018-07-01", "midyear_outcome": "partly"}, "midyear_on", "2017 年的日期"),
        ("final", {"final_on": "2019-01-01", "final_outcome": "missed"}, "final_on", "2017 年或次年的日期"),
        ("final", {"final_on": "2017-12-05", "final_outcome": ""}, "final_outcome", "请选择年末目标达成"),
    ],
)
def test_wrong_reviews_are_refused_in_words(district, name, typed, field, words):
    plan = signed_plan(district.youth)
    assert words in refused(district.office, f"service_plan_{name}", plan.pk, **typed)[field]


def test_a_review_needs_a_signature_and_a_day(district):
    with pytest.raises(ValidationError, match="先有签订日期"):
        ServicePlan(youth=district.youth, year=2018, midyear_on=date(2018, 7, 1)).full_clean()
    with pytest.raises(ValidationError, match="年中回顾的日期"):
        ServicePlan(youth=district.youth, year=2019, midyear_finding="好").full_clean()


def test_reviews_are_due_from_july_and_december_until_they_are_held(district):
    plan = signed_plan(district.youth)
    days = [date(2017, 6, 30), date(2017, 7, 1), date(2017, 11, 30), date(2017, 12, 1)]
    assert [plan.reviews_due(day) for day in days] == [[], [MIDYEAR], [MIDYEAR], [MIDYEAR, FINAL]]
    due = ServicePlan.objects.with_review_due
    assert [due(day).count() for day in days] == [0, 1, 1, 1]
    ServicePlan.objects.update(midyear_on=date(2017, 7, 4))
    assert [due(day).count() for day in days] == [0, 0, 0, 1]
    ServicePlan.objects.update(final_on=date(2017, 12, 5))
    assert [due(day).count() for day in [*days, date(2018, 7, 1)]] == [0] * 5
    assert make_plan(make_assisted_youth(district.there, "秦朗")).reviews_due(date(2018, 1, 1)) == []


def test_a_case_page_asks_as_much_for_many_plans_and_talks_as_for_one(district):
    def fill(year):
        plan = signed_plan(district.youth, year)
        plan.measure_rows.create(content="辅导")
        make_needs_talk(district.youth, held_on=date(year, 1, 12), volunteer=make_volunteer())

    fill(2012)
    few = queries(district.office, "assisted_youth_detail", district.youth.pk)
    for year in range(2013, 2017):
        fill(year)
    assert queries(district.office, "assisted_youth_detail", district.youth.pk) == few


def test_looks_at_talks_plans_and_measures_are_in_the_log_and_closed_files_are_not_found(district):
    youth = factories.make_assisted_youth(district.there, "秦朗")
    plan = signed_plan(youth)
    closed = [
        *((f"service_plan_{name}", plan.pk) for name in "detail update sign correct amend midyear final".split()),
        *(
            (f"plan_measure_{name}", plan.measure_rows.create(content="辅导").pk)
            for name in "update done delete".split()
        ),
        ("plan_measure_create", plan.pk),
        ("needs_talk_create", youth.pk),
        ("needs_talk_update", make_needs_talk(youth).pk),
    ]
    statuses = {name: district.office.get(reverse(name, args=[key])).status_code for name, key in closed}
    assert statuses == dict.fromkeys(statuses, 404)
    own = signed_plan(district.youth)
    page(district.office, "service_plan_detail", own.pk)
    page(district.office, "plan_measure_done", own.measure_rows.create(content="辅导").pk)
    seen = AccessEntry.objects.filter(action="case_view").values_list("subject", flat=True)
    assert [one.split(":")[0] for one in seen] == ["assistance.planmeasure", "assistance.serviceplan"]
    assert AssistedYouth.objects.count() == 2
