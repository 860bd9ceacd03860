"""The ledger's sheets 团员 and 团干部, and what every sheet about people shares."""

from collections import defaultdict

from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.cells import CellError, IdentityNumberWidget, MobileWidget, NameWidget, split_list
from yl_district.columns import Column, Named, column
from yl_district.imports import SheetResource, row_problem

from .codes import EDUCATION_ALIASES, ETHNICITY_ALIASES, POLITICAL_STATUS_ALIASES
from .directory import CADRE, MEMBER, Directory
from .models import Member, Person, Post, shown_name

PERSON_WIDGETS = {"name": NameWidget(), "identity_number": IdentityNumberWidget(), "mobile": MobileWidget()}


def person_column(name, required=False, owner="person"):
    """A column of the person that a row is about."""
    return column(Person, name, required, prefix=f"{owner}__", widget=PERSON_WIDGETS.get(name))


class PersonReference(Column):
    """A column that names one person of a capacity."""

    def __init__(self, heading, attribute, capacity, required=False):
        super().__init__(heading, attribute, required=required)
        self.capacity = capacity

    @property
    def lookup(self):
        return None

    def resolve(self, book, value):
        return book.only(Directory).refer(value, self.capacity)


EVERYONE = "全部"


def means_everyone(cell):
    """Whether a cell with names means everybody; raises CellError where it names somebody besides."""
    names = split_list(cell)
    if EVERYONE in names and len(names) > 1:
        raise CellError("“全部”，或一个或几个姓名", "“全部”须单独填写，不与姓名同时出现")
    return names == [EVERYONE]


def each_named(cell, known):
    """What `known(name)` finds for every name in a cell, each once; of several the CellError says which is wrong."""
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
    """A column that names several people of a capacity, or where it may, all of them by 全部."""

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
    """A sheet about people; `owner` names a record's link to the person it describes, None without one."""

    owner = "person"
    shared = tuple(
        f"{owner}__{name}"
        for owner in ("person", "youth", "student")
        for name in ("name", "gender", "birth_date", "identity_number", "mobile")
    )
    kept = tuple(one for one in shared if one.endswith(("gender", "birth_date")))

    @property
    def directory(self):
        return self.book.only(Directory)

    def records_of(self, instance):
        return [getattr(instance, self.owner), instance] if self.owner else [instance]

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        born = self.owner and getattr(instance, self.owner).birth_date
        for heading in ("出生日期", "身份证号"):
            if born and born > self.book.today and self.row.get(heading):
                expected = f"不晚于今天（{self.book.today}）的出生日期"
                raise row_problem(heading, self.row[heading], expected, f"请核对{heading}")

    def attach_people(self, records, *attributes):
        """Gives the records the directory's own Person objects."""
        for record in records:
            for attribute in attributes or (self.owner,):
                setattr(record, attribute, self.directory.people[getattr(record, f"{attribute}_id")])

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
            return "、".join(sorted(self.directory.reference(person, item.capacity) for person in people))
        return super().render(heading, item, value)


class MemberResource(PeopleResource):
    """One row is a league member's time on one branch's roll."""

    sheet = "团员"
    begins = ("来源日期", "入团年月")
    columns = [
        person_column("name", required=True),
        person_column("gender", required=True),
        column(Member, "ethnicity", aliases=ETHNICITY_ALIASES),
        person_column("birth_date", required=True),
        person_column("identity_number"),
        column(Member, "political_status", aliases=POLITICAL_STATUS_ALIASES),
        column(Member, "education", aliases=EDUCATION_ALIASES),
        column(Member, "joined_league_on"),
        Named("所在团支部", "branch", Organisation, ORGANISATION_SHEET, required=True),
        person_column("mobile"),
        column(Member, "wechat"),
        column(Member, "employer"),
        column(Member, "in_school"),
        column(Member, "development_no"),
        column(Member, "volunteer_no"),
        column(Member, "intake"),
        column(Member, "intake_on"),
        column(Member, "status"),
        column(Member, "left_on"),
        column(Member, "remark"),
    ]

    class Meta(SheetResource.Meta):
        model = Member

    def load(self):
        self.of_person, self.numbers = defaultdict(list), {}
        known = list(Member.objects.order_by("pk"))
        self.book.attach(known, "branch", Organisation)
        self.attach_people(known)
        for member in known:
            self.accept(member)

    def accept(self, record):
        if not any(record is one for one in self.of_person[id(record.person)]):
            self.of_person[id(record.person)].append(record)
        if record.development_no:
            self.numbers[record.development_no] = record
        self.directory.note(record.person, record.branch.pk, MEMBER)

    def find(self, row):
        """The membership in the branch that began the same day, else the one that overlaps with the row's time."""
        self.person = self.directory.matching(row, [row["所在团支部"].pk])
        known = self.of_person[id(self.person)] if self.person else []
        known = [member for member in known if member.branch is row["所在团支部"]]
        begun = [member for member in known if member.intake_on == row.get("来源日期")]
        if begun:
            return begun[-1]
        stated = Member(
            intake_on=row.get("来源日期"), joined_league_on=row.get("入团年月"), left_on=row.get("离开日期")
        )
        fitting = [member for member in known if stated.overlaps(member)]
        fitting = [member for member in fitting if not member.left_on] or fitting
        if len(fitting) > 1:
            raise CellError("与原登记一致的来源日期", "此人几次在该支部，请填写这一次的来源日期", "来源日期")
        return fitting[0] if fitting else None

    def start(self, row):
        return Member(person=self.person or Person(name=row["姓名"]))

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        holder = self.numbers.get(instance.development_no)
        if holder not in (None, instance) and holder.development_no == instance.development_no:
            remedy = f"该编号已由{holder.person.name}使用，请核对入团志愿书"
            raise row_problem("发展团员编号", instance.development_no, "不与他人重复的编号", remedy)
        for other in self.of_person[id(instance.person)]:
            if other is not instance and instance.overlaps(other):
                remedy = "同一人同一时间只在一个支部：请先填写原支部的离开日期与团籍状态（转出），或核对支部名称"
                expected = f"不与在“{other.branch}”的团籍重叠"
                raise row_problem("所在团支部", instance.branch.name, expected, remedy)

    def rows_for_export(self, records):
        return records.select_related("person", "branch").order_by("pk")


class PostResource(PeopleResource):
    """One row is a post held."""

    sheet = "团干部"
    columns = [
        person_column("name", required=True),
        person_column("gender"),
        person_column("mobile"),
        Named("所在组织", "organisation", Organisation, ORGANISATION_SHEET, required=True),
        column(Post, "title", required=True),
        column(Post, "duties"),
        column(Post, "nature"),
        column(Post, "started_on", required=True),
        column(Post, "ended_on"),
        column(Post, "link_quota"),
        column(Post, "remark"),
    ]

    class Meta(SheetResource.Meta):
        model = Post

    def load(self):
        self.known = {}
        known = list(Post.objects.order_by("pk"))
        self.book.attach(known, "organisation", Organisation)
        self.attach_people(known)
        for post in known:
            self.accept(post)

    def accept(self, record):
        self.known[id(record.person), record.organisation.pk, record.title, record.started_on] = record
        self.directory.note(record.person, record.organisation.pk, CADRE)

    def find(self, row):
        self.person = self.directory.matching(row, [row["所在组织"].pk])
        return self.known.get((id(self.person), row["所在组织"].pk, row["职务"], row["任职年月"]))

    def start(self, row):
        return Post(person=self.person or Person(name=row["姓名"]))

    def rows_for_export(self, records):
        return records.select_related("person", "organisation").order_by("pk")
