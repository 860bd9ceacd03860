"""The organisation tree, and the supplies issued to its organisations."""

from dataclasses import dataclass
from datetime import date, timedelta

from .chance import Chance

ROOT_NAME = "高碑店地区团工委"
OFFICE_NAME = "地区机关团支部"

# Village or community, domain, and members at the end of 2017: not in school, in school.
BRANCH_PLACES = [
    ("高碑店村", "村", 3, 1),
    ("高井村", "村", 2, 1),
    ("半壁店村", "村", 2, 0),
    ("西店村", "村", 1, 1),
    ("北花园村", "村", 1, 0),
    ("小郊亭村", "村", 1, 1),
    ("八里庄村", "村", 1, 1),
    ("白家楼村", "村", 1, 0),
    ("水南庄村", "村", 1, 1),
    ("石门村", "村", 1, 0),
    ("高碑店西社区", "社区", 4, 2),
    ("高碑店东社区", "社区", 1, 1),
    ("高碑店古街社区", "社区", 2, 0),
    ("高井社区", "社区", 3, 2),
    ("兴隆家园社区", "社区", 3, 3),
    ("八里庄社区", "社区", 4, 2),
    ("通惠家园社区", "社区", 3, 2),
    ("康家沟社区", "社区", 1, 1),
    ("花北西社区", "社区", 1, 0),
    ("花北东社区", "社区", 1, 0),
    ("力源里社区", "社区", 1, 1),
    ("小郊亭社区", "社区", 1, 0),
    ("甘露园社区", "社区", 2, 2),
    ("甘露园南里社区", "社区", 1, 0),
    ("太平庄社区", "社区", 1, 1),
    ("太平庄南社区", "社区", 0, 1),
    ("北花园社区", "社区", 1, 0),
    ("丽景馨居社区", "社区", 1, 0),
    ("水南庄社区", "社区", 1, 0),
    ("大黄庄社区", "社区", 1, 1),
    ("半壁店社区", "社区", 0, 0),
    ("西店社区", "社区", 1, 0),
    ("石门社区", "社区", 0, 0),
]
GENERAL_BRANCHES = "高碑店村 高碑店西社区 兴隆家园社区 八里庄社区 通惠家园社区".split()
FOUNDED_2017 = {"丽景馨居社区": date(2017, 3, 20)}

# Cleared in 2016 for housing estates: its branch is dissolved, its records remain.
CLEARED = ("北岗子村", "村", date(2016, 9, 30))

# Branches of two-new organisations: domain, founded, dissolved, the place of the general branch above.
NONPUBLIC = [
    ("云杉里文化团支部", "非公企业", date(2013, 11, 20), date(2017, 8, 31), None),
    ("朗途旅行团支部", "非公企业", date(2014, 5, 16), None, None),
    ("紫檀宫团支部", "非公企业", date(2015, 6, 18), None, None),
    ("通惠河畔团支部", "非公企业", date(2016, 5, 12), None, "通惠家园社区"),
    ("启澄软件团支部", "非公企业", date(2016, 6, 24), date(2017, 6, 30), None),
    ("沐禾里教育咨询团支部", "非公企业", date(2016, 9, 22), None, None),
    ("天翌物业团支部", "非公企业", date(2017, 4, 18), None, None),
    ("唯实科技团支部", "非公企业", date(2017, 4, 27), None, None),
    ("东视中升团支部", "非公企业", date(2017, 5, 25), None, "八里庄社区"),
    ("馨桥社工事务所团支部", "社会组织", date(2017, 6, 15), None, None),
    ("阳光一诺团支部", "非公企业", date(2017, 7, 6), None, None),
    ("通惠里文创园联合团支部", "非公企业", date(2017, 9, 14), None, None),
    ("和麦坊餐饮团支部", "非公企业", date(2017, 10, 19), None, None),
    ("百川里物流团支部", "非公企业", date(2017, 11, 16), None, None),
]


@dataclass(eq=False)
class SampleOrganisation:
    """One organisation of the tree."""

    name: str
    category: str
    domain: str
    parent: str | None = ROOT_NAME
    founded: date | None = None
    elected: date | None = None
    dissolved: date | None = None
    place: str | None = None
    size: tuple[int, int] = (0, 0)

    def stands_on(self, day):
        """Whether the organisation exists on `day`."""
        return (self.founded is None or self.founded <= day) and (self.dissolved is None or day < self.dissolved)


def build_organisations():
    """Every organisation, parents before children."""
    chance = Chance("organisations")
    tree = [
        SampleOrganisation(ROOT_NAME, "团工委", "机关", None, date(2003, 9, 1), date(2016, 3, 25)),
        SampleOrganisation(OFFICE_NAME, "团支部", "机关", founded=date(2003, 9, 10), elected=date(2016, 4, 8)),
    ]
    for place, domain, *size in BRANCH_PLACES:
        category = "团总支" if place in GENERAL_BRANCHES else "团支部"
        # The founding day of some old branches is unknown.
        founded = FOUNDED_2017.get(place) or chance.workday(date(2004, 1, 5), date(2014, 6, 20))
        known = place in FOUNDED_2017 or chance.likely(0.9)
        elected = founded if place in FOUNDED_2017 else chance.choice([date(2014, 11, 18), date(2017, 3, 22), None])
        tree.append(
            SampleOrganisation(
                f"{place}{category}",
                category,
                domain,
                founded=founded if known else None,
                elected=elected,
                place=place,
                size=tuple(size),
            )
        )
    place, domain, dissolved = CLEARED
    tree.append(
        SampleOrganisation(f"{place}团支部", "团支部", domain, ROOT_NAME, date(2005, 4, 11), None, dissolved, place)
    )
    for name, domain, founded, dissolved, above in NONPUBLIC:
        category = "联合团支部" if "联合" in name else "团支部"
        parent = f"{above}团总支" if above else ROOT_NAME
        tree.append(SampleOrganisation(name, category, domain, parent, founded, founded, dissolved))
    return tree


def organisation_rows(tree, committee_members):
    """Rows of 团组织; each committee member looks after a third of the branches."""
    chance = Chance("branches' contacts")
    for number, organisation in enumerate(tree):
        at_root, in_office = organisation.name == ROOT_NAME, organisation.name == OFFICE_NAME
        member = looking_after(number, organisation, committee_members)
        has_chat = in_office or (organisation.place and not organisation.dissolved and chance.likely(0.3))
        yield {
            "组织名称": organisation.name,
            "组织类别": organisation.category,
            "所属领域": organisation.domain,
            "上级组织": organisation.parent,
            "成立日期": organisation.founded,
            "最近换届日期": organisation.elected,
            "联系委员": member and member.name,
            "联系群类型": "QQ群" if at_root else "微信群" if has_chat else None,
            "联系群号": "地区团干工作群" if at_root else f"{organisation.place or '机关'}青年" if has_chat else None,
            "地址": _address(organisation),
            "撤销日期": organisation.dissolved,
            "备注": _remark(organisation),
        }


def looking_after(number, organisation, committee_members):
    """The committee member who looks after the organisation with this number, or None."""
    if organisation.name == ROOT_NAME or organisation.dissolved:
        return None
    return committee_members[number % len(committee_members)]


def liaison_rows(tree, committee_members, former, successor, day):
    """Rows of 联系变更: what `former` had looked after, `successor` does from `day` on."""
    for number, organisation in enumerate(tree):
        if looking_after(number, organisation, committee_members) is not successor:
            continue
        begin = max(day, organisation.founded or day)
        if begin == day:
            yield {"组织名称": organisation.name, "联系委员": former.name, "起始日期": None, "结束日期": day}
        yield {"组织名称": organisation.name, "联系委员": successor.name, "起始日期": begin, "结束日期": None}


def _address(organisation):
    if organisation.parent is None or organisation.name == OFFICE_NAME:
        return "高碑店地区办事处"
    if organisation.dissolved or not organisation.place:
        return None
    return f"{organisation.place}{'村委会' if organisation.domain == '村' else '居委会'}"


def _remark(organisation):
    if not organisation.dissolved:
        return None
    return "整村腾退，团员转入相邻社区" if organisation.place else "企业迁址或注销，团支部撤销"


def supply_rows(tree):
    """Rows of 物资配发: flags and badges for every village and community, and for newly founded branches."""
    chance = Chance("supplies")
    handed_out = date(2017, 4, 20)
    for organisation in tree:
        if not organisation.place or not organisation.stands_on(handed_out):
            continue
        yield _supply(handed_out, organisation, "团旗", 1)
        yield _supply(handed_out, organisation, "团徽", max(3, sum(organisation.size)) + chance.randrange(3))
    yield _supply(date(2016, 5, 4), tree[0], "团旗", 2)
    yield _supply(date(2017, 4, 21), tree[1], "团徽", 12)
    for organisation in tree:
        if organisation.domain in ("非公企业", "社会组织") and organisation.founded.year >= 2016:
            day = organisation.founded + timedelta(chance.randrange(8))
            yield _supply(day, organisation, "团旗", 1)
            yield _supply(day, organisation, "团徽", chance.randrange(5, 12))


def _supply(day, organisation, item, quantity):
    return {"日期": day, "组织": organisation.name, "物资": item, "数量": quantity}
