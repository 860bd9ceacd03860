"""Import and export of the ledger sheets 青年汇 and 志愿者."""

from functools import partial

from members.directory import VOLUNTEER, ReferenceWidget, VolunteerIndex, new_person
from members.models import Volunteer
from members.resources import PERSON_SYNONYMS, WORKPLACES, PeopleResource, person_column
from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.sheets.columns import Column, RecordNameColumn, column
from yl_district.sheets.resource import SheetResource

from .models import Hub, HubYear, TeamMember


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


class VolunteerResource(PeopleResource):
    """Each row is a volunteer; a name alone means the only known person of that name, else a new person."""

    sheet = "志愿者"
    known_by = ("姓名", "手机号码")
    group = "志愿者队伍"
    columns = [
        Column("姓名", widget=ReferenceWidget(), required=True),
        person_column("gender"),
        person_column("mobile"),
        column(Volunteer, "employer"),
        column(Volunteer, "volunteer_no"),
        RecordNameColumn("志愿者队伍", None, Hub, HubYearResource.sheet),
        column(Volunteer, "joined_on"),
        column(Volunteer, "pledged_on"),
        column(Volunteer, "bound_on"),
        column(Volunteer, "remark"),
    ]
    synonyms = {
        "姓名": f"{PERSON_SYNONYMS['姓名']} 志愿者姓名 志愿者",
        "手机号码": PERSON_SYNONYMS["手机号码"],
        "单位": f"工作单位 {WORKPLACES}",
        "志愿者编号": "志愿者号 志愿服务编号 志愿北京编号",
        "志愿者队伍": "志愿队伍 志愿服务队 志愿服务队伍 服务队 所属队伍 所在队伍 青年汇 所属青年汇",
        "加入日期": "加入时间 入队日期 入队时间",
        "承诺书日期": "承诺书时间 承诺书签订日期 签订承诺书日期 签订承诺书时间",
        "平台绑定日期": "平台绑定时间 绑定日期 绑定时间",
        "备注": "备注说明",
    }

    class Meta(SheetResource.Meta):
        model = Volunteer

    def load(self):
        self.index = self.book.only(VolunteerIndex)
        self.stored, self.known = self.index.stored, self.index.of_person
        places = list(TeamMember.objects.all())
        self.book.attach(places, "hub", Hub)
        self.places = {place.volunteer_id: place for place in places}

    def watched(self):
        return [*super().watched(), TeamMember]

    def find(self, row):
        self.person = self.directory.referred(row["姓名"], row, VOLUNTEER)
        return self.known.get(id(self.person))

    def start(self, row):
        return Volunteer(person=self.person or new_person(row["姓名"]))

    def accept(self, record):
        self.known[id(record.person)] = record
        self.directory.note(record.person, None, VOLUNTEER)

    def apply(self, record, row):
        hub, place = row.get("志愿者队伍"), self.places.get(record.pk)
        if hub is None or (place and place.hub is hub):
            return []
        old = place.hub.name if place else ""
        if place:
            self.trail.append(partial(setattr, place, "hub", place.hub))
            place.hub = hub
            self.write_beside(place, {"hub"})
        else:
            self.write_beside(TeamMember(volunteer=record, hub=hub))
        return [("志愿者队伍", old, hub.name)]

    def rows_for_export(self, records):
        return records.select_related("person", "team__hub").order_by("pk")

    def value_for_export(self, record, heading, item):
        if heading == "姓名":
            return self.directory.reference_beside_mobile(record.person)
        if heading == "志愿者队伍":
            return record.team.hub if hasattr(record, "team") else None
        return super().value_for_export(record, heading, item)
