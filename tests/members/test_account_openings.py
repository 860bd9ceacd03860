"""Accounts for many cadres at once: from the list of cadres to printable slips with one-time links."""

import re
from datetime import date, timedelta
from functools import partial

import pytest
import segno
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import Person, Post
from orgs.models import Invitation, Role, User
from orgs.roles import RoleKind
from tests.factories import make_link, make_organisation, make_person, make_post, make_user
from tests.forms import answers, shown_form
from tests.made_once import made_once
from tests.pages import asked, browser_of, listed, page, status
from tests.races import at_once
from yl_district.audit.models import AccessEntry

pytestmark = pytest.mark.django_db
CHOSEN = "spring-walk-along-the-river"
SURNAMES = "单曾仇解查朴区乐盖任华"


@made_once
def district():
    """A district with a branch; `clerk` is staff and administrator at once, `admin` administrator alone."""
    return make_district()


def make_district():
    """The district of the fixture, for tests with threads of their own."""

    class District:
        root = make_organisation("清河地区团工委", category="working_committee", domain="office")
        branch = make_organisation("柳林社区团支部", root)
        clerk_user = make_user("林知秋", root, RoleKind.ADMINISTRATOR)
        admin_user = make_user("程安", root, RoleKind.ADMINISTRATOR)

    Role.objects.create(user=District.clerk_user, organisation=District.root, kind=RoleKind.STAFF)
    District.clerk, District.admin = browser_of(District.clerk_user), browser_of(District.admin_user)
    return District


def cadres(branch, number=33):
    """So many cadres of a branch, each with a mobile number."""
    return [
        make_post(organisation=branch, person=make_person(f"陆{chr(0x4E00 + at)}", mobile=f"138001380{at:02}"))
        for at in range(number)
    ]


def preview(client, posts, url_name="posts_invite", **more):
    """The page that shows what would be opened for posts ticked on the list."""
    answer = client.post(reverse(url_name), {"scope": "ticked", "keys": [post.pk for post in posts]} | more)
    assert answer.status_code == 200
    return answer


def confirm(client, answer, url_name="posts_invite", **typed):
    """The answer to the form of a preview."""
    return client.post(reverse(url_name), answers(shown_form(answer)) | typed)


def opened(client, posts, url_name="posts_invite", **typed):
    """The slips of the accounts opened for posts."""
    answer = confirm(client, preview(client, posts, url_name), url_name, **typed)
    assert answer.status_code == 200 and "slips" in answer.context, answer.context["form"].errors
    return answer.context["slips"]


def proposals(answer):
    """{name: (user name, mobile number, places)} of a preview."""
    return {
        opening.person.name: (opening.username, opening.mobile, [str(place) for place in opening.places])
        for opening, _ in answer.context["form"].lines
    }


def passed_over(answer):
    """{who: why} of those for whom nothing is done."""
    return {each.told: each.reason for each in answer.context["passed_over"]}


def path_of(slip):
    """The path of a slip's link."""
    return slip.link.replace("http://testserver", "")


def account_of(post):
    """The account by which the holder of the post signs in now."""
    return Person.objects.get(pk=post.person_id).user


@pytest.mark.cpu(4)
def test_accounts_for_a_list_of_cadres_take_six_interactions_from_the_list(district):
    posts, pressed = cadres(district.branch), []
    answer = district.clerk.get(reverse("post_list"))
    assert "开立账号" in answer.content.decode()
    pressed += ["选中全部（按当前筛选）"]
    pressed += ["开立账号"]
    answer = preview(district.clerk, [], scope="all", query="")
    assert len(answer.context["form"].lines) == 33
    pressed += ["为 33 人开立账号"]
    answer = confirm(district.clerk, answer)
    slips = answer.context["slips"]
    pressed += ["打印邀请单"]
    assert "data-print" in answer.content.decode()
    assert len(pressed) <= 6
    assert {slip.account for slip in slips} == {account_of(post) for post in posts}
    assert {Client().get(path_of(slip)).status_code for slip in slips} == {200}
    assert Invitation.objects.open_at(timezone.now()).count() == 33


def test_an_account_is_opened_as_proposed_and_bound_to_its_post(district):
    post = make_post("单伟", district.branch)
    Person.objects.filter(pk=post.person_id).update(gender="M")
    link = make_link(post.person)
    answer = preview(district.clerk, [post])
    assert proposals(answer) == {"单伟": ("shanwei", "", ["柳林社区团支部"])}
    (slip,) = opened(district.clerk, [post])
    account = account_of(post)
    assert (account.username, account.name, [str(role) for role in account.roles.all()]) == (
        "shanwei",
        "单伟",
        ["柳林社区团支部 基层团干部"],
    )
    cadre = Client()
    choice = {"new_password1": CHOSEN, "new_password2": CHOSEN}
    assert cadre.post(path_of(slip), choice).url == reverse("login")
    assert cadre.post(reverse("login"), {"username": "shanwei", "password": CHOSEN}).status_code == 302
    assert status(cadre, "link_detail", link.pk) == 200


def test_the_acts_are_logged_like_those_for_one(district):
    post = make_post("单伟", district.branch)
    opened(district.clerk, [post])
    entries = AccessEntry.objects.filter(action=AccessEntry.Action.ACCOUNT).order_by("number")
    assert [(entry.user_id, entry.subject, entry.detail) for entry in entries] == [
        (district.clerk_user.pk, f"orgs.user:{account_of(post).pk}", "shanwei：开立账号：柳林社区团支部基层团干部"),
        (district.clerk_user.pk, f"members.person:{post.person_id}", "绑定 shanwei"),
    ]
    assert account_of(post).entrusted_by == district.clerk_user


def test_user_names_are_unique_and_can_be_changed(district):
    User.objects.create_user("ShanWei", password=None)
    posts = [make_post("单伟", district.branch), make_post("单炜", district.branch), make_post("Ann", district.branch)]
    answer = preview(district.clerk, posts)
    assert [line[0] for line in proposals(answer).values()] == ["shanwei2", "shanwei3", "ann"]
    answer = confirm(
        district.clerk,
        answer,
        **{
            f"username_{posts[0].pk}": "ShanWei",
            f"username_{posts[1].pk}": "13800138000",
            f"username_{posts[2].pk}": "a b",
        },
    )
    errors = {name: "".join(texts) for name, texts in answer.context["form"].errors.items()}
    assert errors == {
        f"username_{posts[0].pk}": "已有账号使用 ShanWei，请换一个用户名。",
        f"username_{posts[1].pk}": "请使用字母开头的用户名，不用手机号码；手机号码另外登记，同样可以登录。",
        f"username_{posts[2].pk}": "请只使用字母、数字和 @ . + - _ 。",
    }
    assert 'value="13800138000"' in answer.content.decode()
    answer = confirm(district.clerk, answer, **{f"username_{post.pk}": "same" for post in posts})
    assert list(answer.context["form"].errors.values()) == [["与单伟的用户名相同，请换一个用户名。"]] * 2
    assert User.objects.filter(person__isnull=False).count() == 0
    names = {f"username_{post.pk}": f"cadre-{at}" for at, post in enumerate(posts)}
    assert confirm(district.clerk, answer, **names).status_code == 200
    assert [account_of(post).username for post in posts] == ["cadre-0", "cadre-1", "cadre-2"]


def test_who_is_left_out_is_named_with_the_reason(district):
    dissolved = make_organisation("旧团支部", district.root, dissolved_on=date(2020, 1, 1))
    has_account = make_person("白露", user=make_user("白露", district.branch, RoleKind.CADRE))
    minor = make_person("顾清", birth_date=timezone.localdate() - timedelta(days=16 * 365))
    make_user("秦朗", district.branch, RoleKind.CADRE)
    posts = [
        make_post("单伟", district.branch),
        make_post(organisation=district.branch, person=has_account),
        make_post("韩笑", district.branch, ended_on=date(2020, 1, 1)),
        make_post("季棠", district.root),
        make_post("章程", dissolved),
        make_post(organisation=district.branch, person=minor),
        make_post("秦朗", district.branch),
    ]
    answer = preview(district.clerk, posts)
    assert list(proposals(answer)) == ["单伟"]
    assert {told.partition("（")[0]: reason[:7] for told, reason in passed_over(answer).items()} == {
        "白露": "已有登录账号",
        "韩笑": "已离任",
        "季棠": "委机关本级的角",
        "章程": "所在组织已撤销",
        "顾*": "未满 18 周",
        "秦朗": "已有同名账号 ",
    }
    answer = confirm(district.clerk, answer)
    assert [slip.account.name for slip in answer.context["slips"]] == ["单伟"]
    assert len(passed_over(answer)) == 6
    assert "白露（柳林社区团支部 书记）：已有登录账号" in answer.content.decode()


def test_two_posts_of_one_person_get_one_account_with_both_roles(district):
    there = make_organisation("槐荫社区团支部", district.root)
    post = make_post("单伟", district.branch)
    other = make_post(organisation=there, person=post.person)
    answer = preview(district.clerk, [post, other])
    assert proposals(answer) == {"单伟": ("shanwei", "", ["柳林社区团支部", "槐荫社区团支部"])}
    assert "只开一个账号" in passed_over(answer)["单伟（槐荫社区团支部 书记）"]
    (slip,) = confirm(district.clerk, answer).context["slips"]
    assert {str(role) for role in slip.account.roles.all()} == {
        "柳林社区团支部 基层团干部",
        "槐荫社区团支部 基层团干部",
    }
    assert slip.places == "柳林社区团支部、槐荫社区团支部"


def test_a_number_in_use_is_told_and_the_account_is_opened_without_it(district):
    make_user("程平", district.branch, mobile="13800138000")
    posts = [
        make_post(organisation=district.branch, person=make_person("单伟", mobile="13800138000")),
        make_post(organisation=district.branch, person=make_person("白露", mobile="13900139000")),
        make_post(organisation=district.branch, person=make_person("顾清", mobile="13900139000")),
    ]
    answer = preview(district.clerk, posts)
    assert [line[1] for line in proposals(answer).values()] == ["", "13900139000", ""]
    text = answer.content.decode()
    assert text.count("手机号码已用于另一个账号，开立时不填，只用用户名登录") == 2
    assert "13900139000" not in text
    slips = confirm(district.clerk, answer).context["slips"]
    assert [slip.account.mobile for slip in slips] == [None, "13900139000", None]


def test_a_number_of_an_account_of_the_same_name_means_the_same_person(district):
    user = make_user("单伟", district.root, mobile="13800138000")
    post = make_post(organisation=district.branch, person=make_person("单伟", mobile="13800138000"))
    assert user.username in "".join(passed_over(preview(district.clerk, [post])).values())


def test_an_administrator_alone_sees_names_and_posts_and_opens_accounts_from_there(district):
    post = make_post(organisation=district.branch, person=make_person("单伟", mobile="13800138000", gender="M"))
    make_post(organisation=district.branch, person=make_person("白露", user=make_user("白露")))
    make_post("韩笑", district.branch, ended_on=date(2020, 1, 1))
    assert status(district.admin, "post_list") == 404
    assert district.admin.post(reverse("posts_invite"), {"keys": post.pk}).status_code == 302
    text = page(district.admin, "accountless_post_list")
    assert listed(district.admin, "accountless_post_list") == ["单伟"]
    assert ("柳林社区团支部" in text, "138" in text, post.get_absolute_url() in text) == (True, False, False)
    assert listed(district.admin, "accountless_post_list", search="sw") == ["单伟"]
    assert listed(district.admin, "accountless_post_list", search="13800138000") == []
    answer = preview(district.admin, [], "accountless_posts_invite", scope="all", query="")
    assert list(proposals(answer)) == ["单伟"]
    slips = confirm(district.admin, answer, "accountless_posts_invite").context["slips"]
    assert [slip.account for slip in slips] == [account_of(post)]
    assert listed(district.admin, "accountless_post_list") == []


def test_accounts_are_opened_only_where_the_user_keeps_accounts(district):
    street = make_organisation("双桥街道团工委", district.root, category="working_committee")
    below = make_organisation("双桥团支部", street)
    user = make_user("沈砚", street, RoleKind.ADMINISTRATOR)
    Role.objects.create(user=user, organisation=district.root, kind=RoleKind.STAFF)
    client, posts = browser_of(user), [make_post("单伟", below), make_post("白露", district.branch)]
    answer = preview(client, posts)
    assert list(proposals(answer)) == ["单伟"]
    assert passed_over(answer) == {"白露（柳林社区团支部 书记）": "所在组织不在您管理账号的范围内"}
    assert listed(client, "accountless_post_list") == ["单伟"]
    foreign = client.post(reverse("accountless_posts_invite"), {"keys": posts[1].pk})
    assert foreign.status_code == 302
    staff = browser_of(make_user("韩笑", district.root))
    assert staff.post(reverse("posts_invite"), {"keys": posts[1].pk}).status_code == 404
    assert "开立账号" not in page(staff, "post_list")


def test_links_are_shown_once_and_a_form_sent_again_doubles_nothing(district):
    posts = cadres(district.branch, 2)
    answer = preview(district.clerk, posts)
    data = answers(shown_form(answer))
    first = district.clerk.post(reverse("posts_invite"), data)
    again = district.clerk.post(reverse("posts_invite"), data, follow=True)
    assert again.redirect_chain == [(reverse("post_list"), 302)]
    text = again.content.decode()
    assert "没有重复办理" in text and "重新生成链接" in text and "/invitations/" not in text
    assert User.objects.filter(person__isnull=False).count() == 2
    assert {Client().get(path_of(slip)).status_code for slip in first.context["slips"]} == {200}


def test_a_link_stands_nowhere_but_on_the_slip(district):
    post = make_post("单伟", district.branch)
    (slip,) = opened(district.clerk, [post])
    token = path_of(slip).rstrip("/").rsplit("/", 1)[1]
    assert Invitation.objects.get().digest != token
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [str(row) for row in cursor.fetchall()]
    assert [row for row in rows if token in row] == []
    assert [session for session in Session.objects.all() if token in str(session.get_decoded())] == []
    assert [entry for entry in AccessEntry.objects.all() if token in f"{entry.detail} {entry.subject}"] == []


def test_twin_a_link_kept_in_plain_would_be_found(district):
    post = make_post("单伟", district.branch)
    (slip,) = opened(district.clerk, [post])
    token = path_of(slip).rstrip("/").rsplit("/", 1)[1]
    Post.objects.filter(pk=post.pk).update(remark=token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM members_post")
        assert [row for row in cursor.fetchall() if token in str(row)]


def test_a_qr_code_is_that_of_the_link(district):
    post = make_post("单伟", district.branch)
    answer = confirm(district.clerk, preview(district.clerk, [post]))
    (slip,), text = answer.context["slips"], answer.content.decode()
    drawn = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", text)}
    assert drawn == modules_of(slip.link)


def modules_of(text):
    """The dark modules of the QR code of a text, with its quiet zone."""
    rows = segno.make(text, error="m", micro=False).matrix_iter(border=4)
    return {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def test_nothing_is_opened_that_cannot_be_noted(district, broken_log):
    post = make_post("单伟", district.branch)
    assert confirm(district.clerk, preview(district.clerk, [post])).status_code == 503
    assert (account_of(post), Invitation.objects.count()) == (None, 0)


def test_a_post_that_others_have_changed_is_refused_and_the_rest_is_opened_on_demand(district):
    posts = [make_post("单伟", district.branch), make_post("白露", district.branch)]
    answer = preview(district.clerk, posts)
    Post.objects.filter(pk=posts[0].pk).update(title="副书记")
    answer = confirm(district.clerk, answer)
    assert [(refusal.record, "他人刚修改了这一条" in refusal.reason) for refusal in answer.context["refusals"]] == [
        (posts[0], True)
    ]
    assert User.objects.filter(person__isnull=False).count() == 0
    slips = confirm(district.clerk, answer, only_right="yes").context["slips"]
    assert [slip.account.name for slip in slips] == ["白露"]


def test_the_preview_asks_as_much_for_many_as_for_one(district):
    posts, numbers = cadres(district.branch, 9), []
    for chosen in (posts[:1], posts):
        with CaptureQueriesContext(connection) as captured:
            preview(district.clerk, chosen)
        numbers.append(asked(captured))
    assert numbers[0] == numbers[1]


def test_more_than_two_hundred_at_once_are_refused_in_words(district):
    person = make_person("单伟")
    Post.objects.bulk_create(
        Post(person=person, organisation=district.branch, title=f"委员{at}", started_on=date(2016, 9, 1))
        for at in range(201)
    )
    answer = district.clerk.post(reverse("posts_invite"), {"scope": "all", "query": ""}, follow=True)
    assert "选中 201 条，一次最多办理 200 条" in answer.content.decode()


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_open_one_account():
    district = make_district()
    post = make_post("单伟", district.branch)
    second = browser_of(make_user("沈砚", district.root, RoleKind.ADMINISTRATOR))
    Role.objects.create(user=User.objects.get(name="沈砚"), organisation=district.root, kind=RoleKind.STAFF)
    sent = []
    for number, client in enumerate((district.clerk, second)):
        name = {f"username_{post.pk}": f"shanwei{number}"}
        sent.append(partial(client.post, reverse("posts_invite"), answers(shown_form(preview(client, [post]))) | name))
    results = at_once(sent)
    texts = sorted((answer.content.decode() for answer in results), key=lambda text: 'class="slip"' in text)
    assert ['class="slip"' in text for text in texts] == [False, True]
    assert (User.objects.filter(name="单伟").count(), Invitation.objects.count()) == (1, 1)
    assert "已有登录账号" in texts[0] or "刚刚已由他人为其开立" in texts[0]
