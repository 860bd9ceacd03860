"""Import and export of the ledger sheets 需求征集, 服务计划 and 计划措施."""

from datetime import date

from members.directory import ASSISTED_YOUTH, VOLUNTEER, VolunteerIndex
from members.models import Volunteer
from members.resources import PersonReference
from yl_district.sheets.cells import CellError
from yl_district.sheets.columns import Column, column, key_of
from yl_district.sheets.log_resource import LogResource
from yl_district.sheets.number_widgets import YearWidget
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource
from yl_district.validators import validate_year

from .models import AssistedYouth, NeedsTalk, PlanMeasure, ServicePlan
from .resources import CaseResource


class PlanIndex:
    """Plans by case and year, in one workbook."""

    def __init__(self, book):
        plans = ServicePlan.objects.select_related("youth").prefetch_related("youth__person").order_by("pk")
        self.stored = {plan.pk: plan for plan in plans}
        self._known = {(plan.youth_id, plan.year): plan for plan in self.stored.values()}

    def learn(self, plan):
        """Adds a plan to the index."""
        self._known[key_of(plan.youth), plan.year] = plan

    def of(self, case, year):
        """Returns the plan of a case for a year, or None."""
        return self._known.get((key_of(case), year))


class NeedsTalkResource(LogResource, CaseResource):
    """Each row is one talk in which a youth was asked what is needed."""

    sheet = "需求征集"
    owner = None
    columns = [
        column(NeedsTalk, "held_on", required=True),
        PersonReference("帮扶对象", None, ASSISTED_YOUTH, required=True),
        column(
            NeedsTalk,
            "way",
            required=True,
            aliases={"打电话": "电话", "面对面": "面谈", "走访": "走访入户", "入户": "走访入户"},
        ),
        column(NeedsTalk, "spoken_with", required=True, aliases={"家长": "监护人", "老师": "学校"}),
        column(NeedsTalk, "needs", required=True),
        column(NeedsTalk, "next_step"),
        PersonReference("询问的志愿者", None, VOLUNTEER),
    ]

    class Meta(SheetResource.Meta):
        model = NeedsTalk

    def watched(self):
        return [*super().watched(), AssistedYouth, Volunteer]

    def start(self, row):
        return NeedsTalk(youth=self.cases.on(row["帮扶对象"], row["日期"]))

    def apply(self, record, row):
        return [*self._tell_of(record, row), *self._asked_by(record, row.get("询问的志愿者"))]

    def _tell_of(self, record, row):
        """Sets whose needs were told, where a marked row names another youth; returns the changes."""
        case = self.cases.on(row["帮扶对象"], row["日期"])
        if record.youth is case or record.youth_id == case.pk:
            return []
        old, item = self.masked_text(record, "帮扶对象", self.fields["帮扶对象"]), self.fields["帮扶对象"]
        self.change(record, "youth", case)
        return [("帮扶对象", old, self.masked_value("帮扶对象", item, row["帮扶对象"]))]

    def _asked_by(self, record, person):
        """Sets the volunteer who asked, unless the cell is empty; returns the changes."""
        if person is None or (record.volunteer and record.volunteer.person_id == person.pk):
            return []
        item = self.fields["询问的志愿者"]
        old = self.masked_text(record, "询问的志愿者", item) if record.pk else ""
        self.change(record, "volunteer", self.book.only(VolunteerIndex).of_person[id(person)])
        return [("询问的志愿者", old, self.masked_value("询问的志愿者", item, person))]

    def rows_for_export(self, records):
        found = records.select_related("youth", "volunteer").prefetch_related("youth__person", "volunteer__person")
        return found.order_by("held_on", "pk")

    def value_for_export(self, record, heading, item):
        if heading == "帮扶对象":
            return record.youth.person
        if heading == "询问的志愿者":
            return record.volunteer and record.volunteer.person
        return super().value_for_export(record, heading, item)


class ServicePlanResource(CaseResource):
    """Each row is an assisted youth's plan for a year."""

    sheet = "服务计划"
    known_by = ("帮扶对象", "年度")
    never_aside = (
        *("家庭方签字人", "家庭方姓名", "志愿者签字", "团委签字", "年中目标达成", "年中回顾情况", "下半年继续的事项"),
        *("年末目标达成", "年末回顾情况", "下一年继续的事项"),
    )
    relies_on_all = True
    owner = None
    columns = [
        PersonReference("帮扶对象", None, ASSISTED_YOUTH, required=True),
        column(ServicePlan, "year", required=True),
        column(ServicePlan, "assessment"),
        column(ServicePlan, "goals"),
        column(ServicePlan, "measures"),
        column(ServicePlan, "signed_on"),
        column(ServicePlan, "family_party"),
        column(ServicePlan, "family_signer"),
        column(ServicePlan, "volunteer_signer"),
        column(ServicePlan, "office_signer"),
        column(ServicePlan, "midyear_on"),
        column(ServicePlan, "midyear_outcome"),
        column(ServicePlan, "midyear_finding"),
        column(ServicePlan, "midyear_next"),
        column(ServicePlan, "final_on"),
        column(ServicePlan, "final_outcome"),
        column(ServicePlan, "final_finding"),
        column(ServicePlan, "final_next"),
    ]

    class Meta(SheetResource.Meta):
        model = ServicePlan

    def load(self):
        self.plans = self.book.only(PlanIndex)
        self.stored = dict(self.plans.stored)

    def watched(self):
        return [*super().watched(), AssistedYouth]

    def find(self, row):
        self.case = self.cases.on(row["帮扶对象"], date(row["年度"], 12, 31))
        return self.plans.of(self.case, row["年度"])

    def recall(self, record):
        return self.recall_of(record.youth, record, "计划")

    def start(self, row):
        return ServicePlan(youth=self.case)

    def accept(self, record):
        self.plans.learn(record)

    def rows_for_export(self, records):
        return records.select_related("youth").prefetch_related("youth__person").order_by("year", "youth_id")

    def value_for_export(self, record, heading, item):
        return record.youth.person if heading == "帮扶对象" else super().value_for_export(record, heading, item)


class PlanMeasureResource(CaseResource):
    """Each row is one measure of a plan."""

    sheet = "计划措施"
    known_by = ("帮扶对象", "年度", "具体措施")
    never_aside = ("完成日期", "完成情况")
    relies_on_all = True
    owner = None
    columns = [
        PersonReference("帮扶对象", None, ASSISTED_YOUTH, required=True),
        Column("年度", None, YearWidget([validate_year]), required=True, width=10),
        column(PlanMeasure, "content", required=True),
        column(PlanMeasure, "due_on"),
        column(PlanMeasure, "responsible"),
        column(PlanMeasure, "done_on"),
        column(PlanMeasure, "result"),
    ]

    class Meta(SheetResource.Meta):
        model = PlanMeasure

    def load(self):
        self.plans = self.book.only(PlanIndex)
        self.stored = {one.pk: one for one in PlanMeasure.objects.order_by("pk")}
        self.known = {}
        for one in self.stored.values():
            one.plan = self.plans.stored[one.plan_id]
            self.accept(one)

    def watched(self):
        return [*super().watched(), AssistedYouth, ServicePlan]

    def find(self, row):
        case = self.cases.on(row["帮扶对象"], date(row["年度"], 12, 31))
        self.plan = self.plans.of(case, row["年度"])
        if self.plan is None:
            raise CellError("已有服务计划的年度", "请核对年度，或先在“服务计划”表中写上这一年度的计划", "年度")
        return self.known.get((key_of(self.plan), row["具体措施"]))

    def recall(self, record):
        plan, row = record.plan, self.row
        if (plan.youth.person_id, plan.year) == (row["帮扶对象"].pk, row["年度"]):
            return record
        remedy = "标记属于另一份计划的措施：请恢复原来的姓名和年度；确为另一项措施时清空标记这一格"
        raise row_problem("帮扶对象", str(self.row["帮扶对象"]), "导出时的帮扶对象和年度", remedy)

    def start(self, row):
        return PlanMeasure(plan=self.plan)

    def accept(self, record):
        self.known[key_of(record.plan), record.content] = record

    def rows_for_export(self, records):
        found = records.select_related("plan__youth").prefetch_related("plan__youth__person")
        return found.order_by("plan__year", "plan__youth_id", "pk")

    def value_for_export(self, record, heading, item):
        if heading == "帮扶对象":
            return record.plan.youth.person
        return record.plan.year if heading == "年度" else super().value_for_export(record, heading, item)
