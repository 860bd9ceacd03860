"""Import and export of the ledger sheets 区级帮扶项目 and 帮扶项目申请."""

from members.directory import ASSISTED_YOUTH
from members.resources import PersonReference
from yl_district.sheets.columns import RecordNameColumn, column, key_of
from yl_district.sheets.resource import SheetResource

from .models import AssistedYouth, DistrictProject, ProjectApplication
from .resources import CaseResource


class DistrictProjectResource(SheetResource):
    """Each row is a project of the district, known by its name."""

    sheet = "区级帮扶项目"
    known_by = ("项目",)
    relies_on_all = True
    columns = [
        column(DistrictProject, "name", required=True),
        column(DistrictProject, "year", required=True),
        column(DistrictProject, "giver"),
        column(DistrictProject, "apply_by"),
        column(DistrictProject, "remark"),
    ]
    synonyms = {
        "项目": "项目名称 帮扶项目 帮扶项目名称",
        "提供单位": "项目提供单位 主办单位 资助单位",
        "申请截止日期": "截止日期 截止时间 申报截止日期",
    }

    class Meta(SheetResource.Meta):
        model = DistrictProject

    def load(self):
        self.known = self.book.named(DistrictProject)
        self.stored = {project.pk: project for project in self.known.values() if project.pk}

    def find(self, row):
        return self.known.get(row["项目"])

    def accept(self, record):
        self.known[record.name] = record

    def rows_for_export(self, records):
        return records.order_by("year", "name_sort", "pk")


class ProjectApplicationResource(CaseResource):
    """Each row is an assisted youth's application for a project of the district."""

    sheet = "帮扶项目申请"
    known_by = ("帮扶对象", "项目")
    relies_on_all = True
    owner = None
    never_aside = ("发放日期", "发放内容", "发放金额")
    columns = [
        PersonReference("帮扶对象", None, ASSISTED_YOUTH, required=True),
        RecordNameColumn("项目", "project", DistrictProject, DistrictProjectResource.sheet, required=True),
        column(ProjectApplication, "asked_on", required=True),
        column(ProjectApplication, "purpose"),
        column(ProjectApplication, "answer"),
        column(ProjectApplication, "answered_on"),
        column(ProjectApplication, "given_on"),
        column(ProjectApplication, "given"),
        column(ProjectApplication, "amount"),
    ]
    synonyms = {
        "帮扶对象": "帮扶对象姓名 姓名 申请人 青少年姓名",
        "项目": "项目名称 申请项目 帮扶项目",
        "申请日期": "申请时间 申报日期",
        "申请内容": "申请事项 申请理由",
        "答复": "申请结果 审批结果 结果",
        "答复日期": "答复时间 批准日期 审批日期",
        "发放日期": "发放时间",
        "发放内容": "发放物资 发放情况",
    }

    class Meta(SheetResource.Meta):
        model = ProjectApplication

    def load(self):
        applications = ProjectApplication.objects.select_related("youth").prefetch_related("youth__person")
        self.stored = {one.pk: one for one in applications.order_by("pk")}
        self.book.attach(list(self.stored.values()), "project", DistrictProject)
        self.known = {(one.youth_id, one.project_id): one for one in self.stored.values()}

    def watched(self):
        return [*super().watched(), AssistedYouth, DistrictProject]

    def find(self, row):
        self.case = self.cases.on(row["帮扶对象"], row["申请日期"])
        return self.known.get((key_of(self.case), key_of(row["项目"])))

    def recall(self, record):
        return self.recall_of(record.youth, record, "申请")

    def start(self, row):
        return ProjectApplication(youth=self.case)

    def accept(self, record):
        self.known[key_of(record.youth), key_of(record.project)] = record

    def rows_for_export(self, records):
        rows = records.select_related("youth", "project").prefetch_related("youth__person")
        return rows.order_by("asked_on", "pk")

    def value_for_export(self, record, heading, item):
        return record.youth.person if heading == "帮扶对象" else super().value_for_export(record, heading, item)
