"""Import and export of the ledger sheets 团组织, 两新组织, 两新联络 and 物资配发; 两新变更 is beside."""

from collections import defaultdict
from functools import partial

from django.core.exceptions import ValidationError

from yl_district.likeness import firm_key, league_key
from yl_district.sheets.cells import CellError, is_blank, text_key
from yl_district.sheets.choice_widgets import YesNoWidget
from yl_district.sheets.columns import RecordNameColumn, column
from yl_district.sheets.doubts import SAME_ORGANISATION, Candidate
from yl_district.sheets.log_resource import LogResource
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource
from yl_district.sheets.span_resource import SpanResource

from .models import (
    CHANGE_INTO,
    CONTACT_POINT_LINE,
    STAGE_LINE,
    STATE_LINES,
    STATUS_LINE,
    UNDATED_CHANGES,
    UNIT_STATE_FIELDS,
    VERIFIED_LINE,
    DomainSpan,
    Organisation,
    Supply,
    Unit,
    UnitChange,
    UnitContact,
    check_founding_day,
    follow_changes,
    level_named,
    state_after,
)
from .unit_change_index import UnitChangeIndex

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


class NamedOtherwise(SheetResource):
    """A sheet of organisations, which `known` has by name; a name written otherwise is asked about.

    `likeness` says of a name what other spellings of it have in common.
    """

    @staticmethod
    def likeness(name):
        raise NotImplementedError

    def named_alike(self, name):
        """Returns the organisations whose names are alike: the registered ones, and the first that the file begins."""
        if self.alike is None:
            self.alike = defaultdict(dict)
            for one in list(self.known.values()):
                self.learn_alike(one)
        key = self.likeness(name)
        found = list(self.alike.get(key, {}).values()) if key else []
        return [one for one in found if one.pk] + [one for one in found if not one.pk][:1]

    def learn_alike(self, record):
        """Has later rows of names that are like the record's be asked about it."""
        if self.alike is not None:
            self.alike[self.likeness(record.name)][id(record)] = record

    def ask_which(self, row, heading, alike):
        """Returns the organisation that the row is answered to mean, which keeps its name, None for another one."""
        if not alike:
            return None
        found = self.ask(SAME_ORGANISATION, [Candidate(one, self._why_alike(one)) for one in alike])
        if found:
            # Other rows refer to it by the name in this one.
            name = row.pop(heading)
            self.known[name] = found
            self.written_so.add(name)
        return found

    def _why_alike(self, organisation):
        return "名称写法相近" if organisation.pk else f"{self.place_of(organisation)}，名称写法相近"


class OrganisationResource(NamedOtherwise):
    """Each row is a league organisation; parents may follow their children.

    A row without a parent is the root if there is none yet, else a child of the root; a committee must then name its
    parent, since it may be the root under another name.
    """

    sheet = ORGANISATION_SHEET
    known_by = ("组织名称",)
    likeness = staticmethod(league_key)
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
        column(Organisation, "chat_kind"),
        column(Organisation, "chat_number"),
        column(Organisation, "address"),
        column(Organisation, "dissolved_on"),
        column(Organisation, "remark"),
    ]

    state_column = "撤销日期"
    state_synonyms = {"现有": "在册", "": "撤销 撤并 已撤 解散"}

    class Meta(SheetResource.Meta):
        model = Organisation

    def load(self):
        self.known, self.alike, self.written_so = self.book.named(Organisation), None, set()
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
        found = self.known.get(row["组织名称"])
        return found or self.ask_which(row, "组织名称", self.named_alike(row["组织名称"]))

    def start(self, row):
        if self.root is None and row["组织名称"] in self.doubtful:
            raise CellError("除最上级的一个组织外均填写上级组织", "请只让最上级的一个组织留空", "上级组织")
        if self.root and "上级组织" not in row and row["组织类别"] in COMMITTEES:
            where = "系统" if self.root.pk else "表"
            remedy = f"{where}中已有最上级组织“{self.root.name}”，请填写上级组织"
            raise CellError("上级组织的名称", remedy, "上级组织")
        return Organisation(level="" if self.root else level_named(row["组织名称"]))

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

    def is_repeated(self, record, heading, value):
        is_parent = heading == "上级组织" and self.parents.get(id(record)) is value
        return is_parent or super().is_repeated(record, heading, value)

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
            former = [name for name, one in self.known.items() if one is record and name != record.name]
            for name in set(former) - self.written_so:
                del self.known[name]
            self.known[record.name] = record
            return
        parent = self.parents[id(record)]
        record.depth, record.path = parent.depth + 1 if parent else 1, self._next_place(parent)
        self._count_step(record.path)
        self.known[record.name] = record
        self.learn_alike(record)
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


PARTY_BRANCH_WORDS = {"已建": True, "已建立": True, "未建": False, "未建立": False}


class UnitResource(NamedOtherwise):
    """Each row is a two-new organisation, identified by its name, else by its credit code.

    Its status and mark as contact point are those after its last changes. Where the file does not state these itself, a
    row that says otherwise adds a change, or corrects the day of the last one.
    """

    sheet = "两新组织"
    belongs_by = ("团支部",)
    known_by = ("单位名称", "统一社会信用代码")
    likeness = staticmethod(firm_key)
    settled_by = "id"  # an undone import must not leave a unit in another state than its changes say
    group = "团支部"
    columns = [
        column(Unit, "name", required=True),
        column(Unit, "credit_code"),
        column(Unit, "kind", required=True),
        column(Unit, "has_party_branch", widget=YesNoWidget(PARTY_BRANCH_WORDS)),
        column(Unit, "employees"),
        column(Unit, "youths"),
        column(Unit, "league_members"),
        column(Unit, "secretary_name"),
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
        "团员数": "团员人数 团员总数 现有团员",
        "书记人选": "拟任书记 团支部书记人选 拟任团支部书记",
        "团组织形式": "建团形式 团组织类型 团组织类别",
        "团支部": "团支部名称 所属团支部 所在团支部 团组织 团组织名称 所属团组织",
        "建团日期": "建团时间 团组织成立时间 团组织成立日期",
        "计入任务年度": "任务年度",
        "区级联系点": "是否区级联系点 联系点",
        "状态": "单位状态 经营状态",
        "最近核实日期": "最近核实时间 核实日期 核实时间",
        "地址": "单位地址 办公地址 详细地址 经营地址 实际经营地址 通讯地址",
        "联系人": "联系人姓名",
        "联系电话": "联系人电话 联系人手机 联系人手机号 联系人联系方式 办公电话 固定电话 "
        "联系方式 电话 电话号码 手机 手机号 手机号码",
        "备注": "备注说明 备注信息",
    }
    state_column = "状态"
    state_synonyms = {
        "正常": "在营 存续 现有",
        "迁址": "迁出 迁走 搬迁 搬走 外迁",
        "注销": "吊销 停业 倒闭 撤销 关停",
        "联系不上": "失联 无法联系 查无 找不到",
    }
    state_days = {"迁址": "状态日期", "注销": "状态日期"}

    class Meta(SheetResource.Meta):
        model = Unit

    def load(self):
        self.known, self.alike, self.written_so = self.book.named(Unit), None, set()
        self.stored = {unit.pk: unit for unit in self.known.values()}
        self.by_code = {unit.credit_code: unit for unit in self.known.values() if unit.credit_code}
        self.book.attach(self.known.values(), "branch", Organisation)
        self.index, self.said = self.book.only(UnitChangeIndex), {}

    def watched(self):
        return [*super().watched(), UnitChange]

    def find(self, row):
        unit, same_code = self.known.get(row["单位名称"]), self.by_code.get(row.get("统一社会信用代码"))
        if unit and same_code and unit is not same_code:
            remedy = f"该代码已登记在“{same_code.name}”名下，请核对代码"
            raise CellError("本单位的统一社会信用代码", remedy, "统一社会信用代码")
        return unit or same_code or self.ask_which(row, "单位名称", self._alike(row))

    def _alike(self, row):
        """Returns the units with the same name written shorter or otherwise, and no other credit code."""
        code, alike = row.get("统一社会信用代码"), self.named_alike(row["单位名称"])
        return [unit for unit in alike if not (code and unit.credit_code)]

    def accept(self, record):
        if record.pk and self.known.get(record.name) is not record:
            former = [name for name, unit in self.known.items() if unit is record]
            for name in former:
                del self.known[name]
        self.known[record.name] = record
        self.learn_alike(record)
        if record.credit_code:
            self.by_code[record.credit_code] = record

    def apply(self, record, row):
        told = (self._tell_status, self._tell_contact_point, self._tell_verified)
        for line, tell in zip(STATE_LINES, told, strict=True):
            if self.index.is_stated(record, line):
                self.said[id(record), line] = record, self.row_at, row
                self.trail.append(partial(self.said.pop, (id(record), line)))
            else:
                tell(record, row)
        self._check_founding(record)
        days = {STATUS_LINE: ("status_on", "状态日期"), VERIFIED_LINE: ("verified_on", "最近核实日期")}
        for line, (name, heading) in days.items():
            if self.index.is_stated(record, line) and heading not in row:
                self.change(record, name, self.index.last_stated(record, line))
        return []

    def _check_founding(self, unit):
        """Raises CellError where the unit's league body was founded before a change of its stage."""
        try:
            check_founding_day(unit.league_founded_on, self.index.of_line(unit, STAGE_LINE))
        except ValidationError as error:
            (found,) = error.error_dict["league_founded_on"]
            raise CellError(found.params["expected"], found.params["remedy"], "建团日期") from None

    @property
    def state_day(self):
        """The day since which a changed state holds where the row does not say."""
        return getattr(self.book, "state_day", self.book.today)

    def _tell_status(self, unit, row):
        """Adds the change by which a unit comes to the status of its row, or corrects the day of its last one."""
        changes, day = self.index.of_line(unit, STATUS_LINE), row.get("状态日期")
        if unit.status == state_after(changes, STATUS_LINE):
            if changes and day and day != changes[-1].happened_on:
                self._correct_day(changes[-1], day)
            return
        if day is None and unit.is_retired:
            expected = f"状态为{unit.get_status_display()}时填写状态日期"
            raise CellError(expected, "请补填变更发生的日期", "状态日期")
        if day is None and unit.pk:
            day = self.state_day
        if changes and day < changes[-1].sorting_day:
            last = changes[-1]
            expected = f"不早于最后一次变更（{last.happened_on} {last.get_kind_display()}）的日期"
            raise CellError(expected, "更早的变更请填入《两新变更》表，或在该单位的页面上登记", "状态日期")
        if day != unit.status_on:
            self.change(unit, "status_on", day)
        self._add_change(UnitChange(unit=unit, kind=CHANGE_INTO[unit.status], happened_on=day))

    def _tell_contact_point(self, unit, row):
        """Adds the change by which a unit begins or ceases to be a contact point, as its row says."""
        said, changes = row.get("区级联系点"), self.index.of_line(unit, CONTACT_POINT_LINE)
        if said is None or said == (state_after(changes, CONTACT_POINT_LINE) is True):
            return
        day = self.state_day if unit.pk else unit.league_founded_on
        self._add_change(UnitChange(unit=unit, kind=CHANGE_INTO[said], happened_on=day))

    def _tell_verified(self, unit, row):
        """Adds the verification on the day of its row, unless that is the last one."""
        day, changes = row.get("最近核实日期"), self.index.of_line(unit, VERIFIED_LINE)
        last = changes[-1].happened_on if changes else None
        if day in (None, last):
            return
        if last and day < last:
            remedy = "更早的核实请填入《两新变更》表，或在该单位的页面上登记"
            raise CellError(f"不早于最近一次核实（{last}）的日期", remedy, "最近核实日期")
        self._add_change(UnitChange(unit=unit, kind=UnitChange.Kind.VERIFIED, happened_on=day))

    def _add_change(self, change):
        self._check_change(change)
        self.trail.append(self.index.add(change))
        self.write_beside(change)

    def _correct_day(self, change, day):
        for name, value in {"happened_on": day, "ended_on": None}.items():
            self.trail.append(partial(setattr, change, name, getattr(change, name)))
            setattr(change, name, value)
        self._check_change(change)
        self.write_beside(change, ["happened_on", "ended_on"])

    def _check_change(self, change):
        """Raises CellError where the change is refused, or cannot happen between the unit's other changes."""
        headings = {"happened_on": "状态日期", "kind": "状态"}
        if change.kind not in STATUS_LINE:
            heading = "区级联系点" if change.kind in CONTACT_POINT_LINE else "最近核实日期"
            headings = dict.fromkeys(headings, heading)
        try:
            change.clean()
            change.check_place(self.index.others(change))
        except ValidationError as error:
            (name, (found, *_)), *_ = error.error_dict.items()
            raise CellError(found.params["expected"], found.params["remedy"], headings[name]) from None

    def late_problems(self):
        """Yields a problem for each row whose status or mark is not what the changes in the file come to."""
        remedy = f"请核对该单位的各项变更与本行，改正其中一处；变更见《{UnitChange._meta.verbose_name}》"
        for (_, line), (unit, row_at, row) in self.said.items():
            changes = self.index.of_line(unit, line)
            state, day = state_after(changes, line), changes[-1].happened_on if changes else None
            expected = {
                STATUS_LINE: {"状态": state, "状态日期": day},
                CONTACT_POINT_LINE: {"区级联系点": state is True},
                VERIFIED_LINE: {"最近核实日期": day},
            }[line]
            for heading, value in expected.items():
                if row.get(heading) not in (None, value):
                    widget = self.fields[heading].widget
                    shown = widget.render(value) or "（空）"
                    yield (row_at, heading, widget.render(row[heading]), f"与最后一项变更一致的“{shown}”", remedy)
                    break

    @classmethod
    def settle(cls, keys):
        UnitChange.objects.rechain(keys)

    def rows_for_export(self, records):
        return records.select_related("branch").order_by("pk")


class UnitChangeResource(SheetResource):
    """Each row is a change of a two-new organisation, identified by unit, day and kind.

    Only what has always held, as far as is known, has no day; while it still does, the unit's own row says so.
    """

    sheet = "两新变更"
    known_by = ("单位名称", "日期", "事项")
    relies_on_all = True
    settled_by = "unit"
    is_announced = True
    columns = [
        RecordNameColumn("单位名称", "unit", Unit, UnitResource.sheet, required=True),
        column(UnitChange, "happened_on", required=True),
        column(UnitChange, "kind", required=True),
        column(UnitChange, "way"),
        column(UnitChange, "handled_by"),
        column(UnitChange, "remark"),
    ]
    synonyms = {
        "单位名称": UnitResource.synonyms["单位名称"],
        "日期": "变更日期 变更时间 发生日期",
        "事项": "变更事项 变更情况 变更",
        "备注": "备注说明 说明",
    }

    class Meta(SheetResource.Meta):
        model = UnitChange

    @property
    def index(self):
        return self.book.only(UnitChangeIndex)

    def load(self):
        self.stored, self.rows = self.index.stored, {}

    def announce(self, row):
        name, kind = row.get("单位名称"), row.get("事项")
        meant = self.aliases.get("单位名称", {}).get(text_key(name), name)
        try:
            day = None if is_blank(row.get("日期")) else self.fields["日期"].widget.clean(row["日期"])
            self.index.state(meant, self.fields["事项"].widget.clean(kind), day)
        except CellError:
            return  # reported with the row itself

    def is_said_elsewhere(self, item, row):
        return item.column_name == "日期" and row.get("事项") in {kind.label for kind in UNDATED_CHANGES}

    def find(self, row):
        found = (row["单位名称"], row.get("日期"), row["事项"])
        changes = self.index.of_unit(row["单位名称"])
        return next((one for one in changes if (one.unit, one.happened_on, one.kind) == found), None)

    def recall(self, record):
        if self.row["单位名称"] is not record.unit:
            remedy = "标记属于另一单位的变更：请恢复原来的单位名称；确为另一项变更时清空标记这一格"
            raise row_problem("单位名称", self.row["单位名称"].name, str(record.unit), remedy)
        return super().recall(record)

    def apply(self, record, row):
        self.rows[id(record)] = record, self.row_at
        self.trail.append(partial(self.rows.pop, id(record)))
        if record.pk and any(heading == "日期" for heading, *_ in self.changes):
            self.change(record, "ended_on", None)  # set anew, and until then possibly before the corrected day
        return []

    def accept(self, record):
        if record.pk is None:
            self.index.add(record)
        unit = record.unit
        if unit.pk and follow_changes(unit, *(self.index.of_line(unit, line) for line in STATE_LINES)):
            self.write_beside(unit, UNIT_STATE_FIELDS)  # so that an undone import sets them back

    def late_problems(self):
        """Yields the problems of rows that contradict the unit's other changes, stored or in the file."""
        lines = {(id(change.unit), change.line): change for change, _ in self.rows.values()}
        for change in lines.values():
            yield from self._problems_of_line(self.index.of_line(change.unit, change.line))

    def _problems_of_line(self, changes):
        sound = []
        for change in sorted(changes, key=lambda one: (one.sorting_day, id(one) in self.rows)):
            try:
                change.check_place(sound)
            except ValidationError as error:
                if id(change) in self.rows:
                    yield self._problem_of(change, error)
                    continue
                if told := [one for one in sound if id(one) in self.rows]:
                    yield self._problem_before(told[-1], change)
            sound.append(change)
        for change in sound[-1:]:
            if change.happened_on is None and change.pk is None:
                yield (self.rows[id(change)][1], "日期", None, "必填内容", "请填写日期")

    def _problem_of(self, change, error):
        (name, (found, *_)), *_ = error.error_dict.items()
        heading = self._heading_of(change, name)
        shown = self.render(heading, self.fields[heading], getattr(change, name) or "")
        return (self.rows[id(change)][1], heading, shown, found.params["expected"], found.params["remedy"])

    def _problem_before(self, change, after):
        expected = f"能与其后 {after.happened_on} 的{after.get_kind_display()}衔接的事项"
        remedy = "请核对事项与日期；已登记的变更有误的，请先在该单位的页面上改正"
        return (self.rows[id(change)][1], "事项", change.get_kind_display(), expected, remedy)

    @classmethod
    def settle(cls, keys):
        UnitChange.objects.rechain(keys)

    def rows_for_export(self, records):
        dated = records.exclude(happened_on__isnull=True, ended_on__isnull=True)
        return dated.select_related("unit").in_order()


class UnitContactResource(LogResource):
    """Each row is one contact with a two-new organisation."""

    sheet = "两新联络"
    columns = [
        RecordNameColumn("单位名称", "unit", Unit, UnitResource.sheet, required=True),
        column(UnitContact, "held_on", required=True),
        column(UnitContact, "form", required=True),
        column(UnitContact, "contact_name"),
        column(UnitContact, "content"),
        column(UnitContact, "next_step"),
        column(UnitContact, "next_on"),
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
