"""A district of two committees with every kind of record in each, and one user per role, for tests of access."""

import json
from datetime import date, timedelta
from functools import partial
from itertools import count
from types import SimpleNamespace

from django.apps import apps
from django.db.models import CharField, TextField
from django.test import Client
from django.utils import timezone

from activities.actions import add_sign_in
from activities.models import ActivityType, Arrival, Campaign, Partner
from assistance.actions import fix_volunteer
from assistance.models import CaseGrant, CaseGrantRound, DistrictProject, ServicePlan, VisitPass
from members.models import Namesakes, Person, PersonMerge, Proposal, Verification
from orgs.roles import RoleKind
from reports.models import AssessmentStep, Explanation, PlatformEntry, Section, Target, WordLayout
from reports.printing.word import TEMPLATE
from yl_district.fields import is_masked
from yl_district.importing.models import ImportBatch
from yl_district.pinyin import SearchTextField
from yl_district.privacy.encryption import BlindIndexField, EncryptedJSONField
from yl_district.privacy.sealed_facts import SealedFactsField
from yl_district.privacy.sealed_links import SealedKeyField

from . import factories
from .pages import browser_of

VIEWERS = [
    "anonymous",
    "cadre",
    "hub_operator",
    "staff",
    "caseworker",
    "leader",
    "administrator",
    "auditor",
    "office",
    "nobody",
]

APPS = ["yl_district", "orgs", "members", "youthhubs", "activities", "assistance", "outreach", "reports"]
NAMES = {"own": "柳林", "foreign": "槐荫"}
# Of each side's numbers the head of an identity number, and head and tail of a phone: what a mask leaves to be seen.
REGIONS = {"own": "110105", "foreign": "650103"}
PHONES = {"own": ("139", "2468"), "foreign": ("199", "7531")}
# Behind every canary, so that a page which lets a text through as it stands is noticed.
MARKUP = "<i>\"'&"
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
numbers = count(1)


def identity_number(side, born=date(1998, 5, 4)):
    """Another identity number of a side, right to its check digit."""
    body = f"{REGIONS[side]}{born:%Y%m%d}{next(numbers) % 1000:03}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def phone(side):
    """Another phone number of a side."""
    head, tail = PHONES[side]
    return f"{head}{next(numbers) % 10_000:04}{tail}"


def canaries(side):
    """What tells that a page shows something of a side: its mark, its organisations, its numbers, masked or whole."""
    head, tail = PHONES[side]
    return rf"秘{side}\w*|{NAMES[side]}|{head}(?:\*{{4}}|\d{{4}}){tail}|{REGIONS[side]}(?:\*{{8}}|\d{{8}})"


def text_columns():
    """Every column of free text of every kind of record, histories and what is derived from other columns left out."""
    for model in (model for app in APPS for model in apps.get_app_config(app).get_models()):
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, (CharField, TextField)) and not field.choices
            is_derived = isinstance(field, (SearchTextField, BlindIndexField, SealedFactsField, SealedKeyField))
            is_text = is_text and not isinstance(field, EncryptedJSONField)
            if is_text and not is_derived and not model.__name__.startswith("Historical"):
                yield model, field


def marked(side, words, end="", markup=MARKUP):
    """A text of a side."""
    return f"秘{side}{words}{markup}{end}"


def mark_texts(row, side, markup=MARKUP):
    """Gives every text column that a record leaves empty a canary, the label behind the mark; numbers get numbers."""
    for model, field in text_columns():
        if isinstance(row, model) and not getattr(row, field.attname):
            setattr(row, field.attname, canary(field, side, markup))
    if isinstance(row, Person):
        # Of which each person has one of their own.
        row.document_kind, row.document_number = "passport", f"P{row.pk}{phone(side)}"
    row.save()


def canary(field, side, markup=MARKUP):
    """What a text column of a side holds."""
    if field.name == "identity_number":
        return identity_number(side)
    if is_masked(field):
        return phone(side)
    text = marked(side, field.verbose_name, markup=markup)
    return text if len(text) <= (field.max_length or len(text)) else f"秘{side}"[: field.max_length]


def district(markup=MARKUP, sides=("own", "foreign")):
    """The root with a committee called `own`, in which most viewers hold their roles, and one called `foreign`.

    `markup` stands behind every text that the functions below put into it; `sides` is the order of the committees.
    """
    root = factories.make_organisation(f"清河地区团工委{markup}", category="working_committee", domain="office")
    place = SimpleNamespace(root=root, markup=markup)
    for side in sides:
        name = NAMES[side]
        committee = factories.make_organisation(f"{name}街道团工委{markup}", root, category="working_committee")
        branches = [factories.make_organisation(f"{name}{number}社区团支部{markup}", committee) for number in "一二"]
        for organisation in (committee, *branches):
            organisation.refresh_from_db()
            mark_texts(organisation, side, markup)
        setattr(place, side, SimpleNamespace(committee=committee, branch=branches[0], other_branch=branches[1]))
    return place


def viewers(place):
    """A client for each viewer; each user stands in `place.users` by the same name."""
    committee, branch = place.own.committee, place.own.branch
    roles = {
        "cadre": (branch, RoleKind.CADRE),
        "hub_operator": (branch, RoleKind.HUB_OPERATOR),
        "staff": (committee, RoleKind.STAFF),
        "caseworker": (committee, RoleKind.CASEWORKER),
        "leader": (committee, RoleKind.LEADER),
        "administrator": (committee, RoleKind.ADMINISTRATOR),
        "auditor": (place.root, RoleKind.AUDITOR),
        "office": (place.root, RoleKind.STAFF),
        "nobody": (None, None),
    }
    place.users = {name: factories.make_user(f"用户{name}{place.markup}", *role) for name, role in roles.items()}
    return {"anonymous": Client()} | {name: browser_of(user) for name, user in place.users.items()}


def records(place, side, user=None, caseworker=None, *, with_cases=True):
    """One record of each kind in a committee; its cadre signs in as `user`, its case file is open to `caseworker`."""
    here = getattr(place, side)
    mark = partial(marked, side, markup=place.markup)
    post = factories.make_post(
        organisation=here.branch,
        person=factories.make_person(mark("干"), user=user),
        title=mark("职务"),
        duties=mark("职责"),
        remark=mark("任职备注"),
    )
    committee = factories.make_post(organisation=here.committee, person=factories.make_person(mark("委")), title="委员")
    member = factories.make_member(mark("团员"), here.branch, employer=mark("单位"), remark=mark("团员备注"))
    unit = factories.make_unit(
        mark("公司"),
        branch=here.branch,
        contact_name=mark("联系人"),
        secretary_name=mark("书记人选"),
        address=mark("地址"),
        remark=mark("单位备注"),
    )
    hub = factories.make_hub(here.branch, mark("青年汇"))
    volunteer = factories.make_volunteer(hub, mark("志愿者"), employer=mark("志愿单位"), remark=mark("志愿备注"))
    activity = factories.make_activity(here.branch, mark("活动"), hub=hub, venue=mark("地点"), content=mark("内容"))
    activity.partners.add(shared_partner())
    link = factories.make_link(post.person, mark("青年"), employer=mark("青年单位"), remark=mark("联系备注"))
    proposal = Proposal.objects.create(
        member=member,
        kind=Proposal.Kind.LEAVE,
        day=date(2018, 1, 1),
        status="resigned",
        note=mark("申请说明"),
        proposed_at=timezone.now(),
        proposed_by=user or factories.make_user(mark("申请人"), here.branch, RoleKind.CADRE),
    )
    found = {
        "import_batch": ImportBatch.objects.create(
            kind="members", file_name=mark("名单", ".xlsx"), user=getattr(place, "users", {}).get("office")
        ),
        "organisation": here.branch,
        "unit": unit,
        "unit_change": factories.make_unit_change(unit, handled_by=mark("经办人"), remark=mark("变更")),
        "unit_contact": factories.make_unit_contact(
            unit, content=mark("联络"), next_step=mark("下一步"), next_on=date(2017, 7, 1)
        ),
        "supply": factories.make_supply(here.branch, item=mark("物资")),
        "person": member.person,
        "member": member,
        "proposal": proposal,
        "verification_round": factories.make_verification_round(
            here.committee, proposal.proposed_by, name=mark("核实"), note=mark("要求")
        ),
        "post": post,
        "liaison": factories.make_liaison(here.branch, committee.person),
        "hub": hub,
        "hub_year": hub.years.get(),
        "hub_staff": factories.make_hub_staff(hub, mark("负责人")),
        "volunteer": volunteer,
        "team_member": volunteer.team,
        "volunteer_person": volunteer.person,
        "activity": activity,
        "planned_activity": factories.make_activity(
            here.branch, mark("计划"), hub=hub, state="planned", held_on=timezone.localdate() + timedelta(days=30)
        ),
        "sign_in": add_sign_in(activity, factories.make_person(mark("签到")), "other"),
        "sign_in_code": factories.make_sign_in_code(activity, user),
        "arrival": Arrival.objects.create(activity=activity, name=mark("扫码"), mobile=phone(side)),
        "link": link,
        "cadre": post.person,
        "contact": factories.make_contact(post.person, [link], content=mark("谈话")),
        "account": factories.make_user(mark("账号"), here.branch, RoleKind.CADRE, phone(side)),
        "activity_type": ActivityType.objects.get_or_create(key="sports")[0],
        "campaign": shared_campaign(),
        "partner": shared_partner(),
        "campaign_proof": factories.make_proof(shared_campaign(), member.person, note=mark("证明")),
        "target": Target.objects.create(year=2017 + (side == "own"), task=mark("任务"), figure="members", value=9),
        "platform_entry": PlatformEntry.objects.create(
            platform=mark("平台"), subject="organisation", organisation=here.branch, entered_on=date(2017, 5, 4)
        ),
        "platform_layout": factories.make_platform_layout(mark("平台表"), columns=f"{mark('栏目')}＝姓名\n手机号码"),
        "word_layout": WordLayout.objects.create(
            file_name=mark("版式", ".docx"),
            content=TEMPLATE.read_bytes(),
            uploaded_by=user or factories.make_user(mark("管理员"), here.committee, RoleKind.ADMINISTRATOR),
            uploaded_at=timezone.now(),
        ),
    }
    found["platform_batch"] = factories.make_platform_batch(found["platform_layout"], found["account"])
    told = {
        name: mark(text)
        for name, text in (("heading", "栏"), ("name", "名单上"), ("ours", "台账"), ("theirs", "平台上"))
    }
    found["reconciliation"] = factories.make_reconciliation(
        found["platform_layout"], found["account"], mark("平台名单", ".xlsx"), **told
    )
    found["namesakes"] = Namesakes.objects.create(
        first=member.person, second=volunteer.person, declared_by=found["account"]
    )
    found["person_merge"] = PersonMerge.objects.create(
        kept=member.person,
        lost_key=0,
        lost_name=mark("重复"),
        reason=mark("合并"),
        merged_by=found["account"],
        journal=json.dumps(
            {"kept": member.person.pk, "own": {}, "entries": [], "of": mark("经过")}, ensure_ascii=False
        ),
    )
    found["assessment"] = factories.make_assessment(here.branch, name=mark("考核"))
    found["assessment_item"] = factories.make_assessment_item(found["assessment"], content=mark("项目"))
    found["report"] = factories.make_report(here.branch)
    found["section"] = Section.objects.create(report=found["report"], position=1)
    keeper = getattr(place, "users", {}).get("office") or found["account"]
    found["attachment"] = factories.make_attachment(activity, keeper, mark("附件", ".pdf"), note=mark("说明"))
    found["explanation"] = Explanation.objects.create(
        organisation=here.branch,
        starts_on=date(2017, 1, 1),
        ends_on=date(2017, 12, 31),
        check_key="hollow_branch",
        subject=f"orgs.organisation:{here.branch.pk}",
        found=mark("情况"),
        reason=mark("原因"),
        given_by=found["account"],
        given_at=timezone.now(),
    )
    found["verification"] = Verification.objects.create(
        round=found["verification_round"],
        member=member,
        result=Verification.Result.UNREACHABLE,
        note=mark("核实说明"),
        answered_on=date(2018, 1, 4),
        answered_by=proposal.proposed_by,
    )
    found["district_project"] = shared_project()
    if with_cases:
        found |= case_records(here, mark, volunteer, caseworker)
        case = found["assistance"]
        found["case_attachment"] = factories.make_attachment(case, keeper, mark("帮扶", ".pdf"), note=mark("佐证"))
    shared = (found["activity_type"], found["campaign"], found["partner"], found["district_project"])
    for row in found.values():
        for each in [row, *(getattr(row, name, None) for name in ("person", "youth", "student"))]:
            if each and each not in shared:
                mark_texts(each, side, place.markup)
    # Written once, so that nothing is put into it afterwards.
    found["edition"] = factories.make_edition(found["report"], keeper, activity, mark("更正"), mark("总结"))
    AssessmentStep.objects.create(
        assessment=found["assessment"],
        kind="returned",
        words=mark("退回"),
        written_by=found["account"],
        written_at=timezone.now(),
    )
    found["comment"] = factories.make_comment(found["edition"], found["account"], mark("意见"), quoted=mark("摘句"))
    return found


def shared_campaign():
    """The campaign of the district, the same for all of its committees."""
    return Campaign.objects.first() or factories.make_campaign()


def shared_partner():
    """A partner of the district, the same for all of its committees."""
    return Partner.objects.first() or factories.make_partner()


def shared_project():
    """A project of the district, the same for all of its committees."""
    return DistrictProject.objects.first() or factories.make_district_project()


def shared_people(place, own, foreign):
    """Makes people of the own committee known in the foreign one as well, in every capacity and as a case file."""
    there, mark, cadre = place.foreign, marked("foreign", "兼", markup=place.markup), foreign["post"].person
    people = {kind: own[kind].person for kind in ("member", "volunteer", "sign_in", "assisted_youth", "post")}
    for kind, person in (people | {"link": own["link"].youth}).items():
        if kind != "member":
            factories.make_member(branch=there.branch, person=person, remark=mark, employer=mark)
        left = {"status": "transferred_out", "intake_on": date(2016, 1, 1), "left_on": date(2016, 9, 1)}
        factories.make_member(branch=there.other_branch, person=person, remark=mark, **left)
        factories.make_link(cadre, youth=person, employer=mark, remark=mark)
        add_sign_in(foreign["activity"], person, "other")
        factories.make_post(organisation=there.branch, person=person, title=mark, duties=mark)
    for kind in ("member", "volunteer", "sign_in"):
        youth = factories.make_assisted_youth(there.branch, person=own[kind].person, needs=mark, school=mark)
        factories.make_scholarship(student=youth.person, donor=mark)
        fix_volunteer(youth, own["volunteer"], date(2017, 1, 10))
        factories.make_assistance([youth], content=mark).volunteers.add(own["volunteer"])
    factories.make_member(own["case_request"].name, there.branch, employer=mark, remark=mark)


def case_records(here, mark, volunteer, caseworker=None):
    """A whole case file in a committee, open to `caseworker` where one is given, and an undecided request."""
    youth = factories.make_assisted_youth(
        here.branch,
        mark("孩子"),
        school=mark("学校"),
        guardian=mark("监护人"),
        needs=mark("需求"),
        remark=mark("个案"),
    )
    holder = caseworker or factories.make_user(mark("专员"), here.committee, RoleKind.CASEWORKER)
    fields = {"organisation": here.branch, "reason": mark("理由")}
    plan = ServicePlan.objects.create(youth=youth, year=timezone.localdate().year, goals=mark("目标"))
    plan.amendments.create(agreed_on=date(2017, 9, 1), reason=mark("变更原因"), content=mark("变更"))
    pairing = fix_volunteer(youth, volunteer, date(2017, 1, 10))
    visit_pass, *_ = VisitPass.issue(pairing, holder)
    visit_pass.youth_called = mark("称呼")
    visit_pass.save()
    assistance = factories.make_assistance([youth], content=mark("帮扶"))
    return {
        "case_grant": factories.make_grant(holder, youth.person, **fields),
        "case_request": CaseGrant.objects.create(user=holder, name=mark("另一孩子"), **fields),
        "case_grant_round": CaseGrantRound.objects.create(
            user=holder, organisation=here.branch, reason=mark("批量理由"), decision_note=mark("批量意见")
        ),
        "assisted_youth": youth,
        "service_plan": plan,
        "plan_measure": plan.measure_rows.create(content=mark("措施"), responsible=mark("负责人")),
        "needs_talk": factories.make_needs_talk(youth, needs=mark("谈话"), next_step=mark("下一步")),
        "pairing": pairing,
        "visit": factories.make_visit(pairing, observations=mark("走访"), wishes=mark("需求")),
        "assistance": assistance,
        "assistance_receipt": factories.make_receipt(assistance, youth, note=mark("签收")),
        "project_application": factories.make_project_application(youth, shared_project(), purpose=mark("申请")),
        "suggested_activity": factories.make_suggested_activity(youth, name=mark("推荐"), reason=mark("缘由")),
        "scholarship": factories.make_scholarship(student=youth.person, donor=mark("捐助"), remark=mark("奖学金")),
    }
