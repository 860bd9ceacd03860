"""One record for each kind of form, for tests that apply to all forms."""

from datetime import date

from django.apps import apps

from activities.actions import add_sign_in
from activities.models import Activity, SignIn
from assistance.models import (
    Assistance,
    DistrictProject,
    NeedsTalk,
    Pairing,
    PlanAmendment,
    PlanMeasure,
    ProjectApplication,
    ServicePlan,
    Visit,
)
from members.models import Member
from orgs.models import Supply
from outreach.models import Contact
from reports.models import Report, Section
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_campaign,
    make_contact,
    make_district_project,
    make_grant,
    make_hub,
    make_hub_staff,
    make_liaison,
    make_link,
    make_member,
    make_needs_talk,
    make_pairing,
    make_partner,
    make_person,
    make_post,
    make_project_application,
    make_proof,
    make_report,
    make_scholarship,
    make_section,
    make_suggested_activity,
    make_supply,
    make_unit,
    make_unit_change,
    make_unit_contact,
    make_verification_round,
    make_visit,
    make_volunteer,
)
from youthhubs.models import HubYear

APPS = ["orgs", "members", "youthhubs", "activities", "assistance", "outreach", "reports"]


def below(base):
    """Every class that is built on `base`, however far below."""
    return [found for each in base.__subclasses__() for found in (each, *below(each))]


def kinds():
    """The kinds of records of the district, histories left out."""
    found = [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    return [model for model in found if not model.__name__.startswith("Historical")]


def stored():
    """Every value of every record."""
    return {
        (model._meta.label, row.pk, field.attname): getattr(row, field.attname)
        for model in kinds()
        for row in model._base_manager.all()
        for field in model._meta.concrete_fields
    }


def changeable(district):
    """One record behind every form that changes one, with a field of the form and two values that it takes."""
    cadre = make_post("陆远", district.here)
    liaison = make_liaison(district.here, make_post("严川", district.root, title="委员").person, date(2017, 7, 5))
    youth, scholarship = make_assisted_youth(district.here), make_scholarship("苏棠")
    for person in (youth.person, scholarship.student):
        make_grant(district.staff, person)
    plan = youth.plans.create(year=2017)
    reviews = {"midyear_on": date(2016, 7, 4), "midyear_outcome": "partly"}
    reviews |= {"final_on": date(2016, 12, 5), "final_outcome": "reached"}
    signed = youth.plans.create(year=2016, signed_on=date(2016, 3, 21), family_party="guardian", **reviews)
    application = make_project_application(youth, answer="approved", answered_on=date(2017, 3, 2))
    pairing = make_pairing(youth, visit_every=1, visit_rhythm="weeks")
    unit = make_unit(branch=district.here)
    hub = make_hub(district.here)
    attendance = add_sign_in(make_activity(district.here, "读书会"), make_person("秦朗"), "member")
    staff = make_hub_staff(make_hub(district.here))
    place = make_volunteer().places.create(hub=make_hub(district.here), started_on=date(2015, 3, 5))
    return {
        "organisation_update": (district.here, "address", "甲", "乙"),
        "unit_update": (unit, "address", "甲", "乙"),
        "unit_change_update": (make_unit_change(unit), "remark", "甲", "乙"),
        "unit_contact_update": (make_unit_contact(unit), "content", "甲", "乙"),
        "supply_update": (make_supply(district.here), "quantity", "2", "3"),
        "member_update": (make_member(branch=district.here), "employer", "甲", "乙"),
        "post_update": (cadre, "duties", "甲", "乙"),
        "liaison_update": (liaison, "started_on", "2017-07-06", "2017-07-07"),
        "hub_update": (hub, "opened_on", "2015-03-02", "2015-03-03"),
        "hub_year_update": (hub.years.get(), "director", "甲某", "乙某"),
        "hub_staff_update": (staff, "started_on", "2016-01-02", "2016-01-03"),
        "volunteer_update": (make_volunteer(hub), "employer", "甲", "乙"),
        "team_member_update": (place, "started_on", "2015-03-06", "2015-03-07"),
        "verification_round_update": (make_verification_round(district.root), "note", "甲", "乙"),
        "campaign_update": (make_campaign(), "forms", "甲", "乙"),
        "partner_update": (make_partner(), "remark", "甲", "乙"),
        "campaign_proof_update": (
            make_proof(make_campaign("宣讲月"), make_member(branch=district.here).person),
            "note",
            "甲",
            "乙",
        ),
        "activity_update": (make_activity(district.here), "venue", "甲", "乙"),
        "sign_in_presence": (attendance, "arrived", "14:05", "14:10"),
        "link_update": (make_link(cadre.person), "sector", "甲", "乙"),
        "contact_update": (make_contact(cadre.person, [make_link(cadre.person, "苏棠")]), "content", "甲", "乙"),
        "assisted_youth_update": (youth, "school", "甲校", "乙校"),
        "service_plan_update": (plan, "goals", "甲", "乙"),
        "service_plan_correct": (signed, "office_signer", "甲", "乙"),
        "service_plan_midyear": (signed, "midyear_finding", "甲", "乙"),
        "service_plan_final": (signed, "final_finding", "甲", "乙"),
        "plan_measure_update": (plan.measure_rows.create(content="辅导"), "responsible", "甲", "乙"),
        "plan_measure_done": (signed.measure_rows.create(content="辅导"), "result", "甲", "乙"),
        "needs_talk_update": (make_needs_talk(youth), "next_step", "甲", "乙"),
        "pairing_update": (pairing, "visit_every", "2", "3"),
        "visit_update": (make_visit(pairing), "observations", "甲", "乙"),
        "assistance_update": (make_assistance([youth]), "content", "甲", "乙"),
        "district_project_update": (application.project, "giver", "甲", "乙"),
        "project_application_update": (application, "purpose", "甲", "乙"),
        "suggested_activity_update": (make_suggested_activity(youth), "reason", "甲", "乙"),
        "scholarship_update": (scholarship, "school", "甲", "乙"),
        "section_update": (make_section(make_report(district.here)), "body", "甲", "乙"),
    }


def makeable(district):
    """Address, arguments, what is typed and the model of each kind of form that makes a record."""
    cadre = make_post("陆远", district.here)
    link = make_link(cadre.person)
    youth, volunteer = make_assisted_youth(district.here), make_volunteer(make_hub(district.here))
    paired = make_assisted_youth(district.here, "陶然")
    for each in (youth, paired):
        make_grant(district.staff, each.person)
    activity = make_activity(district.here)
    here, year = district.here.pk, {"year": "2018"}
    asked = {"project": make_district_project().pk, "asked_on": "2017-05-04", "answer": "waiting"}
    supply = {"issued_on": "2017-05-04", "item": "团旗", "quantity": "1", "organisation": here}
    talk = {"held_on": "2017-05-04", "way": "phone", "spoken_with": "guardian", "needs": "课业辅导"}
    member = {"name": "章程", "gender": "F", "birth_date": "1998-05-04", "branch": here, "status": "normal"}
    return [
        ("supply_create", [], supply, Supply),
        ("member_create", [], member, Member),
        (
            "activity_create",
            [],
            {"name": "读书会", "held_on": "2017-05-04", "type": activity.type_id, "host": here},
            Activity,
        ),
        ("sign_in_create", [activity.pk], {"name": "秦朗", "capacity": "other"}, SignIn),
        (
            "contact_create",
            [],
            {"cadre": cadre.person_id, "held_on": "2017-05-04", "form": "phone", "links": link.pk},
            Contact,
        ),
        (
            "assistance_create",
            [],
            {"held_on": "2017-05-04", "kind": "stationery", "youths": youth.pk},
            Assistance,
        ),
        ("service_plan_create", [youth.pk], year, ServicePlan),
        ("needs_talk_create", [youth.pk], talk, NeedsTalk),
        ("plan_measure_create", [youth.plans.create(year=2016).pk], {"content": "辅导"}, PlanMeasure),
        (
            "service_plan_amend",
            [youth.plans.create(year=2015, signed_on=date(2015, 3, 21)).pk],
            {"agreed_on": "2015-09-01", "reason": "搬家", "content": "改在社区辅导"},
            PlanAmendment,
        ),
        ("district_project_create", [], year | {"name": "微心愿"}, DistrictProject),
        ("project_application_create", [youth.pk], asked, ProjectApplication),
        ("hub_year_create", [volunteer.team.hub_id], year | {"tier": "ordinary"}, HubYear),
        ("report_create", [], {"place": here, "part": "q1", "year": "2017"}, Report),
        ("section_create", [make_report(district.here).pk], {"heading": "团员", "body": "{团员总数}"}, Section),
        ("pairing_create", [youth.pk], {"volunteer": volunteer.pk, "day": "2017-05-04"}, Pairing),
        ("visit_create", [make_pairing(paired).pk], {"planned_on": "2017-05-04"}, Visit),
    ]
