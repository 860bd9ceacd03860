"""Pages of case files."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from assistance.actions import fix_volunteer
from assistance.models import Assistance, AssistedYouth, Pairing, Scholarship, ServicePlan
from orgs.models import User
from tests import factories
from tests.factories import make_assistance, make_grant, make_hub, make_person, make_volunteer
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.orgs.sign_in import signed_in_by_code
from tests.pages import listed, page, queries, refused, send, two_branches
from yl_district.audit.models import AccessEntry

IDENTITY_NUMBER = "11010519491231002X"


@made_once
def district():
    return two_branches()


def make_assisted_youth(organisation, name="白露", person=None, **fields):
    """A youth whose file is open to the office."""
    youth = factories.make_assisted_youth(organisation, name, person, **fields)
    make_grant(User.objects.get(name="林知秋"), youth.person)
    return youth


def make_scholarship(name="白露", student=None, **fields):
    """An application of a student whose file is open to the office."""
    scholarship = factories.make_scholarship(name, student, **fields)
    make_grant(User.objects.get(name="林知秋"), scholarship.student)
    return scholarship


def given(**fields):
    """A whole form of an assistance."""
    return {"held_on": "2017-06-01", "kind": "stationery"} | fields


BASIS = {"legal_basis": "guardian", "legal_basis_on": "2017-01-04"}


def test_youth_is_registered_corrected_and_taken_out(district):
    grant = make_grant(district.staff, make_person("白露"))
    typed = {"organisation": district.here.pk, "registered_on": "2017-01-05", "grade": "五年级"} | BASIS
    send(district.office, "assisted_youth_create", grant.pk, **typed, identity_number=IDENTITY_NUMBER)
    youth = AssistedYouth.objects.get()
    assert youth.person == grant.person
    answer = send(district.office, "assisted_youth_update", youth.pk, **typed | {"grade": "六年级"})
    assert "六年级" in answer.content.decode()
    closing = {"day": "2017-12-31", "removal_reason": "age"}
    assert "已办理出库，记录保留。" in send(district.office, "assisted_youth_end", youth.pk, **closing).content.decode()
    assert listed(district.office, "assisted_youth_list") == []
    assert listed(district.office, "assisted_youth_list", standing="no") == ["白*"]


def test_identity_numbers_are_masked(district):
    youth = make_assisted_youth(district.here, person=make_person("白露", identity_number=IDENTITY_NUMBER))
    pages = [("assisted_youth_list",), ("assisted_youth_detail", youth.pk), ("assisted_youth_update", youth.pk)]
    for name, *args in pages:
        text = page(district.office, name, *args)
        assert IDENTITY_NUMBER not in text
        assert "110105************" in text


def test_a_guardians_name_is_masked_with_the_childs_and_shown_whole_by_the_same_act(district):
    youth = make_assisted_youth(district.here, "白露", guardian="白建国", guardian_phone="13812345678")
    for name in ("assisted_youth_detail", "assisted_youth_update"):
        text = page(district.office, name, youth.pk)
        assert [word in text for word in ("白建国", "白**", "13812345678", "138****5678")] == [False, True] * 2
    kept = answers(shown_form(district.office.get(reverse("assisted_youth_update", args=[youth.pk]))))
    send(district.office, "assisted_youth_update", youth.pk, **kept)
    youth.refresh_from_db()
    assert (youth.guardian, youth.guardian_phone) == ("白建国", "13812345678")
    whole = reverse("record_unmask", args=["assistedyouth", youth.pk])
    shown = signed_in_by_code(district.staff).post(whole, {"reason": "走访慰问"})
    assert [word in shown.content.decode() for word in ("白建国", "13812345678")] == [True, True]
    assert AccessEntry.objects.filter(action="unmask", subject=f"assistance.assistedyouth:{youth.pk}").count() == 1


def test_wrong_youth_is_refused_in_words(district):
    grant = make_grant(district.staff, make_person("白露"))
    typed = {"organisation": str(district.here.pk), "registered_on": "2017-01-05"} | BASIS
    errors = refused(district.office, "assisted_youth_create", grant.pk, **typed, identity_number="110105194912310021")
    assert "校验码正确的身份证号" in errors["identity_number"]
    errors = refused(district.office, "assisted_youth_create", grant.pk, **typed, removed_on="2017-01-04")
    assert "不早于入库日期（2017-01-05）的日期" in errors["removed_on"]
    errors = refused(district.office, "assisted_youth_create", grant.pk, **typed | {"legal_basis": ""})
    assert errors == {"legal_basis": "请选择处理依据。"}
    factories.make_assisted_youth(district.there, person=grant.person)
    errors = refused(district.office, "assisted_youth_create", grant.pk, **typed)
    assert "该青少年" in errors["__all__"]


def test_youths_are_narrowed_by_every_condition(district):
    make_assisted_youth(district.here, "秦朗")
    youth = make_assisted_youth(district.there, "白露", bound_on=date(2017, 2, 1))
    ServicePlan.objects.create(youth=youth, year=2017)
    fix_volunteer(youth, make_volunteer(), date(2017, 1, 10))
    for query in (
        {"search": "bl"},
        {"organisation": district.there.pk},
        {"paired": "yes"},
        {"bound": "yes"},
        {"planned": "2017"},
    ):
        assert (query, listed(district.office, "assisted_youth_list", **query)) == (query, ["白*"])
    assert listed(district.office, "assisted_youth_list", paired="no") == ["秦*"]
    assert listed(district.office, "service_plan_list", search="bl", year="2017") == ["白*"]
    assert listed(district.office, "service_plan_list", year="2018") == []


def test_plan_is_kept_once_a_year(district):
    youth = make_assisted_youth(district.here)
    send(district.office, "service_plan_create", youth.pk, year="2017", goals="学业进步")
    errors = refused(district.office, "service_plan_create", youth.pk, year="2017", goals="身体健康")
    assert errors == {"__all__": "该帮扶对象这一年度已有服务计划书。"}
    answer = send(district.office, "service_plan_update", ServicePlan.objects.get().pk, year="2017", goals="身心健康")
    assert "身心健康" in answer.content.decode()
    assert "请填写年度。" in refused(district.office, "service_plan_create", youth.pk, year="")["year"]


def test_volunteer_is_fixed_replaced_and_ended(district):
    youth, first, second = make_assisted_youth(district.here), make_volunteer(name="顾清"), make_volunteer(name="章程")
    send(district.office, "pairing_create", youth.pk, volunteer=first.pk, day="2017-01-10")
    assert "现在的固定志愿者是顾清" in page(district.office, "pairing_create", youth.pk)
    send(district.office, "pairing_create", youth.pk, volunteer=second.pk, day="2017-07-01")
    assert list(Pairing.objects.order_by("pk").values_list("volunteer__person__name", "ended_on")) == [
        ("顾清", date(2017, 7, 1)),
        ("章程", None),
    ]
    send(district.office, "pairing_end", Pairing.objects.get(ended_on=None).pk, day="2017-12-31")
    assert youth.pairing_on(timezone.localdate()) is None


def test_only_standing_volunteers_are_offered_for_a_pairing_but_all_for_an_assistance_given(district):
    youth = make_assisted_youth(district.here)
    standing, former = make_volunteer(name="顾清"), make_volunteer(name="章程", left_on=date(2018, 3, 1))

    def offered(name, field, *args):
        return set(district.office.get(reverse(name, args=args)).context["form"].fields[field].queryset)

    assert offered("pairing_create", "volunteer", youth.pk) == {standing}
    assert offered("assistance_create", "volunteers") == {standing, former}


def test_volunteer_leaves_by_the_same_page_whether_or_not_a_youth_is_assisted(district):
    youth, paired, free = make_assisted_youth(district.here), make_volunteer(name="顾清"), make_volunteer(name="顾清")
    fix_volunteer(youth, paired, timezone.localdate())
    answers = [send(district.office, "volunteer_end", one.pk, day="2018-03-01") for one in (paired, free)]
    messages = [[str(message) for message in answer.context["messages"]] for answer in answers]
    assert messages == [["已办理退出，记录保留。"]] * 2
    assert "2018-03-01" in page(district.office, "assisted_youth_detail", youth.pk)


def test_wrong_pairing_is_refused_in_words(district):
    youth, volunteer = make_assisted_youth(district.here), make_volunteer()
    fix_volunteer(youth, volunteer, date(2017, 1, 10))
    errors = refused(district.office, "pairing_create", youth.pk, volunteer=str(volunteer.pk), day="2017-07-01")
    assert "已是固定志愿者" in errors["volunteer"]
    other = str(make_volunteer(name="章程").pk)
    errors = refused(district.office, "pairing_create", youth.pk, volunteer=other, day="2017-01-01")
    assert "不早于现有结对日期（2017-01-10）的日期" in errors["day"]
    errors = refused(district.office, "pairing_end", Pairing.objects.get().pk, day="2017-01-01")
    assert "不早于结对日期（2017-01-10）的日期" in errors["__all__"]


def test_assistance_is_logged_corrected_and_deleted(district):
    first, second = make_assisted_youth(district.here, "秦朗"), make_assisted_youth(district.there, "白露")
    volunteer = make_volunteer(make_hub(district.here))
    send(
        district.office, "assistance_create", **given(youths=[first.pk], volunteers=[volunteer.pk], content="送去书包")
    )
    assistance = Assistance.objects.get()
    assert (list(assistance.youths.all()), list(assistance.volunteers.all())) == ([first], [volunteer])
    assert "送去书包" in page(district.office, "assisted_youth_detail", first.pk)
    assert "送去书包" not in page(district.office, "assisted_youth_detail", second.pk)
    everyone = given(with_everyone="on", youths=[first.pk], content="送去书包")
    send(district.office, "assistance_update", assistance.pk, **everyone)
    assert (assistance.youths.count(), Assistance.objects.get().with_everyone) == (0, True)
    assert "送去书包" in page(district.office, "assisted_youth_detail", second.pk)
    send(district.office, "assistance_delete", assistance.pk)
    assert not Assistance.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({}, "youths", "请勾选受帮扶的对象，或勾选全部在库对象"),
        ({"youths": "9" * 30}, "youths", "所选帮扶对象在这一天不在库"),
        ({"with_everyone": "on", "held_on": "2016-12-31"}, "held_on", "请核对日期，或先登记帮扶对象"),
        ({"with_everyone": "on", "volunteers": "9" * 30}, "volunteers", "有效的选项"),
        ({"with_everyone": "on", "amount": "-1"}, "amount", "不小于 0 的金额"),
        ({"with_everyone": "on", "amount": "9" * 12}, "amount", "10"),
        ({"with_everyone": "on", "kind": ""}, "kind", "请选择类别。"),
        ({"with_everyone": "on", "held_on": "2117-01-01"}, "held_on", "日期"),
    ],
)
def test_wrong_assistance_is_refused_in_words(district, wrong, field, words):
    make_assisted_youth(district.here)
    assert words in refused(district.office, "assistance_create", **given(**wrong))[field]
    assert not Assistance.objects.exists()


def test_htmx_gets_the_register_of_the_day(district):
    make_assisted_youth(district.here, "秦朗", removed_on=date(2017, 6, 1))
    make_assisted_youth(district.here, "白露")

    def youths(day):
        address = reverse("assistance_create")
        answer = district.office.get(address, {"held_on": day}, headers={"hx-request": "true"}).content.decode()
        assert 'id="div_id_youths"' in answer
        return [name for name in ("秦*", "白*") if name in answer]

    assert (youths("2017-05-31"), youths("2017-06-01"), youths("昨天")) == (["秦*", "白*"], ["白*"], [])


def test_assistances_are_narrowed_by_every_condition(district):
    youth = make_assisted_youth(district.here)
    make_assistance(with_everyone=True)
    make_assistance([youth], held_on=date(2018, 3, 1), kind="training", form="visit")
    for query in (
        {"search": "白露"},
        {"kind": "training"},
        {"form": "visit"},
        {"year": "2018"},
        {"since": "2018-01-01"},
    ):
        assert (query, listed(district.office, "assistance_list", **query)) == (query, [date(2018, 3, 1)])
    assert listed(district.office, "assistance_list", until="2017-12-31") == [date(2017, 6, 1)]


def test_scholarship_is_applied_for_and_granted(district):
    grant = make_grant(district.staff, make_person("白露"))
    typed = {"year": "2017", "school": "柳林小学"}
    send(district.office, "scholarship_create", grant.pk, **typed)
    scholarship = Scholarship.objects.get()
    errors = refused(district.office, "scholarship_update", scholarship.pk, **typed, requested_amount="-400")
    assert "不小于 0 的金额" in errors["requested_amount"]
    Scholarship.objects.update(status="forwarded")
    errors = refused(district.office, "scholarship_decide", scholarship.pk, is_granted="yes", amount="400")
    assert errors["approved_on"] == "请填写批准日期。"
    decision = {"is_granted": "yes", "approved_on": "2017-09-01", "amount": "400"}
    answer = send(district.office, "scholarship_decide", scholarship.pk, **decision)
    assert "400" in answer.content.decode()


def test_student_applies_once_a_year(district):
    student = make_scholarship(student=make_person("白露", mobile="13800138000")).student
    grant = student.case_grants.get()
    typed = {"year": "2017", "status": "applied"}
    errors = refused(district.office, "scholarship_create", grant.pk, **typed)
    assert errors == {"__all__": "该学生这一年度已有申报。"}
    send(district.office, "scholarship_create", grant.pk, **typed | {"year": "2018"})


def test_scholarships_are_narrowed_by_every_condition(district):
    make_scholarship("秦朗")
    make_scholarship("白露", year=2018, status="refused", stage="junior", is_on_platform=True)
    for query in (
        {"search": "bl"},
        {"year": "2018"},
        {"status": "refused"},
        {"stage": "junior"},
        {"is_on_platform": "true"},
    ):
        assert (query, listed(district.office, "scholarship_list", **query)) == (query, ["白*"])


@pytest.mark.parametrize("query", [{"page": "9" * 12}, {"year": "abc"}, {"planned": "9" * 30}, {"organisation": "zzz"}])
def test_strange_addresses_give_the_list(district, query):
    youth = make_assisted_youth(district.here)
    make_assistance([youth])
    make_scholarship(student=youth.person)
    ServicePlan.objects.create(youth=youth, year=2017)
    for name in ("assisted_youth_list", "assistance_list", "scholarship_list", "service_plan_list"):
        assert (name, len(listed(district.office, name, **query))) == (name, 1)


@pytest.mark.cpu(4)
def test_queries_do_not_grow_with_rows(district):
    youth = make_assisted_youth(district.here)

    def add(number):
        for index in range(number):
            volunteer = make_volunteer(name=f"顾{index}")
            other = make_assisted_youth(district.here, f"白{index}")
            Pairing.objects.create(youth=youth, volunteer=volunteer, ended_on=date(2017, 6, 1))
            ServicePlan.objects.create(youth=other, year=2017)
            make_assistance([youth, other]).volunteers.set([volunteer])
            make_scholarship(student=other.person)

    def counts():
        lists = ("assisted_youth_list", "service_plan_list", "assistance_list", "scholarship_list", "assistance_create")
        counted = [queries(district.office, name) for name in lists]
        counted.append(queries(district.office, "assisted_youth_detail", youth.pk))
        return [*counted, queries(district.office, "assistance_detail", Assistance.objects.first().pk)]

    add(5)
    few = counts()
    add(45)
    assert counts() == few
