"""Import and export of the ledger sheets 团员 and 团干部, and the base of all sheets about people."""

from collections import defaultdict
from datetime import date
from functools import partial

from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.history.bulk_sql import new_record
from yl_district.importing.questions import ANOTHER_DAY, day_question
from yl_district.pinyin import person_order
from yl_district.privacy.encryption import DIGESTED
from yl_district.privacy.masking import masked
from yl_district.sheets import export_marks
from yl_district.sheets.cells import CellError, is_blank, split_list
from yl_district.sheets.choice_widgets import YesNoWidget
from yl_district.sheets.code_lists import CodeList
from yl_district.sheets.columns import Column, RecordNameColumn, column, key_of
from yl_district.sheets.doubts import SAME_PERSON
from yl_district.sheets.export_recall import HistorySpans
from yl_district.sheets.problems import RowProblems, row_problem
from yl_district.sheets.resource import SheetResource
from yl_district.sheets.span_resource import SpanResource
from yl_district.sheets.text_widgets import IdentityNumberWidget, MobileWidget, NameWidget

from .asked_people import AskedDirectory, AskedMembers
from .codes import (
    EDUCATION_ALIASES,
    EDUCATION_CODES,
    ETHNICITY_ALIASES,
    ETHNICITY_CODES,
    POLITICAL_STATUS_ALIASES,
    POLITICAL_STATUS_CODES,
)
from .directory import CADRE, MEMBER, Directory, contradicts, people_seen
from .liaison_index import POST_SHEET, LiaisonIndex
from .models import LEAVING_STATUSES, Member, Person, Post, SchoolSpan, shown_name

PERSON_WIDGETS = {"name": NameWidget(), "identity_number": IdentityNumberWidget(), "mobile": MobileWidget()}

GENDER_ALIASES = dict.fromkeys("男性 男生 男士 男同志".split(), "男") | dict.fromkeys(
    "女性 女生 女士 女同志".split(), "女"
)
GENDER_CODES = CodeList(  # by GB/T 2261.1
    "gender", "性别", "性别栏的 1、2 是什么？", "1 是男，2 是女", {1: "男", 2: "女"}, "，表中没有身份证号可以对照"
)
IN_SCHOOL_WORDS = dict.fromkeys("在校 在读 在校生 在校学生 在学 就读 学生".split(), True) | dict.fromkeys(
    "毕业 已毕业 离校 已离校 不在校 非在校 非在校生 非学生".split(), False
)

OTHER_NAMES = Person._meta.get_field("other_names").verbose_name
FURTHER = ("other_names", "document_kind", "document_number")
# It encodes the birth date and the sex as well (GB 11643).
IDENTITY_HEADING = "身份证号"


def person_column(name, required=False, owner="person", unless=""):
    """Returns a column for a field of the person whom a row describes."""
    aliases = GENDER_ALIASES if name == "gender" else None
    found = column(Person, name, required, prefix=f"{owner}__", widget=PERSON_WIDGETS.get(name), aliases=aliases)
    found.unless, found.codes = unless, GENDER_CODES if name == "gender" else None
    return found


PERSON_SYNONYMS = {
    "姓名": "真实姓名 名字 本人姓名",
    "出生日期": "出生年月 出生年月日 出生时间 出生 生日",
    "身份证号": "身份证号码 身份号码 身份证件号码 身份证件号 居民身份证号 公民身份证号 "
    "公民身份号码 公民身份证号码 居民身份证号码 证件号码 证件号 身份证",
    "手机号码": "手机号 手机 本人手机 本人电话 联系手机 移动电话号码 联系电话号码 "
    "移动电话 联系电话 电话 电话号码 联系方式",
}
BRANCHES = "所在团组织 所属团组织 团组织 团组织名称 所属团支部 团支部 团支部名称 支部名称"
WORKPLACES = "学习工作单位 工作学习单位 工作/学习单位 学习/工作单位 工作或学习单位 学习或工作单位 所在单位"


class PersonReference(Column):
    """A column that names one person with a capacity."""

    names_others = True

    def __init__(self, heading, attribute, capacity, required=False):
        super().__init__(heading, attribute, required=required)
        self.capacity = capacity

    @property
    def lookup(self):
        return ""

    def resolve(self, book, value):
        return book.only(Directory).refer(value, self.capacity)


# What a row of members says of whom it may mean.
FORESEEN = ("姓名", "身份证号", "手机号码", "其他证件号码", "发展团员编号")

EVERYONE = "全部"
ROLL_BEGIN = "roll_begin"  # the question since when new members stand
SINCE_JOINING = "入团年月"


def means_everyone(cell):
    """Whether a cell with names is 全部, everyone; raises CellError where it names others as well."""
    names = split_list(cell)
    if EVERYONE in names and len(names) > 1:
        raise CellError("“全部”，或一个或几个姓名", "“全部”须单独填写，不与姓名同时出现")
    return names == [EVERYONE]


def each_named(cell, known):
    """Returns the distinct results of `known(name)` for the names in a cell.

    Raises CellError for a name that `known` rejects, naming it if there are several.
    """
    names, found = split_list(cell), {}
    for name in names:
        try:
            one = known(name)
        except CellError as error:
            remedy = f"其中“{name}”：{error.remedy}" if len(names) > 1 else error.remedy
            raise CellError(error.expected, remedy, error.column) from None
        found[id(one)] = one
    return list(found.values())


class PeopleReference(PersonReference):
    """A column that names several people with a capacity, or all of them by 全部 where `may_be_everyone`."""

    def __init__(self, heading, attribute, capacity, required=False, may_be_everyone=False):
        super().__init__(heading, attribute, capacity, required)
        self.may_be_everyone = may_be_everyone

    def resolve(self, book, value):
        if self.may_be_everyone and means_everyone(value):
            return EVERYONE
        people = each_named(value, lambda name: super(PeopleReference, self).resolve(book, name))
        if not people:
            raise CellError("一个或几个姓名", "请填写姓名，几个姓名之间用顿号分隔")
        return people


class PeopleResource(SheetResource):
    """A sheet about people; `owner` is the foreign key to the person described, or None."""

    owner = "person"
    shared = tuple(
        f"{owner}__{name}"
        for owner in ("person", "youth", "student")
        for name in ("name", "gender", "birth_date", "identity_number", "mobile", *FURTHER)
    )
    kept = tuple(one for one in shared if one.endswith(("gender", "birth_date")))

    @property
    def directory(self):
        return self.book.only(Directory)

    def ask_who(self, candidates):
        """Returns the registered person whom the current row is answered to mean, None for another one.

        The registered name stays, and another spelling becomes one of the other names, known from now on.
        """
        found = self.ask(SAME_PERSON, candidates)
        name = getattr(self.row["姓名"], "name", self.row["姓名"])
        is_open = found is not None and (Person, found.pk) not in self.book.closed
        if is_open and name not in found.all_names:
            names = "、".join([*found.all_names[1:], name])
            if len(names) <= Person._meta.get_field("other_names").max_length:
                self.also_named = names
        return found

    def before_import_row(self, row, **options):
        self.also_named = ""
        super().before_import_row(row, **options)

    def import_instance(self, instance, row, **options):
        person, item = getattr(instance, self.owner) if self.owner else None, self.fields.get("姓名")
        is_stored = person is not None and person.pk is not None
        if is_stored and item.attribute and self.row.get("姓名") != person.name and self._is_known_name(person):
            self.row["姓名"] = person.name
        super().import_instance(instance, row, **options)
        if is_stored and self.also_named:
            self.changes.append((OTHER_NAMES, masked(person.other_names), masked(self.also_named)))
            self.change(person, "other_names", self.also_named)

    def _is_known_name(self, person):
        """Whether the row names a person by one of the other names, the one that it adds included."""
        return self.row.get("姓名") in (*person.all_names, self.also_named.rpartition("、")[2])

    def records_of(self, instance):
        return [getattr(instance, self.owner), instance] if self.owner else [instance]

    def _heading_of(self, record, name):
        """Returns the heading of a field, for a birth date that an identity number gave that of the number."""
        is_given = name == "birth_date" and not self.row.get("出生日期") and self.row.get(IDENTITY_HEADING)
        return IDENTITY_HEADING if is_given else super()._heading_of(record, name)

    def watched(self):
        return list(dict.fromkeys([Person, Member, Post, *super().watched()]))

    def recall(self, record):
        """Returns the record of the row's export mark; raises an error of the row where the mark is another person's.

        That happens when only some columns were sorted. Where the name only identifies the person, it must be the same;
        where it is a field of the record, it may be corrected if no number contradicts.
        """
        self.person = getattr(record, self.owner) if self.owner else None
        stated = self.row.get("姓名")
        is_other = self.person and stated and getattr(stated, "name", stated) != self.person.name
        if is_other and (self.fields["姓名"].attribute is None or contradicts(self.person, self.row)):
            remedy = "标记属于另一人，各列可能在排序或粘贴时错开：请恢复原来的顺序；确为另一人时清空这一格"
            found = getattr(stated, "name", stated)
            raise row_problem(export_marks.HEADING, found, "本行这个人的导出标记", remedy)
        if self.person and (number := self.row.get(IDENTITY_HEADING)):
            self._located(self.row, lambda: self.directory.refuse_number_of_another(self.person, number))
        return record

    def standing_value(self, record, heading):
        """Returns the stored value, with people replaced by the directory's own Person objects."""
        value = super().standing_value(record, heading)
        if isinstance(value, list):
            return [self.directory.same(one) if isinstance(one, Person) else one for one in value]
        return self.directory.same(value) if isinstance(value, Person) else value

    def attach_people(self, records, *attributes):
        """Sets the directory's own Person objects on the records."""
        for record in records:
            for attribute in attributes or (self.owner,):
                setattr(record, attribute, self.directory.people[getattr(record, f"{attribute}_id")])

    def is_evident(self, heading, row):
        """Whether the row has an identity number, which says the sex as well, so that another one is an error."""
        return self.fields[heading].codes is GENDER_CODES and not is_blank(row.get(IDENTITY_HEADING))

    def is_sure(self, instance):
        """Whether nobody else is known by the person's name, or an identity number tells who it is."""
        if not self.owner:
            return False
        person = getattr(instance, self.owner)
        return bool(self.row.get(IDENTITY_HEADING)) or all(one is person for one in self.directory.namesakes(person))

    def save_instance(self, instance, is_create, row, **options):
        if self.owner:
            self.directory.learn(getattr(instance, self.owner))
        super().save_instance(instance, is_create, row, **options)

    def masked_cell(self, record, item, text):
        if self.owner and item.attribute == f"{self.owner}__name":
            return item.widget.render(getattr(record, self.owner).shown_name)
        return super().masked_cell(record, item, text)

    def plain_mask(self, item):
        if self.owner and item.attribute == f"{self.owner}__name":
            return lambda name, born: shown_name(name, born, self.book.today), (f"{self.owner}__birth_date",)
        return super().plain_mask(item)

    def render(self, heading, item, value):
        if isinstance(item, PersonReference):
            people = value if isinstance(value, (list, str)) else [value]
            if isinstance(people, str):
                return people
            references = [self.directory.reference(person, item.capacity) for person in people]
            return "、".join(sorted(references, key=person_order))
        return super().render(heading, item, value)


class MemberIndex:
    """Memberships in one workbook: `stored` by primary key, `of_person` by the id() of the Person object."""

    def __init__(self, book):
        known = list(book.rows(Member).order_by("pk").iterator())
        self.stored, self.of_person = {member.pk: member for member in known}, defaultdict(list)
        if book.committee is not None:
            # On the rolls of other committees, with which none here may overlap.
            others = Member.objects.filter(person__in=people_seen(book).order_by().values("pk"))
            known += [member for member in others if member.pk not in self.stored]
        book.attach(known, "branch", Organisation)
        people = book.only(Directory).people
        for member in known:
            member.person = people[member.person_id]
        for member in known:
            self.of_person[id(member.person)].append(member)


class MemberResource(PeopleResource):
    """Each row is a league member's period on one branch's roll."""

    sheet = "团员"
    known_by = ("姓名", "身份证号", "手机号码", "出生日期", "所在团支部", "在册起始日期", "来源日期", "入团年月")
    group = "所在团支部"
    begins = ("在册起始日期", "来源日期", "入团年月")
    ends = ("离开日期",)
    columns = [
        person_column("name", required=True),
        person_column("gender", required=True, unless=IDENTITY_HEADING),
        column(Member, "ethnicity", aliases=ETHNICITY_ALIASES, codes=ETHNICITY_CODES),
        person_column("birth_date"),
        person_column("identity_number"),
        column(Member, "political_status", aliases=POLITICAL_STATUS_ALIASES, codes=POLITICAL_STATUS_CODES),
        column(Member, "education", aliases=EDUCATION_ALIASES, codes=EDUCATION_CODES),
        column(Member, "joined_league_on"),
        RecordNameColumn("所在团支部", "branch", Organisation, ORGANISATION_SHEET, required=True),
        person_column("mobile"),
        column(Member, "wechat"),
        column(Member, "employer"),
        column(Member, "in_school", widget=YesNoWidget(IN_SCHOOL_WORDS)),
        column(Member, "enrolled_on"),
        column(Member, "graduated_on"),
        column(Member, "development_no"),
        column(Member, "volunteer_no"),
        column(Member, "intake"),
        column(Member, "intake_on"),
        column(Member, "listed_on"),
        column(Member, "status"),
        column(Member, "left_on"),
        person_column("other_names"),
        person_column("document_kind"),
        person_column("document_number"),
        column(Member, "remark"),
    ]
    synonyms = PERSON_SYNONYMS | {
        "又名": "曾用名 别名",
        "其他证件号码": "护照号码 护照号 通行证号码",
        "姓名": f"{PERSON_SYNONYMS['姓名']} 团员姓名 学生姓名 缴费人",
        "民族": "族别 名族",
        "政治面貌": "面貌 党团",
        "文化程度": "学历 最高学历 全日制学历 学历学位 受教育程度",
        "入团年月": "入团时间 入团日期 入团年月日",
        "所在团支部": f"{BRANCHES} 所在支部 所属支部 支部 选择组织 单位",
        "微信号": "微信 微信号码",
        "工作单位": f"{WORKPLACES} 单位 学校 就读学校 就读院校 单位名称",
        "是否在校": "在校 是否在校生 是否在校学生 是否学生",
        "入学年月": "入学时间 入学日期",
        "毕业年月": "毕业时间 毕业日期",
        "发展团员编号": "团员编号 入团志愿书编号 团员证号 发展编号",
        "志愿者编号": "志愿者号 志愿服务编号 志愿北京编号",
        "来源": "团员来源",
        "来源日期": "转入日期 转入时间 来源时间",
        "在册起始日期": "在册日期 在册时间 在册起始时间 在册起始",
        "团籍状态": "状态 团员状态",
        "离开日期": "转出日期 转出时间 离开时间",
        "备注": "备注说明 备注信息 其他说明",
    }
    state_column = "团籍状态"
    state_synonyms = {
        "正常": "在册 在籍 现有",
        "转出": "转走 调出 迁出 离开 不在册 减员",
        "超龄离团": "超龄 离团 到龄 离开 不在册 减员",
        "自愿退团": "退团 离开 不在册 减员",
        "自行脱团": "退团 脱团",
        "失联": "失去联系 联系不上 不在册",
        "流动": "外出务工",
        "开除": "除名",
        "死亡": "去世 病故 亡故",
    }
    state_days = dict.fromkeys((status.label for status in LEAVING_STATUSES), "离开日期")
    asks = True

    class Meta(SheetResource.Meta):
        model = Member

    @classmethod
    def ask_as_needed(cls, book, noting):
        directory = AskedDirectory(book, noting)
        book.hold(Directory, directory)
        book.hold(MemberIndex, AskedMembers(book, directory))

    def load(self):
        index = self.book.only(MemberIndex)
        self.of_person, self.numbers, self.stored, self.undated = index.of_person, {}, index.stored, {}
        if self.book.asks:
            self.directory.begin()
            index.begin(self.accept)
            return
        for member in self.stored.values():
            self.accept(member)

    def foresee(self, rows):
        if not self.book.asks:
            return
        marks = [self.own_mark(row.get(export_marks.HEADING)) for row in rows]
        if keys := {mark.key for mark in marks if mark}:
            self.members.ask_keys(keys)
            stored = [self.stored[key] for key in keys if key in self.stored]
            spans = self.book.only(HistorySpans)
            spans.foresee(Member, [one.pk for one in stored])
            spans.foresee(Person, [one.person_id for one in stored])
        plain = [row for row, mark in zip(rows, marks, strict=True) if not mark]
        self.marked = None
        for heading in FORESEEN:
            self.memory[heading].clear()  # of what every row says differently only these rows are remembered
        said = [{heading: one for heading in FORESEEN if (one := self.likely(heading, row))} for row in plain]
        self.directory.foresee(said)
        self.members.ask_numbers({one["发展团员编号"] for one in said if "发展团员编号" in one})
        if self.book.committee is not None:
            self._foresee_elsewhere(said)

    def _foresee_elsewhere(self, said):
        for index, heading in (("identity_number_index", IDENTITY_HEADING), ("document_number_index", "其他证件号码")):
            digest = Person._meta.get_field(index).digest
            values = [digest(one[heading]) for one in said if heading in one]
            self.book.elsewhere(Person, index).foresee(values)
        numbers = [one["发展团员编号"] for one in said if "发展团员编号" in one]
        self.book.elsewhere(Member, "development_no").foresee(numbers)

    @property
    def members(self):
        return self.book.only(MemberIndex)

    def likely(self, heading, row):
        """Returns what a cell of a row seems to say, None for nothing that can be read."""
        value = row.get(heading)
        try:
            return None if is_blank(value) else self.read(heading, self.fields[heading], value, row)
        except CellError:
            return None

    def stored_of(self, key):
        if self.book.asks:
            self.members.ask_keys([key])
        return super().stored_of(key)

    def accept(self, record):
        if not any(record is one for one in self.of_person[id(record.person)]):
            self.of_person[id(record.person)].append(record)
        if record.development_no:
            self.numbers[record.development_no] = record
        self.directory.note(record.person, key_of(record.branch), MEMBER)

    def find(self, row):
        """Returns the membership in the branch that began on the same day, else the overlapping one, or None.

        Raises CellError where several match.
        """
        self.person = self.directory.matching(row, [key_of(row["所在团支部"])], self.ask_who)
        known = self.of_person[id(self.person)] if self.person else []
        known = [member for member in known if member.branch is row["所在团支部"]]
        if not known:
            return None
        stated = Member(
            listed_on=row.get("在册起始日期"),
            intake_on=row.get("来源日期"),
            joined_league_on=row.get("入团年月"),
            left_on=row.get("离开日期"),
        )
        begun = [one for one in known if (one.listed_on, one.intake_on) == (stated.listed_on, stated.intake_on)]
        if begun:
            return begun[-1]
        fitting = [member for member in known if stated.overlaps(member)]
        fitting = [member for member in fitting if not member.left_on] or fitting
        if len(fitting) > 1:
            raise CellError("与原登记一致的来源日期", "此人几次在该支部，请填写这一次的来源日期", "来源日期")
        return fitting[0] if fitting else None

    def start(self, row):
        member = new_record(Member)
        member.person = self.person or new_record(Person)
        if self.person is None:
            member.person.name = row["姓名"]
            if self.book.asks:
                vars(member.person)[DIGESTED] = self.directory.digested(row)
        return member

    def apply(self, record, row):
        """Sets 在册起始日期 of a new member of a list without any date, as the file's answer says."""
        if self.has_begun(record) and not (record.listed_on or record.intake_on):
            self.undated[self.place] = None
            if self.book.is_list:
                record.listed_on = self.listing_day(record)
            # Not before: a row that is wrong by the present answer alone is to be asked about.
            self.trail.append(partial(self.undated.pop, self.place))
        return []

    def listing_day(self, record):
        """Returns the day by the file's answer, else today; raises CellError for somebody who had left before."""
        answer = self.book.answers.get(ROLL_BEGIN)
        if answer == SINCE_JOINING:
            return record.joined_league_on
        day = date.fromisoformat(answer) if answer else self.book.today
        if record.left_on and record.left_on < day:
            remedy = "请补填来源日期或在册起始日期；名单中的人一直在本单位的，请改为答复“入团年月”"
            raise CellError(f"不早于在册起始日期（按名单的答复为 {day}）的日期", remedy, "离开日期")
        return day

    def questions(self):
        if self.undated and self.book.is_list:
            first = self.book.today.replace(month=1, day=1)
            yield day_question(
                self.book.today,
                self.undated,
                id=ROLL_BEGIN,
                kind=ROLL_BEGIN,
                asked="这些团员从哪一天起在册？",
                found=f"{len(self.undated)} 行新增的团员没有来源日期和在册起始日期",
                proposals={
                    first.isoformat(): f"今年第一天（{first}）",
                    ANOTHER_DAY: ANOTHER_DAY,
                    SINCE_JOINING: f"{SINCE_JOINING}（一直在本单位）",
                },
            )

    def doubts(self):
        if self.undated and not self.book.is_list:
            yield (
                f"{len(self.undated)} 行新增的团员没有在册起始日期和来源日期，在册从入团年月算起，"
                "没有入团年月的按一直在册。"
            )

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        number = instance.development_no
        if self.book.asks and number and number not in self.numbers:
            self.members.ask_numbers([number])
        holder = self.numbers.get(number)
        if holder not in (None, instance) and holder.development_no == instance.development_no:
            remedy = f"该编号已由{holder.person.shown_name}使用，请核对入团志愿书"
            raise row_problem("发展团员编号", instance.development_no, "不与他人重复的编号", remedy)
        for other in self.of_person[id(instance.person)]:
            if other is not instance and instance.overlaps(other):
                remedy = "同一人同一时间只在一个支部：请先填写原支部的离开日期与团籍状态（转出），或核对支部名称"
                is_foreign = other.pk is not None and other.pk not in self.stored
                expected = f"不与在{'其他单位' if is_foreign else f'“{other.branch}”'}的团籍重叠"
                kind = RowProblems.ELSEWHERE if other.pk else RowProblems.DUPLICATE
                standing = other if other.pk and not is_foreign else None
                raise row_problem("所在团支部", instance.branch.name, expected, remedy, kind, standing)

    def rows_for_export(self, records):
        return records.select_related("person", "branch").order_by("pk")


class SchoolSpanResource(SpanResource, PeopleResource):
    """Each row is a member's earlier time in school; the member is the person's latest membership."""

    sheet = "在校变更"
    related = "school_spans"
    owner = None
    known_by = ("姓名", "起始日期", "结束日期")
    columns = [
        PersonReference("姓名", None, MEMBER, required=True),
        column(SchoolSpan, "started_on"),
        column(SchoolSpan, "ended_on"),
        column(SchoolSpan, "in_school", required=True),
    ]

    class Meta(SheetResource.Meta):
        model = SchoolSpan

    @property
    def members(self):
        return self.book.only(MemberIndex)

    def spans(self):
        spans = list(super().spans())
        for span in spans:
            span.member = self.members.stored[span.member_id]
        return spans

    def owner_of(self, row):
        known = self.members.of_person[id(row["姓名"])]
        if not known:
            raise CellError("团员的姓名", "请核对姓名，或先在《团员》表中加入", "姓名")
        return max(known, key=lambda member: (not member.left_on, member.roll_begin or date.min))

    def rows_for_export(self, records):
        return records.select_related("member__person").order_by("member_id", "ended_on")

    def value_for_export(self, record, heading, item):
        if heading == "姓名":
            return self.directory.same(record.member.person)
        return super().value_for_export(record, heading, item)


class PostResource(PeopleResource):
    """Each row is a post held."""

    sheet = POST_SHEET
    known_by = ("姓名", "手机号码", "所在组织", "职务", "任职年月")
    group = "所在组织"
    columns = [
        person_column("name", required=True),
        person_column("gender"),
        person_column("mobile"),
        RecordNameColumn("所在组织", "organisation", Organisation, ORGANISATION_SHEET, required=True),
        column(Post, "title", required=True),
        column(Post, "duties"),
        column(Post, "nature"),
        column(Post, "started_on", required=True),
        column(Post, "ended_on"),
        column(Post, "link_quota"),
        column(Post, "remark"),
    ]
    synonyms = {
        "手机号码": PERSON_SYNONYMS["手机号码"],
        "姓名": f"{PERSON_SYNONYMS['姓名']} 团干部姓名 团干部 干部姓名",
        "所在组织": f"{BRANCHES} 所在团支部 所属组织 组织名称 单位 所在单位",
        "职务": "团内职务 团内现任职务 现任职务 任职情况 职务名称",
        "职责": "分工 工作分工 主要职责",
        "干部性质": "性质 专兼职 专/兼职 专职/兼职 专兼挂 专兼挂情况",
        "任职年月": "任职时间 任职日期 任现职时间 任现职年月",
        "离任年月": "离任时间 离任日期 卸任时间 免职时间",
        "联系青年指标": "联系青年数 联系青年人数 联系指标",
        "备注": "备注说明",
    }

    state_column = "离任年月"
    state_synonyms = {"现任": "在任", "": "离任 离职 历任 卸任 前任 免职 往届 历届"}

    class Meta(SheetResource.Meta):
        model = Post

    def load(self):
        self.known = {}
        known = list(self.book.rows(Post).order_by("pk").iterator())
        self.book.attach(known, "organisation", Organisation)
        self.attach_people(known)
        self.stored = {post.pk: post for post in known}
        for post in known:
            self.accept(post)

    def accept(self, record):
        self.known[id(record.person), key_of(record.organisation), record.title, record.started_on] = record
        self.directory.note(record.person, key_of(record.organisation), CADRE)
        self.book.only(LiaisonIndex).note(record)

    def find(self, row):
        """Returns the post begun in that month; where its terms changed later, the post by which it is continued."""
        self.person = self.directory.matching(row, [key_of(row["所在组织"])], self.ask_who)
        post = self._begun_in(row["任职年月"], row)
        while post and post.ended_on and "离任年月" not in row and (following := self._begun_in(post.ended_on, row)):
            post = following
            row["任职年月"] = post.started_on
        return post

    def _begun_in(self, month, row):
        return self.known.get((id(self.person), key_of(row["所在组织"]), row["职务"], month))

    def start(self, row):
        return Post(person=self.person or Person(name=row["姓名"]))

    def rows_for_export(self, records):
        return records.select_related("person", "organisation").order_by("pk")
