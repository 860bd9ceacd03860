"""Import and export of the ledger sheet 青年汇人员."""

from collections import defaultdict

from members.directory import HUB_STAFF, Directory
from members.models import Person
from members.resources import PERSON_SYNONYMS, PeopleResource, person_column
from orgs.models import Organisation
from yl_district.periods import have_a_day_in_common
from yl_district.sheets.columns import RecordNameColumn, column, key_of
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from .models import Hub, HubStaff, same_work_problem
from .resources import HubYearResource


class HubStaffResource(PeopleResource):
    """Each row is one person's work at a hub in one role, for a span of days."""

    sheet = "青年汇人员"
    known_by = ("姓名", "身份证号", "手机号码", "青年汇", "岗位", "起始日期", "结束日期")
    relies_on_all = True
    group = "青年汇"
    begins = ("起始日期",)
    ends = ("结束日期",)
    columns = [
        person_column("name", required=True),
        person_column("gender"),
        person_column("identity_number"),
        person_column("mobile"),
        RecordNameColumn("青年汇", "hub", Hub, HubYearResource.sheet, required=True),
        column(
            HubStaff,
            "role",
            required=True,
            aliases={"社会工作者": "社工", "专职社工": "社工", "青年汇负责人": "负责人"},
        ),
        column(HubStaff, "started_on"),
        column(HubStaff, "ended_on"),
    ]
    synonyms = {
        "姓名": f"{PERSON_SYNONYMS['姓名']} 人员姓名 社工姓名 负责人姓名",
        "身份证号": PERSON_SYNONYMS["身份证号"],
        "手机号码": PERSON_SYNONYMS["手机号码"],
        "青年汇": "青年汇名称 所在青年汇 所属青年汇 服务青年汇",
        "岗位": "职务 岗位名称 工作岗位 人员类别",
        "起始日期": "起始时间 到岗日期 到岗时间 上岗日期 上岗时间 任职日期 任职时间 入职日期 入职时间",
        "结束日期": "结束时间 离岗日期 离岗时间 离任日期 离任时间 离职日期 离职时间",
    }

    state_column = "结束日期"
    state_synonyms = {"现任": "在岗 在任", "": "离岗 离任 离职 前任 曾任"}

    class Meta(SheetResource.Meta):
        model = HubStaff

    @classmethod
    def note(cls, book, keys=None):
        """Records in the directory that people who work at hubs belong to the hubs' organisations."""
        directory, rows = book.only(Directory), book.rows(HubStaff).order_by("pk")
        rows = rows if keys is None else rows.filter(person__in=keys)
        for person_id, organisation_id in rows.values_list("person", "hub__organisation"):
            directory.note(directory.people[person_id], organisation_id, HUB_STAFF)

    def load(self):
        self.book.attach(self.book.named(Hub).values(), "organisation", Organisation)
        known = list(self.book.rows(HubStaff).order_by("pk"))
        self.book.attach(known, "hub", Hub)
        self.attach_people(known)
        self.stored = {one.pk: one for one in known}
        self.of_work = defaultdict(list)
        for one in known:
            self.accept(one)

    def accept(self, record):
        spans = self._spans(record.person, record.hub, record.role)
        if not any(one is record for one in spans):
            spans.append(record)
        self.directory.note(record.person, key_of(record.hub.organisation), HUB_STAFF)

    def _spans(self, person, hub, role):
        """Returns the list of the spans of the same work."""
        return self.of_work[id(person), key_of(hub), role]

    def find(self, row):
        """Returns the span that began or ended on the same day, else the open one where a first day is not told."""
        self.person = self.directory.matching(row, [key_of(row["青年汇"].organisation)], self.ask_who)
        stated = HubStaff(started_on=row.get("起始日期"), ended_on=row.get("结束日期"))
        begin, end = stated.started_on, stated.ended_on
        spans = self._spans(self.person, row["青年汇"], row["岗位"])
        open_ones = [
            one
            for one in spans
            if one.ended_on is None and None in (begin, one.started_on) and have_a_day_in_common(one, stated)
        ]
        ended = [one for one in spans if end and one.ended_on == end]
        begun = [one for one in spans if one.started_on == begin]
        in_order = [*ended, *begun, *open_ones] if begin or end else [*open_ones, *begun]
        return next(iter(in_order), None)

    def start(self, row):
        return HubStaff(person=self.person or Person(name=row["姓名"]))

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        for other in self._spans(instance.person, instance.hub, instance.role):
            if other is not instance and have_a_day_in_common(other, instance):
                words = same_work_problem(other).params
                raise row_problem("起始日期", self.row.get("起始日期"), words["expected"], words["remedy"])

    def rows_for_export(self, records):
        return records.select_related("person", "hub").order_by("pk")
