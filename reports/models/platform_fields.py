"""What platforms ask of the records entered in them: for each kind of record the fields that a column can hold."""

from collections.abc import Callable
from typing import Any, NamedTuple

from activities.models import Activity
from members.models import Member, Person, Post, Volunteer
from orgs.models import Organisation
from outreach.models import Link
from yl_district.fields import is_masked

from .platform_entries import PlatformEntry

EnteredKind = PlatformEntry.Subject
NAME, IDENTITY_NUMBER_LABEL, MOBILE_LABEL = "姓名", "身份证号", "手机号码"


class PlatformField(NamedTuple):
    """A field of a kind of record: how its value is read, which is a text, a day, a number or None.

    Pages show values that are masked elsewhere masked as well.
    """

    read: Callable[[Any], Any]
    is_masked: bool = False


def platform_field(model: Any, name: str, relation: str = "") -> PlatformField:
    """A field of `model`, in words where it is a choice; `relation` leads there from the record."""
    field = model._meta.get_field(name)

    def read(record: Any) -> Any:
        owner = getattr(record, relation) if relation else record
        return getattr(owner, f"get_{name}_display")() if field.choices else getattr(owner, name)

    return PlatformField(read, is_masked(field))


def named(relation: str) -> PlatformField:
    """The name of the record to which a dotted relation leads, empty without one."""

    def read(record: Any) -> str:
        for step in relation.split("."):
            record = record and getattr(record, step)
        return record.name if record else ""

    return PlatformField(read)


def said_yes_or_no(value: bool | None) -> str:
    """是 or 否, empty where it is not known."""
    return "" if value is None else "是" if value else "否"


def of_person(relation: str) -> dict[str, PlatformField]:
    """The fields of the person to whom `relation` leads."""
    return {
        NAME: platform_field(Person, "name", relation),
        "性别": platform_field(Person, "gender", relation),
        "出生日期": platform_field(Person, "birth_date", relation),
        IDENTITY_NUMBER_LABEL: platform_field(Person, "identity_number", relation),
        MOBILE_LABEL: platform_field(Person, "mobile", relation),
    }


def in_month(day: Any) -> str:
    """A day as its month: `2017-05`."""
    return f"{day:%Y-%m}" if day else ""


# {kind of record: {label: field}}; the first field of each kind is the record's name.
PLATFORM_FIELDS: dict[str, dict[str, PlatformField]] = {
    EnteredKind.MEMBER: of_person("person")
    | {
        "民族": platform_field(Member, "ethnicity"),
        "政治面貌": platform_field(Member, "political_status"),
        "文化程度": platform_field(Member, "education"),
        "入团年月": PlatformField(lambda record: in_month(record.joined_league_on)),
        "发展团员编号": platform_field(Member, "development_no"),
        "所在团支部": named("branch"),
        "工作单位": platform_field(Member, "employer"),
        "是否在校": PlatformField(lambda record: said_yes_or_no(record.in_school)),
        "团籍状态": platform_field(Member, "status"),
    },
    EnteredKind.CADRE: of_person("person")
    | {
        "所在组织": named("organisation"),
        "职务": platform_field(Post, "title"),
        "干部性质": platform_field(Post, "nature"),
        "任职年月": PlatformField(lambda record: in_month(record.started_on)),
    },
    EnteredKind.LINKED_YOUTH: of_person("youth")
    | {
        "领域": platform_field(Link, "sector"),
        "单位": platform_field(Link, "employer"),
        "联系的团干部": named("cadre"),
        "联系起始日期": platform_field(Link, "started_on"),
    },
    EnteredKind.ASSISTED_YOUTH: of_person("person"),
    EnteredKind.VOLUNTEER: of_person("person")
    | {
        "单位": platform_field(Volunteer, "employer"),
        "志愿者编号": platform_field(Volunteer, "volunteer_no"),
        "加入日期": platform_field(Volunteer, "joined_on"),
    },
    EnteredKind.ACTIVITY: {
        "活动名称": platform_field(Activity, "name"),
        "日期": platform_field(Activity, "held_on"),
        "类型": named("type"),
        "主办组织": named("host"),
        "青年汇": named("hub"),
        "地点": platform_field(Activity, "venue"),
        "场次": platform_field(Activity, "session_count"),
        "人次": platform_field(Activity, "attendance"),
        "内容": platform_field(Activity, "content"),
    },
    EnteredKind.ORGANISATION: {
        "组织名称": platform_field(Organisation, "name"),
        "组织类别": platform_field(Organisation, "category"),
        "层级": platform_field(Organisation, "level"),
        "所属领域": platform_field(Organisation, "domain"),
        "成立日期": platform_field(Organisation, "founded_on"),
        "最近换届日期": platform_field(Organisation, "last_election_on"),
        "地址": platform_field(Organisation, "address"),
    },
}
# The field of an entry that refers to the record, and the relation from the record to whom or what is entered.
ENTERED_AS = {
    EnteredKind.MEMBER: ("person", "person"),
    EnteredKind.CADRE: ("person", "person"),
    EnteredKind.LINKED_YOUTH: ("person", "youth"),
    EnteredKind.ASSISTED_YOUTH: ("youth", "person"),
    EnteredKind.VOLUNTEER: ("person", "person"),
    EnteredKind.ACTIVITY: ("activity", ""),
    EnteredKind.ORGANISATION: ("organisation", ""),
}
