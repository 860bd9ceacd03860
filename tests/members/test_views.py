"""Pages of members, posts and people, requested by the test client."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Person, Post
from orgs.models import Role
from tests.factories import make_member, make_organisation, make_person, make_post, make_user, make_volunteer
from tests.made_once import made_once
from tests.pages import asked, confirmed

pytestmark = pytest.mark.django_db

NUMBER = "110105199805040020"
HTMX = {"HX-Request": "true", "HX-Target": "rows"}


@made_once
def root():
    return make_organisation("春晖地区团工委", category="working_committee", domain="office")


@made_once
def branch(root):
    return make_organisation("望湖社区团支部", root)


@pytest.fixture
def other_branch(root):
    return make_organisation("槐荫社区团支部", root)


@pytest.fixture
def office(client, root):
    """The client of a member of the committee's staff."""
    client.force_login(make_user("林知秋", root))
    return client


@pytest.fixture
def cadre(client, branch):
    """The client of a cadre of one branch."""
    client.force_login(make_user("陆远", branch, Role.Kind.CADRE))
    return client


def member_data(branch, **changes):
    """What the form of a new member sends."""
    data = {"name": "章程", "gender": "F", "birth_date": "1998-05-04", "branch": branch.pk, "status": "normal"}
    return data | {"in_school": "unknown", "listed_on": timezone.localdate().isoformat()} | changes


def post_data(organisation, **changes):
    """What the form of a new post sends."""
    return {"name": "陆远", "organisation": organisation.pk, "title": "书记", "started_on": "2017-03"} | changes


def test_a_new_member_without_an_intake_day_is_listed_from_today(office, branch):
    form = office.get(reverse("member_create")).context["form"]
    assert form["listed_on"].value() == timezone.localdate()
    office.post(reverse("member_create"), member_data(branch, joined_league_on="2012-05"))
    member = Member.objects.get()
    assert (member.intake_on, member.roll_begin) == (None, timezone.localdate())


def test_the_day_proposed_gives_way_to_an_intake_day(office, branch):
    office.post(reverse("member_create"), member_data(branch, intake_on="2018-03-01"))
    member = Member.objects.get()
    assert (member.listed_on, member.roll_begin) == (None, date(2018, 3, 1))


def test_a_new_member_needs_a_day_from_which_to_stand(office, branch):
    page = office.post(reverse("member_create"), member_data(branch, listed_on=""))
    assert "来源日期或在册起始日期" in errors(page)["listed_on"]


def test_the_list_can_be_narrowed_to_members_whose_begin_is_guessed(office, branch):
    make_member("章程", branch, intake_on=None)
    make_member("韩笑", branch)
    address = reverse("member_list")
    found = {begin: office.get(address, {"begin": begin}).context["table"] for begin in ("guessed", "known")}
    names = {begin: [row.record.person.name for row in table.rows] for begin, table in found.items()}
    assert names == {"guessed": ["章程"], "known": ["韩笑"]}


def errors(response):
    """The messages beside the fields, by field."""
    return {name: " ".join(messages) for name, messages in response.context["form"].errors.items()}


def test_list_shows_those_on_the_roll_today_and_masks_mobiles(office, branch):
    make_member(branch=branch, person=make_person("章程", mobile="13800138000"))
    make_member("韩笑", branch, status="transferred_out", left_on=date(2018, 1, 1))
    page = office.get(reverse("member_list")).content.decode()
    assert "共 <strong>1</strong> 条" in page
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "韩笑" not in page
    assert "韩笑" in office.get(reverse("member_list"), {"standing": "left"}).content.decode()


@pytest.mark.parametrize("text", ["单", "danwei", "sw", " 单 伟 "])
def test_list_is_searched_by_name_pinyin_and_initials(office, branch, text):
    make_member("单伟", branch)
    make_member("韩笑", branch)
    response = office.get(reverse("member_list"), {"search": text})
    assert [row.record.person.name for row in response.context["table"].rows] == ["单伟"]


def test_list_is_narrowed_to_an_organisation_and_below(office, root, branch, other_branch):
    make_member("章程", branch)
    make_member("韩笑", other_branch)
    narrowed = office.get(reverse("member_list"), {"organisation": branch.pk}).context["table"]
    assert [row.record.person.name for row in narrowed.rows] == ["章程"]
    assert len(office.get(reverse("member_list"), {"organisation": root.pk}).context["table"].rows) == 2


def test_htmx_gets_the_rows_and_a_history_restore_the_page(office, branch):
    make_member(branch=branch)
    address = reverse("member_list")
    fragment = office.get(address, headers=HTMX)
    assert fragment.content.decode().strip().startswith("<section")
    assert "HX-Request" in fragment["Vary"]
    restored = office.get(address, headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert restored.content.decode().startswith("<!doctype html>")
    assert "HX-Request" in office.get(address)["Vary"]


@pytest.mark.parametrize("number", ["0", "-1", "100000", "x"])
def test_no_address_asks_for_another_number_of_rows(office, branch, number):
    make_member(branch=branch)
    page = office.get(reverse("member_list"), {"per_page": number})
    assert (page.status_code, page.context["table"].paginator.per_page) == (200, 25)


def test_list_is_paged_and_takes_any_page_number(office, branch):
    for _ in range(30):
        make_member(branch=branch)
    address = reverse("member_list")
    assert "第 2 / 2 页" in office.get(address, {"page": 2}).content.decode()
    assert "第 2 / 2 页" in office.get(address, {"page": 99}).content.decode()
    assert "第 1 / 2 页" in office.get(address, {"page": "x", "sort": "nonsense"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"organisation": "9" * 40}, {"organisation": "x"}, {"status": "x"}, {"search": "章" * 61}, {"search": "\0"}],
)
def test_list_says_which_condition_it_cannot_take(office, branch, query):
    make_member(branch=branch)
    response = office.get(reverse("member_list"), query)
    assert response.status_code == 200
    assert "text-danger" in response.content.decode()


def test_a_number_that_no_record_can_have_is_not_found(office):
    assert office.get(f"/members/{'9' * 40}/").status_code == 404


def test_empty_lists_say_what_to_do(office):
    assert "还没有记录" in office.get(reverse("member_list")).content.decode()
    assert "没有符合条件的记录" in office.get(reverse("member_list"), {"search": "无此人"}).content.decode()


@pytest.mark.parametrize(("make", "name"), [(make_member, "member_list"), (make_post, "post_list")])
def test_list_asks_the_database_as_often_for_fifty_rows_as_for_five(office, branch, make, name):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert office.get(reverse(name)).status_code == 200
        return asked(captured)

    for number in range(5):
        make(f"章程{number}", branch)
    few = queries()
    for number in range(45):
        make(f"韩笑{number}", branch)
    assert queries() == few


def test_detail_shows_the_fields_and_masks_the_identity_number(office, branch):
    person = make_person("章程", identity_number=NUMBER, mobile="13800138000")
    member = make_member(branch=branch, person=person, joined_league_on=date(2014, 5, 1), employer="清和科技")
    page = office.get(member.get_absolute_url()).content.decode()
    assert "110105************" in page
    assert NUMBER not in page
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "2014-05</dd>" in page
    assert "离开日期" not in page
    assert '<span class="missing">未填写</span>' in page
    assert "清和科技" in page


def test_create_makes_the_person_and_the_member(office, branch):
    response = office.post(
        reverse("member_create"),
        member_data(branch, name="章 程", joined_league_on="2014-05", intake="developed", intake_on="2017.3.1"),
        follow=True,
    )
    member = Member.objects.get()
    assert response.redirect_chain == [(member.get_absolute_url(), 302)]
    assert "已登记团员" in response.content.decode()
    assert member.person.name == "章程"
    assert member.person.search_text.startswith("章程 zhangcheng zc")
    assert (member.joined_league_on, member.intake_on) == (date(2014, 5, 1), date(2017, 3, 1))
    assert member.status == "normal"


def test_create_takes_birth_date_and_sex_from_the_identity_number(office, branch):
    data = member_data(branch, gender="", birth_date="", identity_number="１１０１０５ 19980504 ００２０")
    office.post(reverse("member_create"), data)
    person = Person.objects.get()
    assert (person.identity_number, person.birth_date, person.gender) == (NUMBER, date(1998, 5, 4), "F")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "请填写姓名。"),
        ({"branch": ""}, "branch", "请选择所在团支部。"),
        ({"gender": ""}, "gender", "请填写性别。"),
        (
            {"birth_date": "1998-02-30"},
            "birth_date",
            "请填写真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999。",
        ),
        ({"birth_date": "0198-05-04"}, "birth_date", "请填写 1900 至 2100 年之间的日期。"),
        ({"birth_date": "2099-05-04"}, "birth_date", "的日期。请核对日期；尚未发生的，到时再登记。"),
        ({"joined_league_on": "2014"}, "joined_league_on", "请填写年月，如 2017-05。"),
        ({"identity_number": "110105199805040021"}, "identity_number", "校验码正确的身份证号。"),
        ({"identity_number": "110105980504002"}, "identity_number", "15 位旧号码已停用"),
        ({"identity_number": NUMBER, "gender": "M"}, "gender", "与身份证号一致的性别 女。"),
        (
            {"identity_number": NUMBER, "birth_date": "1998-05-05"},
            "birth_date",
            "与身份证号一致的出生日期 1998-05-04。",
        ),
        ({"mobile": "1380013800"}, "mobile", "11 位手机号码"),
        ({"status": "transferred_out"}, "left_on", "请补填离开日期"),
        ({"left_on": "2018-01-01"}, "status", "请选择离开的原因，或清空离开日期"),
        ({"joined_league_on": "2005-05"}, "joined_league_on", "满 12 岁以后的年月"),
        ({"development_no": "12", "joined_league_on": "2018-05"}, "development_no", "12 位数字的发展团员编号"),
        ({"branch": "99999"}, "branch", "选择一个有效的选项"),
        ({"name": "章\0程"}, "name", "含有不可见的控制字符，请删去后重新输入。"),
        ({"name": "章"}, "name", "2 至 30 个字的姓名"),
        ({"name": "章程（书记）"}, "name", "说明文字写在备注中"),
        ({"remark": "字\x07符"}, "remark", "含有不可见的控制字符，请删去后重新输入。"),
        ({"branch": "9" * 40}, "branch", "选择一个有效的选项"),
    ],
)
def test_create_refuses_and_keeps_what_was_typed(office, branch, changes, field, message):
    response = office.post(reverse("member_create"), member_data(branch, employer="清和科技") | changes)
    assert response.status_code == 200
    assert message in errors(response)[field]
    page = response.content.decode()
    assert "没有保存" in page
    assert 'value="清和科技"' in page
    assert not Member.objects.exists()
    assert not Person.objects.exists()


def test_create_finds_the_person_by_identity_number(office, branch):
    person = make_volunteer(person=make_person("章程", identity_number=NUMBER)).person
    office.post(reverse("member_create"), member_data(branch, identity_number=NUMBER, mobile="13800138000"))
    assert Member.objects.get().person == person
    person.refresh_from_db()
    assert person.mobile == "13800138000"


def test_create_refuses_an_identity_number_of_another_name(office, branch):
    make_person("韩笑", identity_number=NUMBER)
    response = office.post(reverse("member_create"), member_data(branch, identity_number=NUMBER))
    assert "该号码已用于另一姓名的人员" in errors(response)["name"]
    assert "韩笑" not in response.content.decode()


@pytest.mark.parametrize("name", ["章程", "韩笑"])
def test_create_finds_the_person_by_another_document_as_by_an_identity_number(office, branch, name):
    passport = {"document_kind": "passport", "document_number": "E12345678"}
    person = make_volunteer(person=make_person(name, **passport)).person
    response = office.post(reverse("member_create"), member_data(branch, **passport))
    if name == "章程":
        assert Member.objects.get().person == person
    else:
        assert "该号码已用于另一姓名的人员" in errors(response)["name"]
        assert name not in response.content.decode()


def test_create_finds_the_person_by_name_and_mobile(office, branch):
    person = make_volunteer(person=make_person("章程", mobile="13800138000")).person
    office.post(reverse("member_create"), member_data(branch, mobile="13800138000"))
    assert Member.objects.get().person == person
    assert Person.objects.count() == 1


def test_create_asks_which_namesake_is_meant(office, branch, other_branch):
    known = make_post("章程", other_branch).person
    address, data = reverse("member_create"), member_data(branch)
    asked = office.post(address, data)
    assert "已有姓名相同或写法相近的人员，无法判断是否同一人" in errors(asked)["same_person"]
    page = asked.content.decode()
    assert "槐荫社区团支部书记" in page
    assert "都不是，登记为新的人员" in page
    assert not Member.objects.exists()

    office.post(address, data | {"same_person": known.pk})
    assert Member.objects.get().person == known
    known.refresh_from_db()
    assert known.birth_date == date(1998, 5, 4)


ALIKE = {
    "the branch": ({}, {}),
    "the mobile": ({"mobile": "13800138000"}, {"mobile": "13800138000"}),
    "the birth date": ({"birth_date": date(1998, 5, 4)}, {}),
    "the identity number": ({"identity_number": NUMBER}, {"identity_number": NUMBER, "birth_date": ""}),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("known", "typed"), [("李頔", "李𬱖"), ("阿依古丽·买买提", "阿依古丽买买提")])
@pytest.mark.parametrize("fact", ALIKE)
def test_create_asks_about_another_spelling_with_a_fact_that_agrees(office, branch, other_branch, fact, known, typed):
    fields, more = ALIKE[fact]
    person = make_post(known, branch if fact == "the branch" else other_branch, make_person(known, **fields)).person
    address, data = reverse("member_create"), member_data(branch, name=typed) | more
    asked = office.post(address, data)
    assert "无法判断是否同一人" in errors(asked)["same_person"]
    assert f"{known}" in asked.content.decode()
    office.post(address, data | {"same_person": person.pk})
    assert Member.objects.get().person == person


def test_create_takes_another_spelling_for_another_person_where_nothing_agrees(office, branch, other_branch):
    make_post("李頔", other_branch)
    office.post(reverse("member_create"), member_data(branch, name="李𬱖"))
    assert Person.objects.count() == 2


def test_create_asks_about_nobody_whom_the_user_does_not_see(cadre, branch, other_branch):
    make_member(person=make_person("李頔", mobile="13800138000"), branch=other_branch)
    asked = cadre.post(reverse("member_create"), member_data(branch, name="李𬱖", mobile="13800138000"))
    assert (asked.status_code, Person.objects.filter(name="李𬱖").count()) == (302, 1)


def test_create_makes_a_new_namesake_when_told_so(office, branch, other_branch):
    make_post("章程", other_branch)
    office.post(reverse("member_create"), member_data(branch, same_person="new"))
    assert Member.objects.get().person.posts.count() == 0
    assert Person.objects.filter(name="章程").count() == 2


APART = "系统中已有同名的人，请至少填写手机号码、身份证号或出生日期中的一项（与已有的人不同），以便区分。"


@pytest.fixture
def two_namesakes(other_branch):
    for number in range(2):
        make_post("陆远", other_branch, make_person("陆远", mobile="13800138000"), title=f"委员{number}")


@pytest.mark.parametrize("typed", [{}, {"mobile": "13800138000"}, {"identity_number": "无"}])
def test_create_makes_no_new_namesake_without_something_that_tells_the_two_apart(office, branch, two_namesakes, typed):
    response = office.post(reverse("post_create"), post_data(branch, same_person="new", **typed))
    assert errors(response) == {"name": APART}
    assert "都不是，登记为新的人员" in response.content.decode()
    assert Person.objects.count() == 2


@pytest.mark.parametrize(
    "typed",
    [
        {"mobile": "13800138001"},
        {"birth_date": "1990-05-04"},
        {"mobile": "13800138000", "birth_date": "1990-05-04"},
        {"identity_number": NUMBER},
    ],
)
def test_create_makes_a_new_namesake_with_something_that_tells_the_two_apart(office, branch, two_namesakes, typed):
    response = office.post(reverse("post_create"), post_data(branch, same_person="new", **typed))
    assert (response.status_code, Person.objects.count()) == (302, 3)


def test_a_cadre_learns_of_no_namesake_elsewhere(cadre, branch, other_branch):
    make_post("陆远", other_branch)
    assert cadre.post(reverse("post_create"), post_data(branch)).status_code == 302
    assert Person.objects.filter(name="陆远").count() == 2


def test_create_does_not_take_a_person_that_was_not_offered(office, branch, other_branch):
    make_post("章程", other_branch)
    stranger = make_person("韩笑")
    response = office.post(reverse("member_create"), member_data(branch, same_person=stranger.pk))
    assert "请选择其一" in errors(response)["same_person"]


def test_create_takes_a_namesake_with_other_numbers_for_somebody_else(office, branch):
    make_member(branch=branch, person=make_person("章程", birth_date=date(1990, 1, 1)))
    office.post(reverse("member_create"), member_data(branch))
    assert Person.objects.filter(name="章程").count() == 2


def test_a_cadre_is_not_shown_namesakes_of_other_branches(cadre, branch, other_branch):
    make_member("章程", other_branch)
    response = cadre.post(reverse("member_create"), member_data(branch, mobile="13800138000"))
    assert response.status_code == 302
    assert Person.objects.filter(name="章程").count() == 2


def test_nobody_is_on_two_rolls_on_one_day(office, branch, other_branch):
    person = make_person("章程", identity_number=NUMBER)
    first = make_member(branch=branch, person=person)
    data = member_data(other_branch, identity_number=NUMBER, intake="transferred", intake_on="2018-01-01")
    refused = office.post(reverse("member_create"), data)
    assert "同一时间只在一个团支部在册（此人已登记在望湖社区团支部）" in errors(refused)["branch"]
    first.leave(date(2018, 1, 1), Member.Status.TRANSFERRED_OUT)
    assert office.post(reverse("member_create"), data).status_code == 302
    assert person.memberships.count() == 2


def test_a_development_number_of_another_member_is_refused(office, branch):
    make_member("韩笑", branch, development_no="201701010001")
    response = office.post(reverse("member_create"), member_data(branch, development_no="201701010001"))
    assert errors(response) == {"development_no": "这一发展团员编号已被使用，请核对后改正。"}


def test_update_changes_person_and_member_and_hides_the_number(office, branch):
    person = make_person("章程", gender="F", birth_date=date(1998, 5, 4), identity_number=NUMBER)
    member = make_member(branch=branch, person=person)
    address = reverse("member_update", args=[member.pk])
    form = office.get(address).content.decode()
    assert NUMBER not in form
    assert "110105************" in form
    response = office.post(address, member_data(branch, name="章晨", employer="清和科技", listed_on=""))
    assert response.status_code == 302
    member = Member.objects.select_related("person").get()
    assert (member.person.name, member.person.identity_number, member.employer) == ("章晨", NUMBER, "清和科技")


def test_update_clears_the_number_when_told_so_and_refuses_anothers(office, branch):
    make_person("韩笑", identity_number="110105199003070017")
    person = make_person("章程", gender="F", birth_date=date(1998, 5, 4), identity_number=NUMBER)
    address = reverse("member_update", args=[make_member(branch=branch, person=person).pk])
    data = member_data(branch, gender="", birth_date="", identity_number="110105199003070017")
    assert "尚未登记在他人名下的身份证号" in errors(office.post(address, data))["identity_number"]
    assert office.post(address, member_data(branch, identity_number="无", listed_on="")).status_code == 302
    person.refresh_from_db()
    assert person.identity_number is None


def test_end_takes_the_member_off_the_roll(office, branch):
    member = make_member(branch=branch)
    address = reverse("member_end", args=[member.pk])
    assert "办理离开" in office.get(address).content.decode()
    response = confirmed(office, address, {"day": "2018-06-01", "status": "transferred_out"})
    assert response.url == member.get_absolute_url()
    member.refresh_from_db()
    assert (member.status, member.left_on) == ("transferred_out", date(2018, 6, 1))
    assert not Member.objects.as_of(timezone.localdate()).exists()


def test_a_member_who_was_transferred_meanwhile_is_not_taken_off_the_roll_again(office, branch):
    member = make_member(branch=branch)
    member.leave(date(2018, 6, 1), "transferred_out")
    response = office.post(reverse("member_end", args=[member.pk]), {"day": "2018-06-02", "status": "over_age"})
    assert "已办理转出" in response.content.decode()
    member.refresh_from_db()
    assert (member.status, member.left_on) == ("transferred_out", date(2018, 6, 1))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"status": "transferred_out"}, "请填写离开日期。"),
        ({"day": "2018-06-01"}, "请选择离开原因。"),
        ({"day": "2018-06-01", "status": "normal"}, "选择一个有效的选项"),
        ({"day": "2016-06-01", "status": "lapsed"}, "不早于在册起始日 2017-03-01"),
    ],
)
def test_end_refuses_what_the_model_refuses(office, branch, data, message):
    member = make_member(branch=branch)
    response = office.post(reverse("member_end", args=[member.pk]), data)
    assert message in " ".join(errors(response).values())
    assert message in response.content.decode()
    member.refresh_from_db()
    assert member.left_on is None


@pytest.mark.parametrize("name", ["member_detail", "member_update", "member_end"])
def test_a_cadre_finds_no_members_of_other_branches(cadre, branch, other_branch, name):
    own, foreign = make_member("章程", branch), make_member("韩笑", other_branch)
    assert cadre.get(reverse(name, args=[own.pk])).status_code == 200
    assert cadre.get(reverse(name, args=[foreign.pk])).status_code == 404
    assert cadre.post(reverse(name, args=[foreign.pk]), member_data(branch)).status_code in (404, 405)
    assert "韩笑" not in cadre.get(reverse("member_list"), {"standing": ""}).content.decode()


def test_a_cadre_cannot_put_a_member_into_another_branch(cadre, other_branch):
    response = cadre.post(reverse("member_create"), member_data(other_branch))
    assert "选择一个有效的选项" in errors(response)["branch"]


def test_posts_are_created_updated_and_ended_by_months(office, branch):
    response = office.post(reverse("post_create"), post_data(branch, mobile="13800138000", nature="part_time"))
    post = Post.objects.get()
    assert response.url == post.get_absolute_url()
    assert post.started_on == date(2017, 3, 1)
    assert "2017-03" in office.get(post.get_absolute_url()).content.decode()

    data = post_data(branch, title="副书记", mobile="13800138000", nature="part_time")
    assert office.post(reverse("post_update", args=[post.pk]), data).status_code == 302
    assert confirmed(office, reverse("post_end", args=[post.pk]), {"day": "2018-09"}).status_code == 302
    post.refresh_from_db()
    assert (post.title, post.ended_on) == ("副书记", date(2018, 9, 1))
    assert "陆远" not in office.get(reverse("post_list")).content.decode()
    assert "陆远" in office.get(reverse("post_list"), {"standing": "ended"}).content.decode()


def test_the_same_post_is_not_registered_twice(office, branch):
    data = post_data(branch, mobile="13800138000")
    office.post(reverse("post_create"), data)
    response = office.post(reverse("post_create"), data)
    assert "已有登记，请打开原记录修改" in response.content.decode()
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "message"), [({"day": ""}, "请填写离任年月。"), ({"day": "2016-01"}, "不早于任职年月（2016-09）")]
)
def test_a_post_does_not_end_before_it_began(office, branch, data, message):
    response = office.post(reverse("post_end", args=[make_post("陆远", branch).pk]), data)
    assert message in response.content.decode()
    assert Post.objects.get().ended_on is None


@pytest.mark.parametrize("name", ["post_detail", "post_update", "post_end"])
def test_a_cadre_finds_no_posts_of_other_branches(cadre, branch, other_branch, name):
    assert cadre.get(reverse(name, args=[make_post("陆远", branch).pk])).status_code == 200
    assert cadre.get(reverse(name, args=[make_post("韩笑", other_branch).pk])).status_code == 404


def test_a_person_shows_every_capacity(office, branch, other_branch):
    person = make_person("章程", identity_number=NUMBER)
    make_member(branch=branch, person=person)
    make_post(organisation=other_branch, person=person)
    page = office.get(person.get_absolute_url()).content.decode()
    assert "望湖社区团支部" in page
    assert "槐荫社区团支部" in page
    assert NUMBER not in page


def test_a_person_is_shown_to_a_cadre_as_far_as_the_cadre_sees(cadre, branch, other_branch):
    person = make_person("章程")
    make_member(branch=branch, person=person)
    make_post(organisation=other_branch, person=person)
    page = cadre.get(person.get_absolute_url()).content.decode()
    assert "望湖社区团支部" in page
    assert "槐荫社区团支部" not in page
    stranger = make_member("韩笑", other_branch).person
    assert cadre.get(stranger.get_absolute_url()).status_code == 404


def test_a_cadre_takes_up_nobody_who_is_registered_elsewhere(cadre, branch, other_branch):
    """Neither by a name with its mobile number, nor by an identity number, which is refused in one wording."""
    person = make_member(branch=other_branch, person=make_person("韩笑", identity_number=NUMBER, mobile="13800138000"))
    person = person.person
    assert cadre.post(reverse("post_create"), post_data(branch, name="韩笑", mobile="13800138000")).status_code == 302
    assert Person.objects.filter(name="韩笑").count() == 2
    assert cadre.get(person.get_absolute_url()).status_code == 404
    answers = {
        name: cadre.post(reverse("member_create"), member_data(branch, name=name, identity_number=NUMBER))
        for name in ("韩笑", "章程")
    }
    [wording] = {errors(response)["identity_number"] for response in answers.values()}
    assert "此人须由上级团委机关办理" in wording
    # The name is told to nobody who has not typed it.
    assert [name for name, response in answers.items() if "韩笑" in response.content.decode()] == ["韩笑"]
    assert list(person.memberships.values_list("branch", flat=True)) == [other_branch.pk]
