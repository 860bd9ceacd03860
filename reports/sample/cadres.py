"""Posts: the committee of 1+3, a cadre for each of the 33 villages and communities, and those of other branches."""

from dataclasses import dataclass
from datetime import date

from .chance import Chance, month
from .organisations import OFFICE_NAME, ROOT_NAME, SampleOrganisation
from .people import SamplePerson

# In March 2017 the committee replaced cadres of its villages and communities.
RENEWED = date(2017, 3, 1)
REPLACED = (
    "高碑店村 西店村 小郊亭村 石门村 高碑店东社区 花北西社区 力源里社区 "
    "甘露园社区 太平庄社区 北花园社区 大黄庄社区 西店社区"
).split()
VACANT_IN_2016 = {"白家楼村": date(2016, 3, 1), "花北东社区": date(2016, 7, 1), "石门社区": date(2016, 10, 1)}

DUTIES = "负责团员管理、青年联系和活动组织"


@dataclass(eq=False)
class SamplePost:
    """A post held from one month to another."""

    person: SamplePerson
    organisation: SampleOrganisation
    title: str
    since: date
    until: date | None = None
    nature: str = "兼职"
    quota: int | None = None
    duties: str | None = None
    remark: str | None = None

    def serving_on(self, day):
        """Whether the post is held on `day`."""
        return self.since <= day and (self.until is None or day < self.until)


def build_posts(people, tree):
    """Every post, in the order of the organisations."""
    chance = Chance("cadres")
    by_name = {organisation.name: organisation for organisation in tree}
    root, office = by_name[ROOT_NAME], by_name[OFFICE_NAME]
    in_places = [post for organisation in tree if organisation.place for post in _place(people, chance, organisation)]

    def secretary_of(name):
        return next(post.person for post in in_places if post.organisation.name == name and not post.until)

    in_office = people.person(date(1985, 1, 1), date(1986, 12, 31), "女")
    earlier = people.person(date(1981, 1, 1), date(1983, 12, 31))
    leader = people.person(date(1971, 1, 1), date(1974, 12, 31), "男")
    full_time = people.person(date(1990, 6, 1), date(1991, 6, 30), "女")
    return [
        SamplePost(leader, root, "书记", date(2015, 3, 1), duties="主管团的工作"),
        SamplePost(in_office, root, "委员", date(2016, 3, 1), duties="联系机关和村"),
        SamplePost(secretary_of("八里庄社区团总支"), root, "委员", date(2016, 3, 1), duties="联系社区和青年汇"),
        SamplePost(earlier, root, "委员", date(2013, 5, 1), RENEWED, remark="工作调动"),
        SamplePost(secretary_of("高碑店村团总支"), root, "委员", RENEWED, duties="联系非公团组织"),
        SamplePost(
            full_time, root, "工作人员", date(2015, 7, 1), nature="专职", quota=100, duties="地区团委专干，负责日常工作"
        ),
        SamplePost(in_office, office, "书记", date(2016, 4, 1), duties=DUTIES),
        *in_places,
        *[post for organisation in tree if not organisation.place for post in _branch(people, chance, organisation)],
    ]


def members_of_committee(posts, day):
    """The people serving as 委员 on `day`."""
    return [post.person for post in posts if post.title == "委员" and post.serving_on(day)]


def renewed_in_committee(posts):
    """Who left the committee when it was renewed, and who came."""
    members = [post for post in posts if post.title == "委员"]
    former = next(post.person for post in members if post.until == RENEWED)
    return former, next(post.person for post in members if post.since == RENEWED)


def _place(people, chance, organisation):
    place = organisation.place
    first = chance.choice([date(2013, 4, 1), date(2014, 6, 1), date(2015, 3, 1), date(2015, 10, 1)])
    if organisation.dissolved:
        until = organisation.dissolved.replace(day=1)
        yield SamplePost(_older(people), organisation, "书记", first, until, remark="整村腾退")
        return
    if place in REPLACED:
        yield SamplePost(_older(people), organisation, "书记", first, RENEWED, remark="换届")
    if place in VACANT_IN_2016:
        yield SamplePost(_older(people), organisation, "书记", first, VACANT_IN_2016[place], remark="离职，暂缺")
    renewed = place in REPLACED or place in VACANT_IN_2016 or organisation.founded == date(2017, 3, 20)
    yield SamplePost(
        people.person(date(1984, 1, 1), date(1993, 12, 31)),
        organisation,
        "书记",
        RENEWED if renewed else first,
        quota=10 if chance.likely(0.3) else None,
        duties=DUTIES if chance.likely(0.6) else None,
    )
    if place == "高井村":
        deputy = people.person(date(1992, 1, 1), date(1993, 12, 31))
        yield SamplePost(deputy, organisation, "副书记", date(2016, 8, 1), nature="挂职", remark="大学生村官")
    if place == "兴隆家园社区":
        deputy = people.person(date(1990, 1, 1), date(1993, 12, 31))
        yield SamplePost(deputy, organisation, "副书记", RENEWED, quota=5, duties="协助开展青年汇活动")


def _older(people):
    return people.person(date(1978, 1, 1), date(1985, 12, 31))


def _branch(people, chance, organisation):
    if organisation.domain not in ("非公企业", "社会组织"):
        return
    until = organisation.dissolved and organisation.dissolved.replace(day=1)
    yield SamplePost(
        people.person(date(1988, 1, 1), date(1993, 12, 31)),
        organisation,
        "书记",
        organisation.founded.replace(day=1),
        until,
        duties=DUTIES if chance.likely(0.4) else None,
        remark="团支部撤销" if until else None,
    )


def post_rows(posts):
    """Rows of 团干部."""
    for post in posts:
        yield {
            "姓名": post.person.name,
            "性别": post.person.gender,
            "手机号码": post.person.mobile,
            "所在组织": post.organisation.name,
            "职务": post.title,
            "职责": post.duties,
            "干部性质": post.nature,
            "任职年月": month(post.since),
            "离任年月": post.until and month(post.until),
            "联系青年指标": post.quota,
            "备注": post.remark,
        }
