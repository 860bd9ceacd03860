"""The ledger's sheets 活动 and 签到."""

from collections import defaultdict
from datetime import date

from members.directory import ASSISTED_YOUTH, LINKED_YOUTH, MEMBER, VOLUNTEER
from members.models import Person
from members.resources import PeopleResource, person_column
from orgs.models import Organisation
from orgs.resources import ORGANISATION_SHEET
from yl_district.cells import CellError
from yl_district.imports import Column, Named, SheetResource, column, row_problem
from youthhubs.models import Hub
from youthhubs.resources import HubYearResource

from .actions import recount_sign_ins
from .models import Activity, ActivityType, SignIn

TYPE_SHEET = "活动类型"


class ActivityResource(SheetResource):
    """One row is an activity; name, day, host and hub together tell it from others.

    Where an activity has sign-in rows the person-times typed are a statement to be checked, not a value to be set.
    """

    sheet = "活动"
    columns = [
        column(Activity, "name", required=True),
        column(Activity, "held_on", required=True),
        Named("类型", "type", ActivityType, TYPE_SHEET, required=True),
        Named("主办组织", "host", Organisation, ORGANISATION_SHEET),
        Named("青年汇", "hub", Hub, HubYearResource.sheet),
        column(Activity, "venue"),
        column(Activity, "is_online"),
        column(Activity, "session_count"),
        column(Activity, "attendance"),
        column(Activity, "basis"),
        column(Activity, "audience"),
        column(Activity, "campaign"),
        column(Activity, "tags"),
        column(Activity, "partners"),
        column(Activity, "content"),
    ]

    class Meta(SheetResource.Meta):
        model = Activity

    def load(self):
        self.index = self.book.only(ActivityIndex)
        known = list(self.index.stored)
        self.book.attach(known, "type", ActivityType)
        self.book.attach(known, "host", Organisation)
        self.book.attach(known, "hub", Hub)
        self.stated = []

    def find(self, row):
        """The activity of the same name, day, host and hub; an empty cell agrees with the only one stored before."""
        namesakes = self.index.named(row["活动名称"], row["日期"])
        host, hub = row.get("主办组织"), row.get("青年汇")
        exact = [one for one in namesakes if one.host is host and one.hub is hub]
        if exact:
            return exact[0]
        agreeing = [
            one
            for one in namesakes
            if one.pk and (host is None or one.host is host) and (hub is None or one.hub is hub)
        ]
        if len(agreeing) > 1:
            raise CellError("能确定为一次活动", "同名同日的活动有几次，请填写主办组织或青年汇")
        return agreeing[0] if agreeing else None

    def before_import_row(self, row, **options):
        super().before_import_row(row, **options)
        if self.row.get("场次") == 0:
            raise row_problem("场次", row["场次"], "不少于 1 的场次", "没有举办的活动不必登记")

    def import_instance(self, instance, row, **options):
        if instance.sign_in_count:
            self.stated.append((self.row_number, instance, self.row.pop("人次", None)))
            self.row.pop("数字口径", None)
        else:
            self.stated.append((self.row_number, instance, self.row.get("人次")))
            if self.row.get("人次", instance.attendance) is None:
                self.row.pop("数字口径", None)
        super().import_instance(instance, row, **options)
        if instance.pk is None:
            instance.settle_basis()

    def accept(self, record):
        self.index.learn([record])

    def finish(self):
        """Person-times typed must equal the sign-in rows, where there are any."""
        stated = {record.pk: (row, value) for row, record, value in self.stated if value is not None}
        signed = Activity.objects.filter(sign_in_count__gt=0, pk__in=stated).values_list("pk", "sign_in_count")
        for pk, count in signed:
            row, value = stated[pk]
            if value != count:
                remedy = "有签到名单的活动以签到人数为准：请核对人次与《签到》表"
                yield (row, "人次", str(value), f"与签到人数一致的 {count}", remedy)

    def rows_for_export(self, records):
        return records.select_related("type", "host", "hub").order_by("held_on", "pk")


class ActivityIndex:
    """Activities by name and day, as the sheets of one workbook know them."""

    def __init__(self, book):
        self.book = book
        self._by_name = defaultdict(list)
        self.stored = list(Activity.objects.order_by("pk"))
        self.learn(self.stored)

    def learn(self, activities):
        """Makes activities known."""
        for activity in activities:
            self._by_name[activity.name].append(activity)

    def named(self, name, held_on=None):
        """The activities of this name, on this day where one is given."""
        return [one for one in self._by_name[name] if held_on in (None, one.held_on)]

    def one(self, name, held_on=None):
        """The only activity of this name and day; raises CellError for none or several."""
        found = self.named(name, held_on)
        if not found:
            raise self.book.nobody(name, ActivityResource.sheet)
        if len(found) > 1:
            remedy = "请在活动名称中注明青年汇或主办组织，使同日的活动名称各不相同" if held_on else "请在名称后注明日期"
            raise CellError(f"能确定为一次活动（同名的有 {len(found)} 次）", remedy)
        return found[0]

    def referred(self, text):
        """The activity that a name in a cell refers to, with its day in brackets where the name is not enough."""
        name, _, day = text.removesuffix("）").removesuffix(")").replace("(", "（").rpartition("（")
        try:
            held_on = date.fromisoformat(day)
        except ValueError:
            return self.one(text)
        return self.one(name, held_on)

    def reference(self, activity):
        """The name by which a sheet refers to an activity."""
        several = len(self.named(activity.name)) > 1
        return f"{activity.name}（{activity.held_on}）" if several else activity.name


class SignInResource(PeopleResource):
    """One row is one person present at an activity; somebody unknown becomes a new person."""

    sheet = "签到"
    columns = [
        Column("活动名称", required=True, width=30),
        column(Activity, "held_on", required=True, prefix="activity__"),
        person_column("name", required=True),
        person_column("mobile"),
        column(SignIn, "capacity"),
    ]
    capacities = {
        SignIn.Capacity.MEMBER: MEMBER,
        SignIn.Capacity.LINKED_YOUTH: LINKED_YOUTH,
        SignIn.Capacity.ASSISTED_YOUTH: ASSISTED_YOUTH,
        SignIn.Capacity.VOLUNTEER: VOLUNTEER,
    }

    class Meta(SheetResource.Meta):
        model = SignIn

    def load(self):
        self.index = self.book.only(ActivityIndex)
        known = list(SignIn.objects.order_by("pk"))
        self.attach_people(known)
        self.known = {(record.activity_id, id(record.person)): record for record in known}
        self.activity = None

    def find(self, row):
        self.activity = self.index.one(row["活动名称"], row["日期"])
        self.person = self.directory.matching_anywhere(row, self.capacities.get(row.get("身份")))
        return self.known.get((self.activity.pk, id(self.person)))

    def start(self, row):
        return SignIn(activity=self.activity, person=self.person or Person(name=row["姓名"]))

    def import_instance(self, instance, row, **options):
        instance.activity = self.activity
        super().import_instance(instance, row, **options)

    def accept(self, record):
        self.known[record.activity.pk, id(record.person)] = record

    def write_links(self, records):
        recount_sign_ins({record.activity.pk for record in records})

    def rows_for_export(self, records):
        return records.select_related("activity", "person").order_by("activity__held_on", "activity_id", "pk")

    def value_for_export(self, record, heading, item):
        return record.activity.name if heading == "活动名称" else super().value_for_export(record, heading, item)
