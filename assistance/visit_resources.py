"""Import and export of the ledger sheet 走访."""

from collections import defaultdict

from members.directory import ASSISTED_YOUTH
from members.resources import PersonReference
from yl_district.sheets.columns import column, key_of
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from .models import AssistedYouth, Pairing, Visit
from .pairing_index import PairingIndex
from .resources import CaseResource


class VisitResource(CaseResource):
    """Each row is one visit of a youth's fixed volunteer, planned, done or both."""

    sheet = "走访"
    known_by = ("帮扶对象", "计划日期", "走访日期", "方式")
    relies_on_all = True
    owner = None
    columns = [
        PersonReference("帮扶对象", None, ASSISTED_YOUTH, required=True),
        column(Visit, "planned_on"),
        column(Visit, "done_on"),
        column(Visit, "way", aliases={"入户": "走访入户", "入户走访": "走访入户", "上门": "走访入户", "微信": "线上"}),
        column(Visit, "observations"),
        column(Visit, "wishes"),
        column(Visit, "cancelled_on"),
        column(Visit, "cancel_reason"),
    ]
    synonyms = {
        "帮扶对象": "帮扶对象姓名 走访对象 走访对象姓名 被走访人 青少年姓名",
        "计划日期": "计划时间 计划走访日期 计划走访时间",
        "走访日期": "走访时间 实际走访日期 实际走访时间",
        "方式": "走访方式",
        "走访情况": "走访内容 走访记录 情况记录",
        "发现的需求": "走访中的需求 发现的问题",
        "取消原因": "未走访原因",
    }

    class Meta(SheetResource.Meta):
        model = Visit

    def load(self):
        visits = Visit.objects.select_related("pairing__youth").prefetch_related("pairing__youth__person")
        self.stored = {visit.pk: visit for visit in visits.order_by("pk")}
        self.known = defaultdict(list)
        for visit in self.stored.values():
            self.accept(visit)

    def watched(self):
        return [*super().watched(), AssistedYouth, Pairing]

    def accept(self, record):
        known = self.known[key_of(record.pairing)]
        if not any(one is record for one in known):
            known.append(record)

    def find(self, row):
        """Returns the visit done in that way on that day, else the one planned for that day and not done otherwise."""
        planned, done, way = row.get("计划日期"), row.get("走访日期"), row.get("方式") or ""
        if not (planned or done):
            raise row_problem("走访日期", "", "计划日期或走访日期", "请至少填写其中一个日期")
        case = self.cases.on(row["帮扶对象"], done or planned)
        self.pairing = self.book.only(PairingIndex).on(case, done or planned)
        if self.pairing is None:
            expected = "有固定志愿者的帮扶对象"
            raise row_problem("帮扶对象", str(row["帮扶对象"]), expected, "请先在“帮扶对象”表填写固定志愿者")
        free = [one for one in self.known[key_of(self.pairing)] if id(one) not in self.matched]
        alike = [one for one in free if done and (one.done_on, one.way) == (done, way)]
        alike += [one for one in free if planned and one.planned_on == planned and one.done_on in (None, done)]
        return next(iter(alike), None)

    def recall(self, record):
        return self.recall_of(record.pairing.youth, record, "走访")

    def start(self, row):
        return Visit(pairing=self.pairing)

    def rows_for_export(self, records):
        visits = records.select_related("pairing__youth").prefetch_related("pairing__youth__person")
        return visits.order_by("pairing_id", "pk")

    def value_for_export(self, record, heading, item):
        if heading == "帮扶对象":
            return record.pairing.youth.person
        return super().value_for_export(record, heading, item)
