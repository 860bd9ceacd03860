"""Import and export of the ledger sheets 联系青年 and 联系记录."""

from collections import defaultdict

from members.directory import CADRE, LINKED_YOUTH, TELL_APART_REFERENCE, Directory, parse_reference
from members.models import Person
from members.resources import (
    EVERYONE,
    PERSON_SYNONYMS,
    WORKPLACES,
    PeopleResource,
    PersonReference,
    each_named,
    means_everyone,
    person_column,
)
from yl_district.pinyin import person_order
from yl_district.sheets.cells import CellError
from yl_district.sheets.columns import ReferenceColumn, column
from yl_district.sheets.log_resource import LogResource
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from .models import Contact, Link


class LinkResource(PeopleResource):
    """Each row is one cadre's link to one youth."""

    sheet = "联系青年"
    known_by = ("团干部", "姓名", "手机号码", "起始日期")
    group = "团干部"
    called = "姓名"
    begins = ("起始日期",)
    ends = ("结束日期",)
    owner = "youth"
    columns = [
        PersonReference("团干部", "cadre", CADRE, required=True),
        person_column("name", required=True, owner="youth"),
        person_column("gender", owner="youth"),
        person_column("mobile", owner="youth"),
        column(Link, "sector"),
        column(Link, "employer"),
        column(Link, "started_on", required=True),
        column(Link, "ended_on"),
        column(Link, "bound_on"),
        column(Link, "remark"),
        column(Link, "consented_on"),
        column(Link, "consent"),
    ]
    synonyms = {
        "团干部": "团干部姓名 干部姓名 团干 联系干部 联系团干部 联系人",
        "姓名": f"{PERSON_SYNONYMS['姓名']} 青年姓名 联系青年 联系青年姓名 被联系青年 被联系人 联系人",
        "手机号码": PERSON_SYNONYMS["手机号码"],
        "领域": "所属领域 青年领域",
        "单位": f"工作单位 {WORKPLACES}",
        "起始日期": "起始时间 开始日期 开始时间 建立联系日期 建立联系时间 结对日期 结对时间",
        "结束日期": "结束时间 终止日期 终止时间",
        "绑定日期": "绑定时间 平台绑定日期 平台绑定时间",
        "备注": "备注说明",
        "同意日期": "同意时间 签署日期",
        "同意文本": "同意内容 同意书 知情同意",
    }

    state_column = "结束日期"
    state_synonyms = {"现有": "在联", "": "结束 解除 终止 不再联系 失联"}

    class Meta(SheetResource.Meta):
        model = Link

    @classmethod
    def note(cls, book, keys=None):
        """Records in the directory that linked youths belong to their cadres' organisations."""
        directory = book.only(Directory)
        if keys is not None:
            note_links_of(directory, keys)
            return
        for cadre_id, youth_id in book.rows(Link).order_by("pk").values_list("cadre", "youth"):
            note_link(directory, directory.people[cadre_id], directory.people[youth_id])

    @property
    def links(self):
        return self.book.only(LinkIndex)

    def load(self):
        self.stored = self.links.stored

    def find(self, row):
        organisations = self.directory.organisations_of(row["团干部"])
        self.person = self.directory.matching(row, organisations, self.ask_who)
        begin, end = row["起始日期"], row.get("结束日期")
        same = self.links.between(row["团干部"], self.person)
        for link in same:
            if link.started_on == begin:
                return link
        for link in same:
            if not ((end and end <= link.started_on) or (link.ended_on and link.ended_on <= begin)):
                until = f"至 {link.ended_on}" if link.ended_on else "起，尚未结束"
                remedy = f"该团干部与此青年已有联系（{link.started_on} {until}）：请核对日期，或先填写原联系的结束日期"
                raise CellError("不与原联系重叠的日期", remedy, "起始日期")
        return None

    def start(self, row):
        return Link(cadre=row["团干部"], youth=self.person or Person(name=row["姓名"]))

    def accept(self, record):
        self.links.learn(record)
        note_link(self.directory, record.cadre, record.youth)

    def rows_for_export(self, records):
        return records.select_related("cadre", "youth").order_by("pk")


def note_link(directory, cadre, youth):
    """Records in the directory that a linked youth belongs to the cadre's organisations."""
    directory.note(youth, None, LINKED_YOUTH)
    for organisation_id in list(directory.organisations_of(cadre)):
        directory.note(youth, organisation_id, LINKED_YOUTH)


def note_links_of(directory, keys):
    """Records the same of the youths with these keys, as if all links were recorded one after the other.

    What a cadre belongs to as a youth counts only where that link was registered before.
    """
    links, asked, wanted = {}, set(), set(keys)
    while wanted := wanted - asked:
        asked |= wanted
        found = directory.book.rows(Link).filter(youth__in=wanted).order_by("pk").values_list("pk", "cadre", "youth")
        links |= {pk: (cadre, youth) for pk, cadre, youth in found}
        wanted = {cadre for cadre, _ in links.values()}
    if not links:
        return
    belonging = directory.registered_organisations({cadre for cadre, _ in links.values()} | asked)
    for _, (cadre, youth) in sorted(links.items()):
        belonging[youth] |= belonging[cadre]
        if youth in keys:
            person = directory.people[youth]
            directory.note(person, None, LINKED_YOUTH)
            for organisation_id in belonging[cadre]:
                directory.note(person, organisation_id, LINKED_YOUTH)


class LinkIndex:
    """Links by cadre, in one workbook."""

    def __init__(self, book):
        self.book, self.directory = book, book.only(Directory)
        self._of_cadre, self.stored = defaultdict(dict), {}
        for link in book.rows(Link).order_by("pk") if book.tells_apart else ():
            link.cadre, link.youth = self.directory.people[link.cadre_id], self.directory.people[link.youth_id]
            self.stored[link.pk] = link
            self.learn(link)

    def learn(self, link):
        """Adds a link to the index."""
        self._of_cadre[id(link.cadre)][id(link)] = link

    def between(self, cadre, youth):
        """Returns the links of a cadre to a youth."""
        return [link for link in self._of_cadre[id(cadre)].values() if link.youth is youth]

    def named(self, cadre, text, day):
        """Returns the cadre's link to the named youth: of several the one in force on `day`, else the latest.

        Raises CellError where the name matches no linked youth or several.
        """
        name, hint = parse_reference(text)
        same = [link for link in self._of_cadre[id(cadre)].values() if link.youth.name == name]
        fitting = [link for link in same if not hint or self.directory.hinted(link.youth, hint)]
        if not fitting:
            remedy = f"请核对姓名，或先在《{LinkResource.sheet}》表中加入该团干部与此人的联系"
            raise self.book.nobody(name, LinkResource.sheet, f"该团干部的联系青年“{text}”", remedy)
        if len({id(link.youth) for link in fitting}) > 1:
            raise CellError("能确定为一名联系青年", TELL_APART_REFERENCE, "联系青年")
        standing = [link for link in fitting if link.started_on <= day and not (link.ended_on and link.ended_on <= day)]
        return max(standing or fitting, key=lambda link: link.started_on)

    def reference(self, link):
        """Returns the name by which a contact row refers to the youth of a link."""
        if self.book.masks:
            return link.youth.shown_name
        cadre, youth = self.directory.same(link.cadre), self.directory.same(link.youth)
        linked = [one.youth for one in self._of_cadre[id(cadre)].values() if one.youth.name == youth.name]
        return self.directory.told_apart(youth, list({id(one): one for one in linked}.values()))


class ContactResource(LogResource, PeopleResource):
    """Each row is one contact logged by a cadre, with some or all of the linked youths."""

    sheet = "联系记录"
    owner = None
    everyone = EVERYONE
    columns = [
        PersonReference("团干部", "cadre", CADRE, required=True),
        column(Contact, "held_on", required=True),
        column(Contact, "form", required=True),
        ReferenceColumn("联系青年", required=True, width=30),
        column(Contact, "content"),
    ]

    class Meta(SheetResource.Meta):
        model = Contact

    @property
    def links(self):
        return self.book.only(LinkIndex)

    def watched(self):
        return [*super().watched(), Link]

    def find(self, row):
        self._resolve_links(row)
        return super().find(row)

    def recall(self, record):
        self._located(self.row, lambda: self._resolve_links(self.row))
        if record.activity_id:
            self._refuse_other_than_text(record)
        return super().recall(record)

    def _refuse_other_than_text(self, record):
        """Raises RowProblems where a cell of a contact that follows from a list of who came was changed."""
        for (heading, item), stored in zip(self.fields.items(), self.export_row(record), strict=True):
            said = "" if self.row.get(heading) is None else self.render(heading, item, self.row[heading])
            if heading != "内容" and said != stored:
                remedy = "这一条由活动的签到名单得出：请恢复原来的内容，联系了谁在活动的名单中更正"
                raise row_problem(heading, said, stored, remedy)

    def _resolve_links(self, row):
        """Replaces the names in a row's cell with the links they refer to; raises CellError at that cell."""
        try:
            row["联系青年"] = self.reached(row)
        except CellError as error:
            raise CellError(error.expected, error.remedy, "联系青年") from None

    def reached(self, row):
        """Returns the links that a row names, or 全部.

        A row with an export mark keeps the stored links if its names, cadre and day are unchanged. Raises CellError
        without a name.
        """
        marked = self.marked
        if "联系青年" in self.standing and (marked.cadre, marked.held_on) == (row["团干部"], row["日期"]):
            return self.standing["联系青年"]
        if means_everyone(row["联系青年"]):
            return self.everyone
        links = each_named(row["联系青年"], lambda name: self.links.named(row["团干部"], name, row["日期"]))
        if not links:
            raise CellError("一个或几个姓名，或“全部”", "请填写姓名，几个姓名之间用顿号分隔")
        return links

    def apply(self, record, row):
        item, reached = self.fields["联系青年"], row["联系青年"]
        old = self.masked_text(record, "联系青年", item) if record.pk else ""
        is_all = reached == self.everyone
        changed = self.link(record, "links", [] if is_all else reached)
        if record.with_everyone != is_all:
            self.change(record, "with_everyone", is_all)
            changed = True
        return [("联系青年", old, self.masked_value("联系青年", item, reached))] if changed else []

    def rows_for_export(self, records):
        return (
            records.select_related("cadre").prefetch_related("links__youth", "links__cadre").order_by("held_on", "pk")
        )

    def value_for_export(self, record, heading, item):
        if heading == "联系青年":
            return self.everyone if record.with_everyone else list(record.links.all())
        return super().value_for_export(record, heading, item)

    def render(self, heading, item, value):
        if heading == "联系青年" and not isinstance(value, str):
            return "、".join(sorted((self.links.reference(link) for link in value), key=person_order))
        return super().render(heading, item, value)
