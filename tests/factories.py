"""Factories of records with defaults for what a test does not care about. Names are invented."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.utils import timezone

from activities.models import Activity, ActivityType, Campaign, CampaignProof, Partner, SignInCode
from assistance.models import (
    Assistance,
    AssistedYouth,
    CaseGrant,
    DistrictProject,
    NeedsTalk,
    Pairing,
    ProjectApplication,
    Scholarship,
    SuggestedActivity,
    Visit,
)
from members.models import Liaison, Member, Person, Post, VerificationRound, Volunteer
from orgs.models import Organisation, Role, Supply, Unit, UnitChange, UnitContact, User, opening_changes
from orgs.roles import SECOND_FACTOR_DEMANDED
from outreach.models import Contact, Link
from reports.models import (
    Assessment,
    AssessmentItem,
    Comment,
    CountedFigure,
    Edition,
    PlatformBatch,
    PlatformLayout,
    Reconciliation,
    ReconciliationRow,
    Report,
    Section,
)
from reports.printing.word import TEMPLATE
from yl_district.attachments.models import Attachment
from yl_district.inspection.inspector import INSPECTION
from yl_district.packing import packed
from yl_district.periods import Period, years_before
from youthhubs.models import Hub, HubStaff, HubYear, TeamMember

from .evidence import PDF

PASSWORD = "correct-horse-battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
numbers = count(1)


def make_organisation(name=None, parent=None, **fields):
    """An organisation below `parent`, a root without one."""
    fields = {"category": "branch", "domain": "community"} | fields
    organisation = Organisation(name=name or f"春晖社区团支部{next(numbers)}", **fields)
    if parent is None:
        return Organisation.objects.add_root(instance=organisation)
    parent.refresh_from_db()
    return Organisation.objects.add_child(parent, instance=organisation)


def make_user(name="经办人", organisation=None, kind=Role.Kind.STAFF, mobile=None):
    """A user with one role, and with one-time codes where it demands them; every user's password is PASSWORD."""
    user = User.objects.create_user(f"user{next(numbers)}", password=PASSWORD, name=name, mobile=mobile)
    if organisation:
        Role.objects.create(user=user, organisation=organisation, kind=kind)
        if kind in SECOND_FACTOR_DEMANDED:
            make_second_factor(user)
    return user


def make_second_factor(user):
    """One-time codes of SECRET."""
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(SECRET)})


def make_person(name="章程", **fields):
    """A person."""
    return Person.objects.create(name=name, **fields)


def minor_birth_date():
    """The birth date of somebody who is thirteen, and so under age on whatever day the tests run."""
    return years_before(timezone.localdate(), 13)


def make_member(name="章程", branch=None, person=None, **fields):
    """A member on the roll of `branch` since 2017-03-01."""
    fields = {"intake": "developed", "intake_on": date(2017, 3, 1)} | fields
    return Member.objects.create(
        person=person or make_person(name, gender="F", birth_date=date(1998, 5, 4)), branch=branch, **fields
    )


def make_post(name="陆远", organisation=None, person=None, **fields):
    """A secretary's post held since 2016-09."""
    fields = {"title": "书记", "nature": "part_time", "started_on": date(2016, 9, 1)} | fields
    return Post.objects.create(person=person or make_person(name, gender="M"), organisation=organisation, **fields)


def make_liaison(organisation, person, started_on=None, ended_on=None):
    """A span in which somebody looks after an organisation, by default always."""
    return Liaison.objects.create(organisation=organisation, person=person, started_on=started_on, ended_on=ended_on)


def make_unit(name=None, **fields):
    """A two-new organisation, in business unless the fields say otherwise, with the changes that they mean."""
    fields = {"kind": "enterprise", "status": "normal"} | fields
    unit = Unit.objects.create(name=name or f"清和科技有限公司{next(numbers)}", **fields)
    for change in opening_changes(unit):
        change.save()
    return unit


def make_unit_change(unit, kind="unreachable", **fields):
    """A change of a two-new organisation in 2017."""
    return UnitChange.objects.create(unit=unit, kind=kind, **({"happened_on": date(2017, 6, 1)} | fields))


def make_unit_contact(unit, **fields):
    """A contact with a two-new organisation by phone."""
    return UnitContact.objects.create(unit=unit, **({"held_on": date(2017, 6, 1), "form": "phone"} | fields))


def make_supply(organisation, **fields):
    """A flag issued."""
    fields = {"issued_on": date(2017, 5, 4), "item": Supply.FLAG, "quantity": 1} | fields
    return Supply.objects.create(organisation=organisation, **fields)


def make_hub(organisation, name=None, **fields):
    """A youth hub open since 2015, ordinary in 2017."""
    fields = {"opened_on": date(2015, 3, 1)} | fields
    hub = Hub.objects.create(name=name or f"春晖青年汇{next(numbers)}", organisation=organisation, **fields)
    HubYear.objects.create(hub=hub, year=2017, tier="ordinary")
    return hub


def make_volunteer(hub=None, name="顾清", person=None, **fields):
    """A volunteer, in the hub's team where one is given."""
    volunteer = Volunteer.objects.create(person=person or make_person(name), **fields)
    if hub:
        TeamMember.objects.create(volunteer=volunteer, hub=hub)
    return volunteer


def make_hub_staff(hub, name="乔木", person=None, **fields):
    """A director of the hub since 2016."""
    fields = {"role": "director", "started_on": date(2016, 1, 1)} | fields
    return HubStaff.objects.create(hub=hub, person=person or make_person(name), **fields)


def make_sign_in_code(activity, user=None):
    """The code of an activity, open for an hour."""
    code = SignInCode(activity=activity, opened_by=user or make_user(), closes_at=timezone.now() + timedelta(hours=1))
    code.renew()
    code.save()
    return code


def make_activity(host=None, name=None, type="sports", **fields):
    """An activity of 2017 without recorded person-times; without a name the next walk of that spring."""
    name = name or f"春季健步走{Activity.objects.count() or ''}"
    fields = {"held_on": date(2017, 4, 8), "basis": "unrecorded"} | fields
    kind, _ = ActivityType.objects.get_or_create(key=type, defaults={"name": type})
    return Activity.objects.create(name=name, host=host, type=kind, **fields)


def make_campaign(name="主题教育", **fields):
    """A campaign that runs through 2017, for all members."""
    campaign = Campaign(name=name, **{"started_on": date(2017, 1, 1), "ended_on": date(2017, 12, 31)} | fields)
    campaign.full_clean()
    campaign.save()
    return campaign


def make_partner(name="地区工会", **fields):
    """A partner in activities."""
    partner = Partner(name=name, **fields)
    partner.full_clean()
    partner.save()
    return partner


def make_proof(campaign, person, **fields):
    """A proof that a campaign has reached somebody, on the 4th of May 2017."""
    fields = {"proved_on": date(2017, 5, 4), "kind": "course"} | fields
    return CampaignProof.objects.create(campaign=campaign, person=person, **fields)


def make_verification_round(organisation, user=None, **fields):
    """A round of verification that is open, from the 1st to the 30th of June 2018."""
    fields = {"name": "上半年团员核实", "opened_on": date(2018, 6, 1), "due_on": date(2018, 6, 30)} | fields
    opener = user or make_user("核实发起人", organisation, Role.Kind.STAFF)
    return VerificationRound.objects.create(organisation=organisation, opened_by=opener, **fields)


def make_assessment(organisation, year=2017, items=0, **fields):
    """A checklist of an organisation that is being filled in, with so many items of 10 points each."""
    assessment = Assessment.objects.create(organisation=organisation, year=year, **fields)
    for number in range(1, items + 1):
        make_assessment_item(assessment, number)
    return assessment


def make_assessment_item(assessment, number=1, **fields):
    """An item of 10 points, rated with as many as `self_points` says."""
    item = AssessmentItem(
        assessment=assessment, number=number, **{"content": f"做好第{number}项工作", "points": Decimal(10)} | fields
    )
    if item.self_points is not None:
        item.rated_content, item.rated_for = item.content, item.points
    item.full_clean()
    item.save()
    return item


def make_platform_layout(platform="团青之家", subject="member", columns="姓名\n联系电话＝手机号码"):
    """The form in which a platform takes a kind of record."""
    layout = PlatformLayout(platform=platform, subject=subject, columns=columns)
    layout.full_clean()
    layout.save()
    return layout


def make_platform_batch(layout, user):
    """A batch without records that was taken out for a platform."""
    return PlatformBatch.objects.create(layout=layout, made_by=user, made_at=timezone.now())


def make_reconciliation(layout, user, file_name="名单.xlsx", **row):
    """A comparison of an empty list, and one difference that it found."""
    told = {"listed_count": 0, "same_count": 0, "file_name": file_name, "made_at": timezone.now()}
    reconciliation = Reconciliation.objects.create(layout=layout, made_by=user, **told)
    ReconciliationRow.objects.create(layout=layout, reconciliation=reconciliation, **{"kind": "only_there"} | row)
    return reconciliation


def make_link(cadre, name="秦朗", youth=None, **fields):
    """A link that stands since 2017."""
    fields = {"started_on": date(2017, 1, 10)} | fields
    return Link.objects.create(cadre=cadre, youth=youth or make_person(name), **fields)


def make_contact(cadre, links=(), **fields):
    """A phone call to the youths of `links`."""
    contact = Contact.objects.create(cadre=cadre, **({"held_on": date(2017, 5, 4), "form": "phone"} | fields))
    contact.links.set(links)
    return contact


def make_assisted_youth(organisation, name="白露", person=None, **fields):
    """A youth in the register since 2017."""
    basis = {"legal_basis": "guardian", "legal_basis_on": date(2017, 1, 4)}
    fields = {"registered_on": date(2017, 1, 5)} | basis | fields
    return AssistedYouth.objects.create(person=person or make_person(name), organisation=organisation, **fields)


def make_assistance(youths=(), **fields):
    """An assistance with stationery."""
    fields = {"held_on": date(2017, 6, 1), "kind": "stationery"} | fields
    assistance = Assistance.objects.create(**fields)
    assistance.youths.set(youths)
    return assistance


def make_receipt(assistance, youth, **fields):
    """A receipt that the youth signed on the day of the assistance."""
    signed = {"received_on": assistance.held_on, "receiver": "youth"}
    return assistance.receipts.create(youth=youth, **signed | fields)


def make_needs_talk(youth, **fields):
    """A talk with the guardian by phone."""
    told = {"held_on": date(2017, 1, 12), "way": "phone", "spoken_with": "guardian", "needs": "课业辅导"}
    return NeedsTalk.objects.create(youth=youth, **told | fields)


def make_pairing(youth, volunteer=None, **fields):
    """A pairing since 2017 with a volunteer of no hub, or another one."""
    fields = {"started_on": date(2017, 1, 10)} | fields
    return Pairing.objects.create(youth=youth, volunteer=volunteer or make_volunteer(None), **fields)


def make_visit(pairing, **fields):
    """A visit paid at home."""
    fields = {"done_on": date(2017, 3, 4), "way": "visit"} | fields
    return Visit.objects.create(pairing=pairing, **fields)


def make_grant(user, person, **fields):
    """A grant by which the user may open the person's case file where the user keeps files, approved by somebody."""
    kept = User.objects.get(pk=user.pk).case_organisations
    fields = {
        "name": person.name,
        "organisation": kept[0] if kept else Organisation.objects.first(),
        "reason": "走访慰问",
        "is_approved": True,
        "decided_by": User.objects.get_or_create(username="approver", defaults={"name": "审批人"})[0],
        "expires_on": timezone.localdate() + timedelta(days=90),
    } | fields
    return CaseGrant.objects.create(user=user, person=person, **fields)


def make_attachment(record, user, name="签到表.pdf", content=PDF, **fields):
    """A file attached to a record."""
    known = {"kind": "sign_in_sheet", "inspection": INSPECTION, "size": len(content)}
    fields = known | {"sha256": sha256(content).hexdigest()} | fields
    attachment = Attachment.objects.create(record=record, uploaded_by=user, file_name=name, **fields)
    attachment.keep(content)
    return attachment


def make_district_project(name="暖冬助学", **fields):
    """A project of the district in 2017."""
    return DistrictProject.objects.create(**{"name": name, "year": 2017} | fields)


def make_project_application(youth, project=None, **fields):
    """A youth's application of 2017 for a project, not answered yet."""
    fields = {"asked_on": date(2017, 3, 1)} | fields
    return ProjectApplication.objects.create(youth=youth, project=project or make_district_project(), **fields)


def make_suggested_activity(youth, activity=None, **fields):
    """An activity of 2017 suggested to a youth by phone, of which nothing is known yet."""
    known = {"name": activity.name, "held_on": activity.held_on} if activity else {"held_on": date(2017, 5, 4)}
    fields = {"suggested_on": date(2017, 3, 1), "way": "phone", "name": "健步走"} | known | fields
    return SuggestedActivity.objects.create(youth=youth, activity=activity, **fields)


def make_scholarship(name="白露", student=None, **fields):
    """An application of 2017."""
    fields = {"year": 2017, "status": "applied"} | fields
    return Scholarship.objects.create(student=student or make_person(name), **fields)


def make_report(organisation, part="year", hub=None, year=2017):
    """A report without sections."""
    period = Period.of_part(year, part)
    start, end = period.bounds
    fields = {"form": Report.form_of(period), "hub": hub, "starts_on": start, "ends_on": end}
    return Report.objects.create(organisation=organisation, **fields)


def make_comment(edition, user, words="请核对", **fields):
    """A comment on the first number of an edition of `make_edition`, unless `fields` say otherwise."""
    fields = {"place": 0, "start": 4, "end": 6, "quoted": "活动场次：1场", "figure_key": "sessions"} | fields
    comment = Comment(edition=edition, **fields)
    comment.ask(user, words)
    return comment


def make_edition(report, user, activity, reason="补登一场活动", title="工作总结"):
    """An amendment in which one activity is counted."""
    document = TEMPLATE.read_bytes()
    text = [{"level": 0, "parts": ["举办活动", {"key": "sessions", "text": "1场", "aspect": ""}, "。"]}]
    edition = Edition.objects.create(
        report=report,
        number=2,
        reason=reason,
        signed_by=user,
        signed_at=timezone.now(),
        counted_on=report.ends_on,
        title=title,
        signature=title,
        dated=report.ends_on,
        blocks=text,
        open_blocks=text,
        document=document,
        sha256=hashlib.sha256(document).hexdigest(),
    )
    CountedFigure.objects.create(
        edition=edition,
        position=0,
        key="sessions",
        label="活动场次",
        unit="场",
        definition="期内全部活动的场次之和",
        value=1,
        quality="counted",
        records=packed([(activity.pk, 1, "counted")]),
    )
    return edition


def make_section(report, body="在册团员{团员总数}。", heading="团员", **fields):
    """A section at the end of a report."""
    fields = {"position": report.sections.count() + 1} | fields
    return Section.objects.create(report=report, heading=heading, body=body, **fields)
