"""Error messages for a list reveal nothing about records that its sender may not see in full."""

import json
import re
from datetime import date

import pytest
from django.utils import timezone

from activities.models import SignIn
from members.models import Member, Person
from tests.factories import make_activity, make_member, make_person, make_post, make_volunteer, minor_birth_date
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import HERE, commit, counts, opened, person, told
from yl_district.sheets import export_marks

pytestmark = pytest.mark.django_db

NUMBER, MOBILE = "110105199805040020", "13812345678"
MASKED_NUMBER, MASKED_MOBILE = "110105************", "138****5678"
MINOR = "钱未成"
LONG_NUMBER = re.compile(r"1[3-9]\d{9}|\d{17}[\dX]")


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


def findings(batch):
    """All that is kept of the check's outcome, in one text."""
    return json.dumps([part.told for part in batch.parts.all()], ensure_ascii=False)


def marked(record, **cells):
    return cells | {"导出标记": export_marks.mark(record, timezone.now())}


def somebody(district):
    found = make_person("赵敏行", gender="F", birth_date=date(1998, 5, 4), mobile=MOBILE, identity_number=NUMBER)
    make_member(branch=district.here, person=found)
    return found


def minor(district, **values):
    found = make_person(MINOR, gender="F", birth_date=minor_birth_date())
    return found, make_member(branch=district.here, person=found, **values)


def sign_ins(district, found, *mobiles):
    """Rows about the sign-ins of somebody in several activities, with these mobiles."""
    rows = []
    for number, mobile in enumerate(mobiles):
        activity = make_activity(district.here, f"活动{number}", held_on=date(2020, 1, number + 1))
        one = SignIn.objects.create(activity=activity, person=found, capacity="member")
        cells = {"活动名称": activity.name, "日期": str(activity.held_on), "姓名": found.name, "手机号码": mobile}
        rows.append(marked(one, **cells))
    return rows


def test_rows_that_differ_about_a_masked_number_quote_it_masked(office, district):
    rows = sign_ins(district, somebody(district), MASKED_MOBILE, "13900000000")
    batch = opened(office, rows, kind="signins")
    assert f"与《花名册》第 2 行一致的“{MASKED_MOBILE}”" in findings(batch)
    assert set(LONG_NUMBER.findall(findings(batch))) == {"13900000000"}
    assert MOBILE not in told(office, batch)


def test_rows_that_differ_about_a_minors_name_quote_it_masked(office, district):
    found, _ = minor(district)
    posts = [make_post(person=found, organisation=district.here, title=title) for title in ("书记", "委员")]
    rows = [
        marked(post, 姓名=name, 所在组织=HERE, 职务=post.title, 任职年月="2016-09")
        for post, name in zip(posts, ["钱**", "李小小"], strict=True)
    ]
    batch = opened(office, rows, kind="posts")
    assert "与《花名册》第 2 行一致的“钱**”" in findings(batch)
    assert MINOR not in findings(batch) + told(office, batch)


def test_the_holder_of_a_development_number_is_named_as_pages_name_him(office, district):
    minor(district, development_no="202000000001")
    batch = opened(office, [person(1, 发展团员编号="202000000001")])
    assert "该编号已由钱**使用" in findings(batch)
    assert MINOR not in findings(batch) + told(office, batch)


@pytest.mark.parametrize("cells", [{"性别": "男"}, {"出生日期": "1998-05-05"}, {"入团年月": "2001-01"}, {"性别": "M"}])
def test_whatever_else_is_wrong_what_stands_behind_a_mask_is_not_told(office, district, cells):
    member = Member.objects.get(person=somebody(district))
    row = {"姓名": "赵敏行", "性别": "女", "出生日期": "1998-05-04", "所在团支部": HERE}
    row |= {"身份证号": MASKED_NUMBER, "手机号码": MASKED_MOBILE} | cells
    batch = opened(office, [marked(member, **row)])
    assert (counts(batch), LONG_NUMBER.findall(findings(batch))) == ((0, 0, 0, 1), [])


def test_a_stored_number_that_is_no_longer_taken_is_not_told(office, district):
    member = Member.objects.get(person=somebody(district))
    member.person.identity_number = NUMBER[:17] + "1"  # as none can be that is right
    member.person.save()
    row = {"姓名": "赵敏行", "性别": "女", "出生日期": "1998-05-04", "所在团支部": HERE, "身份证号": MASKED_NUMBER}
    batch = opened(office, [marked(member, **row)])
    [problem] = batch.parts.get().told[1]["problems"]
    assert (problem["column"], problem["found"], problem["expected"]) == ("身份证号", MASKED_NUMBER, "完整的内容")


# Whom a number means


def test_a_number_alone_gives_nobody_another_name(office, district):
    found = somebody(district)
    batch = opened(office, [person(1, 姓名="王别人", 身份证号=NUMBER, 出生日期="1998-05-04")])
    [problem] = batch.parts.get().told[1]["problems"]
    assert list(problem.values())[2:] == [
        "姓名",
        "王别人",
        "该号码登记的姓名 赵**",
        "请核对号码或姓名；确已改名的，请先在人员资料中改正姓名",
    ]
    found.refresh_from_db()
    assert (found.name, counts(batch)) == ("赵敏行", (0, 0, 0, 1))


def test_new_records_that_change_somebody_as_well_are_counted(office, district):
    volunteer = make_volunteer(person=make_person("孙一一", mobile=MOBILE))
    rows = [person(1, 姓名="孙一一", 手机号码=MOBILE, 身份证号=NUMBER, 出生日期="1998-05-04"), person(2)]
    batch = opened(office, rows)
    assert (counts(batch), batch.counts["beside"]) == ((2, 0, 0, 0), 1)
    assert "写入后，新增 2 条，变更 0 条 其中 1 行同时更正人员资料，改动列在各行。" in told(office, batch)
    commit(office, batch)
    assert Person.objects.get(pk=volunteer.person_id).identity_number == NUMBER
