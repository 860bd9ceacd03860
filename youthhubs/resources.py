"""Import and export of the ledger sheets 青年汇, 志愿者 and 队伍变更."""

from collections import defaultdict
from datetime import date
from functools import partial
from itertools import pairwise

from django.db.models import prefetch_related_objects

from members.directory import VOLUNTEER, ReferenceWidget, VolunteerIndex, new_person
from members.models import Volunteer
from members.resources import PERSON_SYNONYMS, WORKPLACES, PeopleResource, PersonReference, person_column
from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.sheets.cells import CellError
from yl_district.sheets.columns import Column, RecordNameColumn, column
from yl_district.sheets.committee_reach import BY_DISTRICT
from yl_district.sheets.date_widgets import DayWidget
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from .models import Hub, HubYear, TeamMember, overlap_problem


class HubYearResource(SheetResource):
    """Each row is a youth hub in one year; its rows must agree on the hub's own data."""

    sheet = "青年汇"
    known_by = ("名称", "年度")
    relies_on_all = True
    shared = ("hub__organisation", "hub__opened_on", "hub__closed_on")
    columns = [
        column(Hub, "name", required=True, prefix="hub__"),
        RecordNameColumn("所在组织", "hub__organisation", Organisation, ORGANISATION_SHEET, required=True),
        column(HubYear, "year", required=True),
        column(HubYear, "tier", required=True),
        column(Hub, "opened_on", prefix="hub__"),
        column(Hub, "closed_on", prefix="hub__"),
        column(HubYear, "address"),
        column(HubYear, "director"),
        column(HubYear, "remark"),
    ]

    state_column = "关闭日期"
    state_synonyms = {"现有": "开放", "": "关闭 关停 停办 撤销"}

    class Meta(SheetResource.Meta):
        model = HubYear

    def load(self):
        self.hubs = self.book.named(Hub)
        self.book.attach(self.hubs.values(), "organisation", Organisation)
        known = list(HubYear.objects.all())
        self.book.attach(known, "hub", Hub)
        self.stored = {year.pk: year for year in known}
        self.known = {(year.hub.name, year.year): year for year in known}

    def find(self, row):
        return self.known.get((row["名称"], row["年度"]))

    def start(self, row):
        hub = self.hubs.get(row["名称"]) or Hub(name=row["名称"], organisation=row["所在组织"])
        return HubYear(hub=hub)

    def accept(self, record):
        self.hubs[record.hub.name] = record.hub
        self.known[record.hub.name, record.year] = record

    def records_of(self, instance):
        return [instance.hub, instance]

    def rows_for_export(self, records):
        return records.select_related("hub__organisation").order_by("year", "hub_id")


class TeamIndex:
    """Places in teams, in one workbook: `stored` by primary key, and those of each volunteer."""

    def __init__(self, book):
        volunteers = list(book.only(VolunteerIndex).stored.values())
        prefetch_related_objects(volunteers, "places")
        self._of_volunteer = defaultdict(list)
        for volunteer in volunteers:
            self._of_volunteer[id(volunteer)] = list(volunteer.places.all())
        self.stored = {place.pk: place for places in self._of_volunteer.values() for place in places}
        self.foreign = set()
        if book.committee is not None:
            # Of volunteers kept here some places are in teams of other committees.
            self.foreign = set(self.stored) - set(book.rows(TeamMember).values_list("pk", flat=True))
        book.attach(self.stored.values(), "hub", Hub)

    def of(self, volunteer):
        """Returns the list of the volunteer's places, to which new ones are added."""
        return self._of_volunteer[id(volunteer)]

    def latest(self, volunteer):
        """Returns the volunteer's latest place, or None."""
        return max(self.of(volunteer), key=lambda place: place.ended_on or date.max, default=None)


class TeamResource(PeopleResource):
    """A sheet that tells of volunteers' places in teams."""

    @property
    def teams(self):
        return self.book.only(TeamIndex)

    def refuse_foreign_place(self, place):
        """Raises CellError for a row about a place in a team of another committee, of which nothing is told."""
        if place.pk in self.teams.foreign:
            raise CellError("本单位的志愿者队伍", f"此人现在的队伍属于其他单位，{BY_DISTRICT}", "志愿者队伍")

    def refuse_overlap(self, places, column):
        """Raises RowProblems for the row's `column` where any two of a volunteer's places overlap."""
        in_order = sorted(places, key=lambda place: place.started_on or date.min)
        for place, following in pairwise(in_order):
            if place.overlaps(following):
                if place.pk in self.teams.foreign or following.pk in self.teams.foreign:
                    found, remedy = self.row.get(column), f"此人这段时间的队伍属于其他单位，{BY_DISTRICT}"
                    raise row_problem(column, found, "不与其他队伍重叠的日期", remedy)
                words = overlap_problem(place).params
                raise row_problem(column, self.row.get(column), words["expected"], words["remedy"])


class VolunteerResource(TeamResource):
    """Each row is a volunteer; a name alone means the only known person of that name, else a new person.

    The columns of the team tell of the volunteer's latest place; earlier ones are in the sheet 队伍变更.
    """

    sheet = "志愿者"
    belongs_by = ("志愿者队伍",)
    shared = (*PeopleResource.shared, "bound_on")
    known_by = ("姓名", "身份证号", "手机号码")
    group = "志愿者队伍"
    columns = [
        Column("姓名", widget=ReferenceWidget(), required=True),
        person_column("gender"),
        person_column("identity_number"),
        person_column("mobile"),
        column(Volunteer, "employer"),
        column(Volunteer, "volunteer_no"),
        RecordNameColumn("志愿者队伍", None, Hub, HubYearResource.sheet),
        Column("入队日期", widget=DayWidget()),
        Column("离队日期", widget=DayWidget()),
        column(Volunteer, "joined_on"),
        column(Volunteer, "left_on"),
        column(Volunteer, "pledged_on"),
        column(Volunteer, "bound_on"),
        column(Volunteer, "remark"),
    ]
    synonyms = {
        "姓名": f"{PERSON_SYNONYMS['姓名']} 志愿者姓名 志愿者",
        "身份证号": PERSON_SYNONYMS["身份证号"],
        "手机号码": PERSON_SYNONYMS["手机号码"],
        "单位": f"工作单位 {WORKPLACES} 单位名称 学校",
        "志愿者编号": "志愿者号 志愿服务编号 志愿北京编号",
        "志愿者队伍": "志愿队伍 志愿服务队 志愿服务队伍 服务队 所属队伍 所在队伍 青年汇 所属青年汇",
        "入队日期": "入队时间",
        "离队日期": "离队时间",
        "加入日期": "加入时间",
        "退出日期": "退出时间",
        "承诺书日期": "承诺书时间 承诺书签订日期 签订承诺书日期 签订承诺书时间",
        "平台绑定日期": "平台绑定时间 绑定日期 绑定时间",
        "备注": "备注说明 备注信息",
    }
    # The columns of the latest place, with its fields.
    of_place = {"志愿者队伍": "hub", "入队日期": "started_on", "离队日期": "ended_on"}

    state_column = "退出日期"
    state_synonyms = {"现有": "在册", "": "退出 离队 退队 除名"}

    class Meta(SheetResource.Meta):
        model = Volunteer

    def load(self):
        self.index = self.book.only(VolunteerIndex)
        self.stored, self.known = self.index.stored, self.index.of_person

    def watched(self):
        return [*super().watched(), TeamMember]

    def before_import_row(self, row, **options):
        self.touched = []
        super().before_import_row(row, **options)

    def find(self, row):
        self.person = self.directory.referred(row["姓名"], row, VOLUNTEER, self.ask_who)
        if self.doubt is None and (candidates := self.directory.visitor_asked(self.person, row)):
            self.person = self.ask_who(candidates)
        return self.known.get(id(self.person))

    def start(self, row):
        return Volunteer(person=self.person or new_person(row["姓名"]))

    def accept(self, record):
        self.known[id(record.person)] = record
        self.directory.note(record.person, None, VOLUNTEER)

    def records_of(self, instance):
        return [*super().records_of(instance), *self.touched]

    def apply(self, record, row):
        place = self.teams.latest(record)
        said = {name: row[heading] for heading, name in self.of_place.items() if heading in row}
        changes = self._joined(record, said, place)
        if "hub" not in said and place is None:
            if said and ("加入日期" in self.stated or "ended_on" in said):
                raise CellError("与日期同填的志愿者队伍", "请填写志愿者队伍，或清空入队日期与离队日期", "志愿者队伍")
            return changes
        before = self._cells(place)
        if self._is_further(place, said):
            self._begin(record, place, said)
        else:
            for name, value in said.items():
                if getattr(place, name) != value:
                    self._set_of_place(place, name, value)
        after = self._cells(self.teams.latest(record))
        return changes + [(heading, old, after[heading]) for heading, old in before.items() if old != after[heading]]

    def _joined(self, record, said, place):
        """Takes 入队日期 for 加入日期 as well in a file without such a column; returns the changes.

        A known day stays, unless there is no team that the day could be about.
        """
        begin, has_team = said.get("started_on"), "hub" in said or place is not None
        is_known = has_team and (record.pk or record.joined_on)
        if begin is None or "加入日期" in self.stated or is_known or record.joined_on == begin:
            return []
        render = self.fields["加入日期"].widget.render
        old = render(record.joined_on) if record.joined_on else ""
        self.change(record, "joined_on", begin)
        return [("加入日期", old, render(begin))]

    def _is_further(self, place, said):
        """Whether the row means another place than the latest one."""
        if place is None:
            return True
        is_elsewhere = said.get("hub", place.hub) != place.hub
        begin = said.get("started_on")
        if begin is None:
            has_left = place.ended_on is not None and place.ended_on <= self.book.state_day
            returns = "hub" in said and has_left and "ended_on" not in said
            return returns or (is_elsewhere and place.started_on != self.book.state_day)
        if place.ended_on and begin >= place.ended_on:
            return True
        if is_elsewhere and place.started_on and begin < place.started_on:
            self.refuse_foreign_place(place)
            remedy = "请核对；更早的队伍写在《队伍变更》表中"
            raise CellError(f"不早于现在这支队伍入队日期（{place.started_on}）的日期", remedy, "入队日期")
        return is_elsewhere and begin != place.started_on

    def _begin(self, record, place, said):
        """Begins a place, that of a known volunteer on the day of the change, and ends the former one by then."""
        begin = said.get("started_on")
        if begin is None and record.pk:
            self.book.note_state_change(*self.place)
            begin = self.book.state_day
        if place and begin and (place.ended_on is None or place.ended_on > begin):
            self._set_of_place(place, "ended_on", begin)
        hub = said.get("hub") or place.hub
        started = TeamMember(volunteer=record, hub=hub, started_on=begin, ended_on=said.get("ended_on"))
        self.teams.of(record).append(started)
        self.trail.append(partial(self.teams.of(record).remove, started))
        self.touched.append(started)

    def _set_of_place(self, place, name, value):
        self.refuse_foreign_place(place)
        self.trail.append(partial(setattr, place, name, getattr(place, name)))
        setattr(place, name, value)
        if not any(place is one for one in self.touched):
            self.touched.append(place)
        if not self.has_begun(place):
            self._touch(place, name)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        self.refuse_overlap(self.teams.of(instance), "入队日期")

    def _cells(self, place):
        """Returns the texts of the columns of a place, {heading: text}, empty for one in another committee's team."""
        if place is not None and place.pk in self.teams.foreign:
            place = None
        values = {heading: getattr(place, name, None) for heading, name in self.of_place.items()}
        return {heading: self._text(heading, value) for heading, value in values.items()}

    def _text(self, heading, value):
        return "" if value is None else self.render(heading, self.fields[heading], value)

    def rows_for_export(self, records):
        return records.select_related("person").prefetch_related("places__hub").order_by("pk")

    def value_for_export(self, record, heading, item):
        if heading == "姓名":
            return self.directory.reference_beside_mobile(record.person)
        if heading in self.of_place:
            return getattr(record.team, self.of_place[heading], None)
        return super().value_for_export(record, heading, item)


class TeamMemberResource(TeamResource):
    """Each row is a place in a team that the volunteer held before the latest one."""

    sheet = "队伍变更"
    known_by = ("姓名", "志愿者队伍", "起始日期", "结束日期")
    relies_on_all = True
    is_of_earlier = True
    owner = None
    columns = [
        PersonReference("姓名", None, VOLUNTEER, required=True),
        column(TeamMember, "started_on", heading="起始日期"),
        column(TeamMember, "ended_on", heading="结束日期"),
        RecordNameColumn("志愿者队伍", "hub", Hub, HubYearResource.sheet, required=True),
    ]

    class Meta(SheetResource.Meta):
        model = TeamMember

    def load(self):
        self.stored = self.teams.stored

    def watched(self):
        return [*super().watched(), Volunteer]

    def find(self, row):
        """Returns the volunteer's place in this team that began, or else that ended, on the same day, or None."""
        self.volunteer = self.book.only(VolunteerIndex).of_person[id(row["姓名"])]
        places = [place for place in self.teams.of(self.volunteer) if place.hub is row["志愿者队伍"]]
        begun = [place for place in places if place.started_on == row.get("起始日期")]
        ended = [place for place in places if place.ended_on and place.ended_on == row.get("结束日期")]
        return next(iter(begun + ended), None)

    def recall(self, record):
        if record.volunteer.person_id == self.row["姓名"].pk:
            return record
        remedy = "标记属于另一人在队伍中的记录：请恢复原来的姓名；确为另一人的记录时清空标记这一格"
        raise row_problem("姓名", str(self.row["姓名"]), "导出时的姓名", remedy)

    def start(self, row):
        return TeamMember(volunteer=self.volunteer, hub=row["志愿者队伍"])

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        super().validate_instance(instance)
        others = [place for place in self.teams.of(instance.volunteer) if place is not instance]
        self.refuse_overlap([*others, instance], "起始日期")

    def accept(self, record):
        places = self.teams.of(record.volunteer)
        if not any(place is record for place in places):
            places.append(record)

    def rows_for_export(self, records):
        return records.earlier().select_related("volunteer__person", "hub").order_by("volunteer_id", "ended_on")

    def value_for_export(self, record, heading, item):
        return record.volunteer.person if heading == "姓名" else super().value_for_export(record, heading, item)
