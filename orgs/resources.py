"""Import and export of the ledger sheets 团组织, 两新组织, 两新联络 and 物资配发."""

from collections import defaultdict
from functools import partial

from yl_district.sheets.cells import CellError
from yl_district.sheets.columns import RecordNameColumn, column
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import LogResource, SheetResource
from yl_district.sheets.span_resource import SpanResource

from .models import DomainSpan, Organisation, Supply, Unit, UnitContact

ORGANISATION_SHEET = "团组织"
COMMITTEES = (Organisation.Category.WORKING_COMMITTEE, Organisation.Category.COMMITTEE)
COMMITTEE_LABELS = {category.label for category in COMMITTEES}
DEEPEST_LEVEL = 20  # levels; treebeard's paths hold 63, and a move may need twice the depth of what it moves


def circular_error():
    """Returns the CellError for an organisation in a cycle of parents."""
    return CellError("本组织以外、不在其下的组织", "上下级不能循环，请核对上级组织", "上级组织")


def levels(above):
    """Returns the depth of each name, 0 below an ancestor that is not a key of `above`, and the names on cycles.

    `above` maps each name to its parent's name.
    """
    depths, circular = {}, set()
    for name in above:
        chain = {}
        while name in above and name not in depths and name not in chain:
            chain[name] = len(chain)
            name = above[name]
        if name in chain:
            circular |= {one for one, place in chain.items() if place >= chain[name]}
        top = depths.get(name, -1) + len(chain)
        depths |= {one: top - place for one, place in chain.items()}
    return depths, circular


class OrganisationResource(SheetResource):
    """Each row is a league organisation; parents may follow their children.

    A row without a parent is the root if there is none yet, else a child of the root; a committee must then name its
    parent, since it may be the root under another name.
    """

    sheet = ORGANISATION_SHEET
    known_by = ("组织名称",)
    early_headings = known_by
    relies_on_all = True  # a new organisation's path depends on those of all others
    columns = [
        column(Organisation, "name", required=True),
        column(Organisation, "category", required=True),
        column(Organisation, "domain", required=True),
        column(Organisation, "domain_since"),
        RecordNameColumn("上级组织", None, Organisation, ORGANISATION_SHEET),
        column(Organisation, "founded_on"),
        column(Organisation, "last_election_on"),
        column(Organisation, "liaison"),
        column(Organisation, "chat_kind"),
        column(Organisation, "chat_number"),
        column(Organisation, "address"),
        column(Organisation, "dissolved_on"),
        column(Organisation, "remark"),
    ]

    class Meta(SheetResource.Meta):
        model = Organisation

    def load(self):
        self.known = self.book.named(Organisation)
        self.stored = {organisation.pk: organisation for organisation in self.known.values()}
        by_path = {organisation.path: organisation for organisation in self.known.values()}
        self.parents = {id(one): by_path.get(one.path[: -one.steplen]) for one in self.known.values()}
        for one in self.known.values():
            one.parent_name = self.parents[id(one)] and self.parents[id(one)].name
        self.root = next((one for one in self.known.values() if one.is_root()), None)
        self.steps = defaultdict(int)
        for path in by_path:
            self._count_step(path)
        self.doubtful, self.circular = set(), set()

    def _count_step(self, path):
        above, step = path[: -Organisation.steplen], Organisation._str2int(path[-Organisation.steplen :])
        self.steps[above] = max(self.steps[above], step)

    def in_order(self, rows):
        """Returns the rows with parents before children and the root first among those without a parent.

        The root is the only committee without a parent, else the row that others name as parent. Sets `doubtful` and
        `circular`.
        """
        names = [(self._name(row.get("组织名称")), self._name(row.get("上级组织"))) for row in rows]
        above = {name: parent for name, parent in reversed(names) if name}
        orphans = {name for name, parent in above.items() if not parent}
        heads = {
            name for (name, _), row in zip(names, rows, strict=True) if row.get("组织类别") in COMMITTEE_LABELS
        } & orphans
        if len(heads) != 1:
            heads = orphans & set(above.values()) or orphans
        self.doubtful = orphans if len(heads) > 1 else set()
        depths, self.circular = levels(above)
        order = sorted(range(len(rows)), key=lambda at: (depths.get(names[at][0], 0), names[at][0] not in heads))
        return [rows[at] for at in order]

    @staticmethod
    def _name(cell):
        return " ".join(str(cell or "").split())

    def before_import_row(self, row, **options):
        if self._name(row.get("组织名称")) in self.circular:
            error = circular_error()
            raise row_problem(error.column, row.get(error.column), error.expected, error.remedy)
        super().before_import_row(row, **options)

    def find(self, row):
        return self.known.get(row["组织名称"])

    def start(self, row):
        if self.root is None and row["组织名称"] in self.doubtful:
            raise CellError("除最上级的一个组织外均填写上级组织", "请只让最上级的一个组织留空", "上级组织")
        if self.root and "上级组织" not in row and row["组织类别"] in COMMITTEES:
            where = "系统" if self.root.pk else "表"
            remedy = f"{where}中已有最上级组织“{self.root.name}”，请填写上级组织"
            raise CellError("上级组织的名称", remedy, "上级组织")
        return Organisation()

    def apply(self, record, row):
        parent, now = row.get("上级组织"), self.parents.get(id(record))
        if record.pk is None:
            parent = parent or self.root
        elif parent in (None, now):
            return []
        lineage = [parent] if parent else []
        while lineage and self.parents.get(id(lineage[-1])):
            lineage.append(self.parents[id(lineage[-1])])
        if record is self.root or any(record is one for one in lineage):
            raise circular_error()
        if len(lineage) >= DEEPEST_LEVEL:
            raise CellError(f"不超过 {DEEPEST_LEVEL} 级的上下级关系", "请核对上级组织", "上级组织")
        self._set_parent(record, parent)
        if record.pk is None:
            return []
        self._move(record, now, parent)
        return [("上级组织", now.name, parent.name)]

    def _set_parent(self, record, parent):
        self.trail.append(partial(self.parents.__setitem__, id(record), self.parents.get(id(record))))
        self.parents[id(record)] = parent

    def _move(self, record, former, parent):
        """Moves the organisation and its subtree to the end of the children of `parent`, as treebeard would."""
        path, depth = record.path, record.depth
        place = self._next_place(parent)
        for one in list(self.known.values()):
            if one.path.startswith(path):
                moved = place + one.path[len(path) :]
                self._count_step(moved)
                self._write(one, path=moved, depth=one.depth + parent.depth + 1 - depth)
        self._write(former, numchild=former.numchild - 1)
        self._write(parent, numchild=parent.numchild + 1)

    def _next_place(self, parent):
        """Returns the path of the next child of `parent`, or of the root."""
        above = parent.path if parent else ""
        return Organisation._get_path(above, parent.depth + 1 if parent else 1, self.steps[above] + 1)

    def _write(self, record, **values):
        """Sets values on a record that are saved together with the current row."""
        for name, value in values.items():
            self.trail.append(partial(setattr, record, name, getattr(record, name)))
            setattr(record, name, value)
        self.write_beside(record, set(values))

    def accept(self, record):
        """Places a new organisation in the tree as treebeard would, without queries, and indexes it by its name."""
        if record.path:
            for name in [name for name, one in self.known.items() if one is record and name != record.name]:
                del self.known[name]
            self.known[record.name] = record
            return
        parent = self.parents[id(record)]
        record.depth, record.path = parent.depth + 1 if parent else 1, self._next_place(parent)
        self._count_step(record.path)
        self.known[record.name] = record
        if parent:
            self._write(parent, numchild=parent.numchild + 1)
        else:
            self.root = record

    def rows_for_export(self, records):
        return records.with_parent_name()

    def value_for_export(self, record, heading, item):
        return record.parent_name if heading == "上级组织" else super().value_for_export(record, heading, item)


class DomainSpanResource(SpanResource):
    """Each row is a span of an organisation's earlier domain."""

    sheet = "领域变更"
    related = "earlier_domains"
    known_by = ("组织名称", "起始日期", "结束日期")
    columns = [
        RecordNameColumn("组织名称", "organisation", Organisation, ORGANISATION_SHEET, required=True),
        column(DomainSpan, "started_on"),
        column(DomainSpan, "ended_on"),
        column(DomainSpan, "domain", required=True),
    ]

    class Meta(SheetResource.Meta):
        model = DomainSpan

    def spans(self):
        spans = list(super().spans())
        self.book.attach(spans, "organisation", Organisation)
        return spans

    def owner_of(self, row):
        return row["组织名称"]

    def rows_for_export(self, records):
        return records.select_related("organisation").order_by("organisation__path", "ended_on")


class UnitResource(SheetResource):
    """Each row is a two-new organisation, identified by its name, else by its credit code."""

    sheet = "两新组织"
    known_by = ("单位名称", "统一社会信用代码")
    group = "团支部"
    columns = [
        column(Unit, "name", required=True),
        column(Unit, "credit_code"),
        column(Unit, "kind", required=True),
        column(Unit, "has_party_branch"),
        column(Unit, "employees"),
        column(Unit, "youths"),
        column(Unit, "league_form"),
        RecordNameColumn("团支部", "branch", Organisation, ORGANISATION_SHEET),
        column(Unit, "league_founded_on"),
        column(Unit, "task_year"),
        column(Unit, "is_contact_point"),
        column(Unit, "status", required=True),
        column(Unit, "status_on"),
        column(Unit, "verified_on"),
        column(Unit, "address"),
        column(Unit, "contact_name"),
        column(Unit, "contact_phone"),
        column(Unit, "remark"),
    ]
    synonyms = {
        "单位名称": "单位 单位全称 企业名称 公司名称 机构名称 两新组织名称 组织名称 名称",
        "统一社会信用代码": "统一信用代码 社会信用代码 信用代码",
        "类别": "单位类别 单位类型 单位性质 企业类型 组织类型 类型",
        "是否建立党组织": "是否有党组织 有无党组织 是否建立党支部 党组织",
        "职工总数": "职工数 职工人数 员工总数 员工数 员工人数 从业人数 从业人员数",
        "青年数": "青年人数 青年总数 青年职工数 35岁以下青年数 35周岁以下青年数",
        "团组织形式": "建团形式 团组织类型 团组织类别",
        "团支部": "团支部名称 所属团支部 所在团支部 团组织 团组织名称 所属团组织",
        "建团日期": "建团时间 团组织成立时间 团组织成立日期",
        "计入任务年度": "任务年度",
        "区级联系点": "是否区级联系点 联系点",
        "状态": "单位状态 经营状态",
        "最近核实日期": "最近核实时间 核实日期 核实时间",
        "地址": "单位地址 办公地址 详细地址 经营地址",
        "联系人": "联系人姓名",
        "联系电话": "联系人电话 联系方式 电话 电话号码 手机 手机号 手机号码",
        "备注": "备注说明",
    }

    class Meta(SheetResource.Meta):
        model = Unit

    def load(self):
        self.known = self.book.named(Unit)
        self.stored = {unit.pk: unit for unit in self.known.values()}
        self.by_code = {unit.credit_code: unit for unit in self.known.values() if unit.credit_code}
        self.book.attach(self.known.values(), "branch", Organisation)

    def find(self, row):
        unit, same_code = self.known.get(row["单位名称"]), self.by_code.get(row.get("统一社会信用代码"))
        if unit and same_code and unit is not same_code:
            remedy = f"该代码已登记在“{same_code.name}”名下，请核对代码"
            raise CellError("本单位的统一社会信用代码", remedy, "统一社会信用代码")
        return unit or same_code

    def accept(self, record):
        if record.pk and self.known.get(record.name) is not record:
            former = [name for name, unit in self.known.items() if unit is record]
            for name in former:
                del self.known[name]
        self.known[record.name] = record
        if record.credit_code:
            self.by_code[record.credit_code] = record

    def rows_for_export(self, records):
        return records.select_related("branch").order_by("pk")


class UnitContactResource(LogResource):
    """Each row is one contact with a two-new organisation."""

    sheet = "两新联络"
    columns = [
        RecordNameColumn("单位名称", "unit", Unit, UnitResource.sheet, required=True),
        column(UnitContact, "held_on", required=True),
        column(UnitContact, "form", required=True),
        column(UnitContact, "contact_name"),
        column(UnitContact, "content"),
    ]

    class Meta(SheetResource.Meta):
        model = UnitContact

    def rows_for_export(self, records):
        return records.select_related("unit").order_by("held_on", "pk")


class SupplyResource(LogResource):
    """Each row is one issue of supplies to an organisation."""

    sheet = "物资配发"
    columns = [
        column(Supply, "issued_on", required=True),
        RecordNameColumn("组织", "organisation", Organisation, ORGANISATION_SHEET, required=True),
        column(Supply, "item", required=True),
        column(Supply, "quantity", required=True),
    ]

    class Meta(SheetResource.Meta):
        model = Supply

    def rows_for_export(self, records):
        return records.select_related("organisation").order_by("issued_on", "pk")
