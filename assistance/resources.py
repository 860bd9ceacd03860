"""Import and export of the ledger sheets 帮扶对象, 帮扶记录 and 奖学金."""

from collections import defaultdict
from functools import partial

from django.db.models import Prefetch, prefetch_related_objects

from activities.partner_resources import PARTNERS, PartneredResource, PartnerNamesColumn
from members.directory import (
    ASSISTED_YOUTH,
    VOLUNTEER,
    Directory,
    ReferenceWidget,
    VolunteerIndex,
    new_person,
)
from members.models import Person, Volunteer
from members.resources import (
    EVERYONE,
    PERSON_SYNONYMS,
    PeopleReference,
    PeopleResource,
    PersonReference,
    person_column,
)
from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.privacy.sealed_facts import TO_BE_SEALED
from yl_district.sheets.cells import CellError, text_key
from yl_district.sheets.columns import Column, RecordNameColumn, column, key_of
from yl_district.sheets.log_resource import LogResource
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from .models import Assistance, AssistanceReceipt, AssistedYouth, Pairing, Scholarship
from .pairing_index import PairingIndex


class CasePlaces:
    """The organisations of all cases, by person, for one workbook."""

    def __init__(self, book):
        self.of_person = defaultdict(list)
        for case in AssistedYouth.objects.order_by("pk"):
            self.of_person[case.person_id].append(case.organisation_id)


class CaseIndex:
    """Cases by person, in one workbook."""

    def __init__(self, book):
        self.directory = book.only(Directory)
        self._of_person = defaultdict(dict)
        for case in AssistedYouth.objects.order_by("registered_on", "pk"):
            case.person = self.directory.people[case.person_id]
            self.learn(case)

    def learn(self, case):
        """Adds a case to the index."""
        self._of_person[id(case.person)][id(case)] = case

    def of(self, person):
        """Returns the person's cases, oldest first."""
        return sorted(self._of_person[id(person)].values(), key=lambda case: case.registered_on)

    def on(self, person, day):
        """Returns the case to which an event on `day` belongs: the one in the register that day, else the latest."""
        cases = self.of(person)
        standing = [one for one in cases if one.registered_on <= day and not (one.removed_on and one.removed_on <= day)]
        return (standing or cases)[-1]


class CaseResource(PeopleResource):
    """A sheet that refers to case files."""

    @property
    def cases(self):
        return self.book.only(CaseIndex)

    def recall_of(self, youth, record, noun):
        """Returns the marked record of a youth; raises an error of the row where the row names somebody else."""
        if youth.person_id == self.row["帮扶对象"].pk:
            return record
        remedy = f"标记属于另一人的{noun}：请恢复原来的姓名；确为另一人的{noun}时清空标记这一格"
        raise row_problem("帮扶对象", str(self.row["帮扶对象"]), "导出时的帮扶对象", remedy)


class AssistedYouthResource(CaseResource):
    """Each row is an assisted youth's period in the register."""

    sheet = "帮扶对象"
    shared = (*CaseResource.shared, "bound_on")
    known_by = ("姓名", "身份证号", "出生日期", "所在组织", "入库日期")
    group = "所在组织"
    begins = ("入库日期",)
    ends = ("出库日期",)
    columns = [
        person_column("name", required=True),
        person_column("gender"),
        person_column("birth_date"),
        person_column("identity_number"),
        RecordNameColumn("所在组织", "organisation", Organisation, ORGANISATION_SHEET, required=True),
        column(AssistedYouth, "school"),
        column(AssistedYouth, "grade"),
        column(AssistedYouth, "hardship"),
        column(AssistedYouth, "focus_group"),
        column(AssistedYouth, "guardian"),
        column(AssistedYouth, "guardian_phone"),
        column(AssistedYouth, "needs"),
        column(AssistedYouth, "registered_on", required=True),
        column(AssistedYouth, "removed_on"),
        column(AssistedYouth, "removal_reason"),
        column(AssistedYouth, "removal_note"),
        PersonReference("固定志愿者", None, VOLUNTEER),
        column(AssistedYouth, "bound_on"),
        column(AssistedYouth, "remark"),
    ]
    synonyms = {
        "出生日期": PERSON_SYNONYMS["出生日期"],
        "身份证号": PERSON_SYNONYMS["身份证号"],
        "姓名": f"{PERSON_SYNONYMS['姓名']} 帮扶对象 帮扶对象姓名 被帮扶人姓名 被帮扶姓名 青少年姓名 学生姓名",
        "所在组织": "所属组织 所在团组织 所属团组织 所在社区 所属社区 社区 所在村 所属村",
        "学校": "学校名称 就读学校 所在学校",
        "年级": "所在年级 就读年级",
        "困难类型": "困难类别 困难情况 致困原因",
        "重点类别": "重点青少年类别 重点群体 重点群体类别 人员类别",
        "监护人": "监护人姓名 家长 家长姓名",
        "监护人电话": "监护人联系电话 监护人联系方式 监护人手机 家长电话 家长联系电话 家长联系方式",
        "需求": "帮扶需求 主要需求 需求情况",
        "入库日期": "入库时间 建档日期 建档时间 登记日期 登记时间",
        "出库日期": "出库时间 退出日期 退出时间",
        "出库原因": "退出原因 出库理由",
        "出库说明": "退出说明 出库情况",
        "固定志愿者": "志愿者 志愿者姓名 帮扶志愿者 结对志愿者 帮扶人 帮扶人姓名",
        "平台绑定日期": "平台绑定时间 绑定日期 绑定时间",
        "备注": "备注说明",
    }

    state_column = "出库日期"
    state_synonyms = {"现有": "在库", "": "出库 退出 脱困"}

    class Meta(SheetResource.Meta):
        model = AssistedYouth

    @classmethod
    def note(cls, book, keys=None):
        """Records in the directory that assisted youths belong to the organisation of their case."""
        directory, places = book.only(Directory), book.only(CasePlaces).of_person
        for key in places if keys is None else places.keys() & keys:
            for organisation_id in places[key]:
                directory.note(directory.people[key], organisation_id, ASSISTED_YOUTH)

    def load(self):
        cases = [case for person in self.directory.people.values() for case in self.cases.of(person)]
        self.book.attach(cases, "organisation", Organisation)
        self.stored, self.unexplained = {case.pk: case for case in cases}, {}
        prefetch_related_objects(cases, "pairings__volunteer__person")
        self.pairings = {case.pk: one for case in cases for one in case.pairings.all() if one.ended_on is None}

    def watched(self):
        return [*super().watched(), Volunteer, Pairing]

    def find(self, row):
        """Returns the person's case that began on the same day, else the overlapping one, or None.

        Raises CellError where several overlap.
        """
        self.person = self.directory.matching(row, [key_of(row["所在组织"])], self.ask_who)
        cases = self.cases.of(self.person) if self.person else []
        begin, end = row["入库日期"], row.get("出库日期")
        for case in cases:
            if case.registered_on == begin:
                return case
        fitting = [
            case
            for case in cases
            if not ((end and end <= case.registered_on) or (case.removed_on and case.removed_on <= begin))
        ]
        if len(fitting) > 1:
            raise CellError("与原登记一致的入库日期", "该青少年几次入库，请填写这一次的入库日期", "入库日期")
        return fitting[0] if fitting else None

    def doubts(self):
        if self.unexplained:
            yield f"{len(self.unexplained)} 行有出库日期而没有出库原因：照此写入，原因可以以后在档案中补填。"

    def start(self, row):
        return AssistedYouth(person=self.person or Person(name=row["姓名"], sealed_facts=TO_BE_SEALED))

    def accept(self, record):
        self.cases.learn(record)
        self.directory.note(record.person, key_of(record.organisation), ASSISTED_YOUTH)
        if self.begun_pairing:
            self.book.only(PairingIndex).learn(self.begun_pairing)

    def apply(self, record, row):
        is_removed_now = self.has_begun(record) or any(heading == "出库日期" for heading, *_ in self.changes)
        if record.removed_on and not record.removal_reason and is_removed_now:
            self.unexplained[self.place] = None
            self.trail.append(partial(self.unexplained.pop, self.place))
        self.begun_pairing = None
        volunteer, standing = row.get("固定志愿者"), self.pairings.get(record.pk)
        if volunteer is None or (standing and standing.volunteer.person_id == volunteer.pk):
            return []
        old = self.directory.people[standing.volunteer.person_id].shown_name if standing else ""
        self._pair(record, standing, self.book.only(VolunteerIndex).of_person[id(volunteer)])
        return [("固定志愿者", old, volunteer.shown_name)]

    def _pair(self, record, standing, volunteer):
        """Creates a pairing from the day of registration, or from the import's day if it replaces another."""
        started_on = record.registered_on
        if standing:
            self.trail.append(partial(setattr, standing, "ended_on", None))
            started_on = standing.ended_on = max(self.book.today, standing.started_on or self.book.today)
            self.write_beside(standing, {"ended_on"})
        if volunteer.has_left_by(started_on):
            raise CellError("结对时在册的志愿者", f"此人已于 {volunteer.left_on} 退出，请另选一名", "固定志愿者")
        self.begun_pairing = Pairing(youth=record, volunteer=volunteer, started_on=started_on)
        self.write_beside(self.begun_pairing)

    def rows_for_export(self, records):
        return records.with_person().prefetch_related("pairings__volunteer__person").order_by("pk")

    def value_for_export(self, record, heading, item):
        if heading == "固定志愿者":
            return next((one.volunteer.person for one in record.pairings.all() if one.ended_on is None), None)
        return super().value_for_export(record, heading, item)


class AssistanceResource(LogResource, PartneredResource, CaseResource):
    """Each row is one assistance given to one, several or all youths in the register."""

    sheet = "帮扶记录"
    owner = None
    columns = [
        column(Assistance, "held_on", required=True),
        PeopleReference("帮扶对象", None, ASSISTED_YOUTH, required=True, may_be_everyone=True),
        column(Assistance, "kind", required=True),
        column(Assistance, "form"),
        column(Assistance, "content"),
        PeopleReference("志愿者", None, VOLUNTEER),
        PartnerNamesColumn(PARTNERS),
        column(Assistance, "amount"),
        column(Assistance, "goods"),
        column(Assistance, "quantity"),
        column(Assistance, "unit"),
    ]

    class Meta(SheetResource.Meta):
        model = Assistance

    def watched(self):
        return [*super().watched(), AssistedYouth, Volunteer]

    def load(self):
        self.partnered = None
        super().load()
        signed = Prefetch("receipts", AssistanceReceipt.objects.only("assistance", "youth", "received_on"))
        prefetch_related_objects(list(self.stored.values()), signed)
        self.note_partners(self.stored.values())

    def apply(self, record, row):
        given = self._give_to(record, row["帮扶对象"], row["日期"])
        return [*given, *self._give_by(record, row.get("志愿者")), *super().apply(record, row)]

    def render(self, heading, item, value):
        """The text of a cell; partners stand in the order of their names, since that of a row means nothing."""
        if heading == PARTNERS and value:
            value = sorted(value, key=lambda partner: text_key(partner.name))
        return super().render(heading, item, value)

    def _give_to(self, record, youths, day):
        """Sets the youths who received the assistance, or all; returns the changes."""
        item = self.fields["帮扶对象"]
        old = self.masked_text(record, "帮扶对象", item) if record.pk else ""
        is_all = youths == EVERYONE
        cases = {} if is_all else {id(case): case for case in (self.cases.on(youth, day) for youth in youths)}
        if (
            record.pk
            and not is_all
            and {one.youth_id for one in record.receipts.all()} - {one.pk for one in cases.values()}
        ):
            raise CellError("包括已签收对象的名单", "有人已签收这次帮扶：请先在帮扶记录页面撤销签收", "帮扶对象")
        changed = self.link(record, "youths", cases.values())
        if record.with_everyone != is_all:
            self.change(record, "with_everyone", is_all)
            changed = True
        return [("帮扶对象", old, self.masked_value("帮扶对象", item, youths))] if changed else []

    def _give_by(self, record, people):
        """Sets the volunteers who gave the assistance, unless the cell is empty; returns the changes."""
        if people is None:
            return []
        item = self.fields["志愿者"]
        old = self.masked_text(record, "志愿者", item) if record.pk else ""
        of_person = self.book.only(VolunteerIndex).of_person
        volunteers = {id(one): one for one in (of_person[id(person)] for person in people)}
        if not self.link(record, "volunteers", volunteers.values()):
            return []
        return [("志愿者", old, self.masked_value("志愿者", item, people))]

    def rows_for_export(self, records):
        records = records.prefetch_related("youths__person", "volunteers__person", "partners")
        return records.order_by("held_on", "pk")

    def value_for_export(self, record, heading, item):
        if heading == "帮扶对象":
            return EVERYONE if record.with_everyone else [case.person for case in record.youths.all()]
        if heading == "志愿者":
            return [volunteer.person for volunteer in record.volunteers.all()]
        return super().value_for_export(record, heading, item)


class ScholarshipResource(PeopleResource):
    """Each row is one scholarship application; an unknown student is created as a new person."""

    sheet = "奖学金"
    known_by = ("年度", "姓名")
    called = "姓名"
    owner = "student"
    columns = [
        column(Scholarship, "year", required=True),
        Column("姓名", widget=ReferenceWidget(), required=True),
        column(Scholarship, "school"),
        column(Scholarship, "stage"),
        column(Scholarship, "applied_on"),
        column(Scholarship, "status", required=True),
        column(Scholarship, "approved_on"),
        column(Scholarship, "amount"),
        column(Scholarship, "donor"),
        column(Scholarship, "is_on_platform"),
        column(Scholarship, "remark"),
        column(Scholarship, "reviewed_on"),
        column(Scholarship, "forwarded_on"),
        column(Scholarship, "paid_on"),
        column(Scholarship, "paid_amount"),
        column(Scholarship, "thanked_on"),
        column(Scholarship, "on_platform_from"),
        column(Scholarship, "on_platform_until"),
    ]

    class Meta(SheetResource.Meta):
        model = Scholarship

    def load(self):
        known = list(Scholarship.objects.order_by("pk"))
        self.attach_people(known)
        self.stored = {one.pk: one for one in known}
        self.known = {(one.year, id(one.student)): one for one in known}

    def find(self, row):
        self.person = self.directory.referred(row["姓名"], {}, ASSISTED_YOUTH, self.ask_who)
        return self.known.get((row["年度"], id(self.person)))

    def start(self, row):
        return Scholarship(student=self.person or new_person(row["姓名"], sealed_facts=TO_BE_SEALED))

    def accept(self, record):
        self.known[record.year, id(record.student)] = record

    def rows_for_export(self, records):
        return records.prefetch_related("student").order_by("year", "pk")

    def value_for_export(self, record, heading, item):
        if heading == "姓名":
            return self.directory.reference(record.student)
        return super().value_for_export(record, heading, item)
