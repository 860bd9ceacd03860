"""The sheet 团组织: a tree whose rows may come in any order, and whose organisations may move."""

import random
from datetime import date
from itertools import permutations

import pytest

from orgs.models import Organisation
from orgs.resources import OrganisationResource
from tests.rosters import in_trial, take
from tests.workbooks import TODAY, exported_rows, problems, take_in, tally
from yl_district.sheets.columns import Book

pytestmark = pytest.mark.django_db

ABOVE = "上级组织"
CIRCULAR = ("本组织以外、不在其下的组织", "上下级不能循环，请核对上级组织")


def organisation(name, parent=None, **cells):
    """A row of the sheet."""
    return {"组织名称": name, "组织类别": "团支部", "所属领域": "社区", ABOVE: parent} | cells


ROOT = organisation("地区", 组织类别="团工委")
TREE = [ROOT, organisation("街道", "地区"), organisation("社区", "街道"), organisation("楼门", "社区")]


def tree():
    """The stored tree as (name, parent's name), from the top; treebeard itself finds no fault in it."""
    assert Organisation.objects.find_problems() == ([], [], [], [], [])
    return [(one.name, one.parent_name) for one in Organisation.objects.with_parent_name()]


WHOLE = [("地区", None), ("街道", "地区"), ("社区", "街道"), ("楼门", "社区")]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("rows", list(permutations(TREE)), ids=lambda rows: ">".join(row["组织名称"] for row in rows))
def test_parents_may_stand_anywhere(rows):
    take_in({"团组织": list(rows)})
    assert tree() == WHOLE


def test_new_organisations_hang_below_known_ones():
    take_in({"团组织": TREE[:2]})
    assert tally(take_in({"团组织": TREE[2:]})) == {"团组织": (2, 0, 0)}
    assert tree() == WHOLE


def test_siblings_follow_each_other_and_those_already_there():
    take_in({"团组织": [ROOT, organisation("甲", "地区"), organisation("乙", "地区")]})
    take_in({"团组织": [organisation("丙", "地区"), organisation("丁", "地区")]})
    assert [name for name, _ in tree()] == ["地区", "甲", "乙", "丙", "丁"]


def test_a_row_without_a_parent_belongs_below_the_root():
    take_in({"团组织": [organisation("社区"), ROOT, organisation("街道", "地区")]})
    assert tree() == [("地区", None), ("社区", "地区"), ("街道", "地区")]
    take_in({"团组织": [organisation("学校")]})
    assert tree()[-1] == ("学校", "地区")


def test_of_several_without_a_parent_the_only_committee_is_the_root():
    take_in({"团组织": [organisation("甲"), ROOT, organisation("乙"), organisation("丙", "甲")]})
    assert tree() == [("地区", None), ("甲", "地区"), ("丙", "甲"), ("乙", "地区")]


def test_the_column_of_parents_may_be_missing():
    take_in({"团组织": [ROOT]})
    row = {heading: cell for heading, cell in organisation("社区").items() if heading != ABOVE}
    take_in({"团组织": [row]})
    assert tree() == [("地区", None), ("社区", "地区")]


@pytest.mark.parametrize("category", ["团工委", "团委"])
def test_a_committee_without_a_parent_beside_the_root_is_refused(category):
    take_in({"团组织": [ROOT]})
    remedy = "系统中已有最上级组织“地区”，请填写上级组织"
    answer = ("团组织", 2, ABOVE, "（空）", "上级组织的名称", remedy)
    assert problems({"团组织": [organisation("新区", 组织类别=category)]}) == [answer]
    assert take_in({"团组织": [organisation("新区", "地区", 组织类别=category)]}).written
    assert take_in({"团组织": [organisation("地区", 组织类别="团工委", 地址="一号院")]}).written


def test_a_committee_without_a_parent_beside_the_root_of_its_file_is_refused():
    rows = [organisation("新区", 组织类别="团委"), organisation("社区", "地区"), ROOT]
    assert [problem[1:3] + problem[5:] for problem in problems({"团组织": rows})] == [
        (2, ABOVE, "表中已有最上级组织“地区”，请填写上级组织")
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [organisation("甲"), organisation("乙")],
        [organisation("甲"), organisation("乙"), organisation("丙", "甲"), organisation("丁", "乙")],
    ],
)
def test_which_of_several_is_the_root_is_not_guessed(rows):
    answer = ("（空）", "除最上级的一个组织外均填写上级组织", "请只让最上级的一个组织留空")
    found = [problem for problem in problems({"团组织": rows}) if problem[2] == ABOVE]
    assert found[:2] == [("团组织", 2, ABOVE, *answer), ("团组织", 3, ABOVE, *answer)]


def test_a_root_is_no_second_one_below_another():
    take_in({"团组织": TREE[:2]})
    assert problems({"团组织": [organisation("地区", "街道", 组织类别="团工委")]}) == [
        ("团组织", 2, ABOVE, "街道", *CIRCULAR)
    ]


def test_circles_are_refused_row_by_row():
    rows = [
        ROOT,
        organisation("甲", "乙"),
        organisation("乙", "丙"),
        organisation("丙", "甲"),
        organisation("丁", "丁"),
    ]
    assert problems({"团组织": rows}) == [
        ("团组织", 3, ABOVE, "乙", *CIRCULAR),
        ("团组织", 4, ABOVE, "丙", *CIRCULAR),
        ("团组织", 5, ABOVE, "甲", *CIRCULAR),
        ("团组织", 6, ABOVE, "丁", *CIRCULAR),
    ]


def test_circles_of_known_organisations_are_refused():
    take_in({"团组织": [ROOT, organisation("甲", "地区"), organisation("乙", "地区")]})
    assert [problem[1:3] for problem in problems({"团组织": [organisation("甲", "乙"), organisation("乙", "甲")]})] == [
        (2, ABOVE),
        (3, ABOVE),
    ]
    take_in({"团组织": [organisation("丙", "甲")]})
    assert problems({"团组织": [organisation("甲", "丙")]}) == [("团组织", 2, ABOVE, "丙", *CIRCULAR)]


def test_organisations_move_with_all_below_them():
    take_in({"团组织": [*TREE, organisation("新街", "地区")]})
    report = take_in({"团组织": [organisation("社区", "新街")]})
    assert report.sheets["团组织"].changes == [(2, "社区", ABOVE, "街道", "新街")]
    assert tree() == [("地区", None), ("街道", "地区"), ("新街", "地区"), ("社区", "新街"), ("楼门", "社区")]


def test_parent_and_child_may_change_places():
    take_in({"团组织": TREE})
    rows = [organisation("街道", "楼门"), organisation("社区", "街道"), organisation("楼门", "地区")]
    for order in (rows, rows[::-1]):
        take_in({"团组织": order})
        assert tree() == [("地区", None), ("楼门", "地区"), ("街道", "楼门"), ("社区", "街道")]
        take_in({"团组织": TREE})
        assert tree() == WHOLE


def test_new_organisations_hang_below_one_that_moves_in_the_same_file():
    take_in({"团组织": [*TREE, organisation("新街", "地区")]})
    member = {"姓名": "章程", "性别": "男", "出生日期": "1998-05-04", "所在团支部": "院落"}
    rows = [organisation("院落", "社区"), organisation("社区", "新街")]
    assert take_in({"团组织": rows, "团员": [member]}).written
    assert tree()[-3:] == [("社区", "新街"), ("楼门", "社区"), ("院落", "社区")]
    assert Organisation.objects.get(name="院落").members.count() == 1


def test_a_change_of_cells_alone_moves_nothing():
    take_in({"团组织": TREE})
    report = take_in({"团组织": [organisation("社区", 地址="一号院")]})
    assert report.sheets["团组织"].changes == [(2, "社区", "地址", "", "一号院")]
    assert tree() == WHOLE


def test_trees_deeper_than_any_office_are_refused():
    rows = [
        ROOT,
        *[organisation(f"第{level}级", f"第{level - 1}级" if level > 1 else "地区") for level in range(1, 30)],
    ]
    found = [problem for problem in problems({"团组织": rows[::-1]}) if "级的上下级关系" in problem[4]]
    assert found == [("团组织", 11, ABOVE, "第19级", "不超过 20 级的上下级关系", "请核对上级组织")]


def test_a_chain_of_thousands_is_answered():
    rows = [organisation(f"第{level}级", f"第{level - 1}级") for level in range(3000, 0, -1)]
    report = take_in({"团组织": rows}, check=True)
    assert (report.told.count, len(report.errors)) == (3000, 1000)


def test_names_with_line_breaks_are_one_line():
    take_in({"团组织": [ROOT, organisation("柳林\n社区", "地区"), organisation("一支部", " 柳林  社区 ")]})
    assert tree() == [("地区", None), ("柳林 社区", "地区"), ("一支部", "柳林 社区")]


def test_an_export_lists_parents_first():
    take_in({"团组织": TREE[::-1]})
    assert [row["组织名称"] for row in exported_rows()["团组织"]] == ["地区", "街道", "社区", "楼门"]


STANDING = [*TREE, organisation("新街", "地区"), organisation("小院", "新街")]
# Moved below a known one and below a new one, with new ones below the moved one and below each other.
MOVING = [
    organisation("社区", "新街"),
    organisation("院落", "社区"),
    organisation("里弄", "院落"),
    organisation("新区", "地区"),
    organisation("街道", "新区"),
]
CONTRADICTING = {"成立日期": "2017-01-01", "撤销日期": "2016-01-01"}


def places():
    """Each organisation in the tree's order: its name, its level, and how many stand right below it."""
    assert Organisation.objects.find_problems() == ([], [], [], [], [])
    return list(Organisation.objects.values_list("name", "depth", "numchild"))


def imported(rows):
    """The tree after the right ones of these rows were written, and the names in the wrong ones."""
    found = take("organisations", rows, only_right=True)
    assert (found.said, found.is_written) == ("", True)
    return places(), {rows[problem.row - 2]["组织名称"] for problem in found.errors}


def planted(rows, wrong):
    """The tree as treebeard makes it of the rows that are not wrong, in the order in which they are taken."""
    resource = OrganisationResource(Book(TODAY))
    resource.load()
    for row in resource.in_order(rows):
        if row["组织名称"] not in wrong:
            plant(row["组织名称"], Organisation.objects.get(name=row[ABOVE]))
    return places()


def plant(name, parent):
    """Has treebeard place the organisation of this name below another, at the end."""
    known = Organisation.objects.filter(name=name).first()
    if known is None:
        Organisation.objects.add_child(parent, instance=Organisation(name=name, category="branch", domain="community"))
    elif Organisation.objects.get_parent(known) != parent:
        known.move_below(parent)


def as_treebeard_has_it(rows):
    """Whether an import leaves the tree that treebeard would, and the names in its wrong rows."""
    found, wrong = in_trial(lambda: imported(rows))
    return found == in_trial(lambda: planted(rows, wrong)), wrong


ORDERS = [MOVING[::-1], *[pytest.param(list(rows), marks=pytest.mark.full) for rows in permutations(MOVING)]]


@pytest.mark.both
@pytest.mark.parametrize("rows", ORDERS, ids=lambda rows: ">".join(row["组织名称"] for row in rows))
def test_a_moved_organisation_with_new_ones_below_it_stands_where_treebeard_would_place_it(rows):
    take_in({"团组织": STANDING})
    assert as_treebeard_has_it(rows) == (True, set())
    assert in_trial(lambda: (imported(rows), dict(tree())))[1] == dict(WHOLE) | {
        "新街": "地区",
        "小院": "新街",
        "社区": "新街",
        "院落": "社区",
        "里弄": "院落",
        "新区": "地区",
        "街道": "新区",
    }


# A wrong row, and those that are wrong because of it.
WRONG = {
    "社区": {"社区"},
    "院落": {"院落", "里弄"},
    "里弄": {"里弄"},
    "新区": {"新区", "街道"},
    "街道": {"街道"},
}


@pytest.mark.in_turn
@pytest.mark.parametrize("rows", ORDERS, ids=lambda rows: ">".join(row["组织名称"] for row in rows))
def test_a_wrong_organisation_stays_where_it_is_and_those_below_it_with_it(rows):
    take_in({"团组织": STANDING})
    for name, wrong in WRONG.items():
        told = [row | CONTRADICTING if row["组织名称"] == name else row for row in rows]
        assert as_treebeard_has_it(told) == (True, wrong)


def some_rows(chance):
    """Rows of a random tree and rows that move it about, some of them wrong or in a circle."""
    names = [f"第{number}组织" for number in range(12)]
    standing = [ROOT, *[organisation(name, chance.choice(["地区", *names[:at]])) for at, name in enumerate(names)]]
    new = [f"新设{number}" for number in range(5)]
    moving = [organisation(name, chance.choice(["地区", *names, *new])) for name in [*chance.sample(names, 6), *new]]
    rows = [row | CONTRADICTING if chance.random() < 0.2 else row for row in moving]
    return standing, chance.sample(rows, len(rows))


# Of the few that are tried daily one moves an organisation below which a new one stands already.
DAILY = (0, 1, 2, 11)
SEEDS = [pytest.param(seed, marks=() if seed in DAILY else pytest.mark.full) for seed in range(100)]


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_moved_the_tree_is_what_treebeard_would_make_of_the_right_rows(seed):
    standing, rows = some_rows(random.Random(seed))
    take_in({"团组织": standing})
    assert as_treebeard_has_it(rows)[0]


def domains():
    """Of the one organisation below the root: its domain, since when, and the earlier spans."""
    one = Organisation.objects.get(name="社区")
    spans = one.earlier_domains.values_list("domain", "started_on", "ended_on")
    return one.domain, one.domain_since, list(spans)


@pytest.mark.both
def test_a_changed_domain_holds_since_the_day_that_the_row_states_else_since_today():
    take_in({"团组织": [ROOT, organisation("社区", "地区")]})
    take_in({"团组织": [organisation("社区", 所属领域="非公企业", 领域起始日期="2017-06-01")]})
    assert domains() == ("enterprise", date(2017, 6, 1), [("community", None, date(2017, 6, 1))])
    take_in({"团组织": [organisation("社区", 所属领域="学校")]})
    assert domains() == (
        "school",
        TODAY,
        [("community", None, date(2017, 6, 1)), ("enterprise", date(2017, 6, 1), TODAY)],
    )


def test_a_second_change_on_the_same_day_replaces_the_first():
    take_in({"团组织": [ROOT, organisation("社区", "地区")]})
    for domain in ("非公企业", "学校"):
        take_in({"团组织": [organisation("社区", 所属领域=domain)]})
    assert domains() == ("school", TODAY, [("community", None, TODAY)])


def test_an_earlier_first_day_corrects_the_domain():
    take_in({"团组织": [ROOT, organisation("社区", "地区", 领域起始日期="2017-06-01")]})
    take_in({"团组织": [organisation("社区", 所属领域="村", 领域起始日期="2016-03-01")]})
    assert domains() == ("village", date(2016, 3, 1), [])


SPANS = [
    {"组织名称": "社区", "起始日期": None, "结束日期": "2015-01-01", "所属领域": "村"},
    {"组织名称": "社区", "起始日期": "2015-01-01", "结束日期": None, "所属领域": "机关"},
]


@pytest.mark.both
def test_earlier_domains_come_in_with_their_organisation_and_out_again():
    sheets = {"团组织": [ROOT, organisation("社区", "地区", 领域起始日期="2017-06-01")], "领域变更": SPANS}
    assert take_in(sheets).errors == []
    earlier = [("village", None, date(2015, 1, 1)), ("office", date(2015, 1, 1), date(2017, 6, 1))]
    assert domains() == ("community", date(2017, 6, 1), earlier)
    assert tally(take_in(sheets))["领域变更"] == (0, 0, 2)
    assert exported_rows()["领域变更"] == [
        {"组织名称": "社区", "结束日期": "2015-01-01", "所属领域": "村"},
        {"组织名称": "社区", "起始日期": "2015-01-01", "结束日期": "2017-06-01", "所属领域": "机关"},
    ]


@pytest.mark.parametrize(
    ("since", "row", "expected"),
    [
        (None, SPANS[0], "社区已填写领域起始日期"),
        ("2017-06-01", SPANS[0] | {"结束日期": "2019-01-01"}, "不晚于现在情况的领域起始日期 2017-06-01"),
        ("2017-06-01", SPANS[0] | {"起始日期": "2016-01-01"}, "不早于起始日期（2016-01-01）的日期"),
    ],
)
def test_a_span_that_cannot_be_is_refused(since, row, expected):
    report = take_in({"团组织": [ROOT, organisation("社区", "地区", 领域起始日期=since)], "领域变更": [row]})
    assert [problem.expected for problem in report.errors] == [expected]


def test_spans_that_overlap_are_refused():
    rows = [SPANS[0], SPANS[1] | {"起始日期": "2014-01-01"}]
    report = take_in({"团组织": [ROOT, organisation("社区", "地区", 领域起始日期="2017-06-01")], "领域变更": rows})
    assert [problem.expected for problem in report.errors] == ["不与已有的一段（最初至 2015-01-01）重叠"]
