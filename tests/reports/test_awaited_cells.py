"""Cells that cannot be read and decide nothing are put aside with their record, and asked for until they are filled."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from members.models import Member, Person, Post
from reports.ledger.kinds import KINDS
from reports.management.commands.import_ledger import ledger_outcome
from tests.factories import make_activity, make_member, make_person, make_post, make_user
from tests.made_once import made_once
from tests.pages import browser_of, confirmed
from tests.reports.import_pages import act, commit, counts, opened, person, text, told
from tests.rosters import BRANCH, OTHER_BRANCH, make_branches, problems, take, tally
from tests.workbooks import take_in, workbook
from yl_district.importing.models import ImportBatch, ImportPart
from yl_district.pages.forms import PageForm
from yl_district.sheets.models import AwaitedCell
from yl_district.sheets.waiting_cells import field_of, waiting_headings
from youthhubs.models import HubYear

pytestmark = pytest.mark.django_db
POST = {"姓名": "苏侂", "性别": "男", "所在组织": BRANCH, "职务": "委员", "任职年月": "2023-05"}
MEMBER = {"姓名": "章程", "性别": "女", "出生日期": "1998-05-04", "入团年月": "2013-05", "所在团支部": BRANCH}
MOBILE = ("11 位手机号码（1 开头，第二位 3 至 9）", "请核对后改正；固定电话请写在备注中")


@made_once
def branches():
    return make_branches()


@pytest.fixture
def office(branches):
    return browser_of(make_user("专干", branches["清河地区团工委"]))


def aside(found):
    """The cells that are put aside, as (row, column, what was found)."""
    return [(one.row, one.column, one.found) for one in found.pending]


def test_what_may_wait_is_optional_read_by_no_figure_and_no_key_of_a_record():
    assert waiting_headings(KINDS["members"].resource) == {
        *("手机号码", "又名", "民族", "政治面貌", "文化程度", "微信号", "工作单位", "志愿者编号", "来源", "备注")
    }
    assert waiting_headings(KINDS["posts"].resource) == {"性别", "手机号码", "职责", "备注"}
    assert waiting_headings(KINDS["supplies"].resource) == frozenset()
    assert waiting_headings(KINDS["units"].resource).isdisjoint({"状态", "状态日期", "区级联系点"})
    for kind in KINDS.kinds:
        for item in kind.resource.columns:
            if item.column_name in waiting_headings(kind.resource):
                field = field_of(kind.resource._meta.model, item)
                assert not item.required
                assert field.blank or field.null


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "cell", ["010-85761234", "1651237201", "12312372013", "+852 91234567", "400-810-1234", "张三的", "85761234 转 8001"]
)
def test_a_cell_that_cannot_be_read_does_not_stop_its_row(branches, cell):
    found = take("posts", [POST | {"手机号码": cell}])
    assert (problems(found), tally(found.batch), aside(found)) == ([], {"new": 1}, [(2, "手机号码", cell)])
    assert [(one.expected, one.remedy) for one in found.pending] == [MOBILE]
    awaited = AwaitedCell.objects.get()
    assert (awaited.heading, awaited.attribute, awaited.found) == ("手机号码", "person__mobile", cell)
    assert AwaitedCell.objects.still_of(Post.objects.get()) == [awaited]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("身份证号", "110105199805040029"),
        ("入团年月", "去年"),
        ("团籍状态", "已经离开"),
        ("是否在校", "?"),
        ("出生日期", "五月"),
    ],
)
def test_what_decides_who_it_is_or_a_figure_stops_its_row(branches, column, cell):
    found = take("members", [MEMBER | {column: cell, "微信号": "x" * 41}])
    assert {one.column for one in found.errors} == {column, "微信号"}
    assert (tally(found.batch), aside(found)) == ({"wrong": 1}, [])
    assert not AwaitedCell.objects.exists()


def test_a_phone_that_cannot_be_read_stops_the_row_where_it_might_tell_namesakes_apart(branches):
    """Two of that name are known, one of them in the branch."""
    for branch in (BRANCH, OTHER_BRANCH):
        make_post("苏侂", branches[branch], person=make_person("苏侂", mobile="13800138000"))
    found = take("posts", [POST | {"手机号码": "1651237201"}])
    assert ([one.column for one in found.errors], tally(found.batch)) == (["手机号码"], {"wrong": 1})


def test_the_same_list_again_changes_nothing_and_asks_once(branches):
    rows_ = [POST | {"手机号码": "85761234", "职责": "x" * 1000}, POST | {"姓名": "苏価", "手机号码": "无"}]
    take("posts", rows_)
    first = AwaitedCell.objects.count()
    again = take("posts", [rows_[0] | {"备注": "新"}, rows_[1]])
    assert tally(again.batch) == {"changed": 1, "same": 1}
    assert (Post.objects.count(), Person.objects.count(), AwaitedCell.objects.count()) == (2, 2, first)


def test_what_contradicts_others_is_no_cell_to_be_put_aside(branches):
    make_member(branch=branches[BRANCH], person=make_person("章程", gender="M", mobile="13800138000"))
    found = take("posts", [POST | {"姓名": "章程", "性别": "女", "手机号码": "13800138000"}])
    assert [one.column for one in found.errors] == ["性别"]


def test_before_the_commit_nothing_is_stored_but_with_the_import(office):
    batch = opened(office, [person(0, 民族="火星族")])
    assert (batch.counts["pending"], AwaitedCell.objects.count()) == (1, 0)
    assert "待补：现为“火星族”，应为以下之一：汉族" in told(office, batch)
    stored = str(list(ImportBatch.objects.values())) + str(list(ImportPart.objects.values_list("tags", "number")))
    assert "火星" not in stored
    with connection.cursor() as cursor:
        cursor.execute("select content, findings, staged from yl_district_importpart")
        assert "火星" not in str(cursor.fetchall())


def test_what_a_list_had_is_shown_with_the_record_until_it_is_filled(office):
    batch = opened(office, [person(0, 民族="火星族", 手机号码="1651237201")])
    commit(office, batch)
    member = Member.objects.get()
    page = office.get(reverse("member_detail", args=[member.pk])).content.decode()
    assert "民族：名单中写的是“火星族”" in page
    assert "1651237201" not in page
    assert reverse("member_update", args=[member.pk]) in page
    with connection.cursor() as cursor:
        cursor.execute("select * from yl_district_awaitedcell")
        assert "火星" not in str(cursor.fetchall())
    form = office.get(reverse("member_update", args=[member.pk])).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    office.post(reverse("member_update", args=[member.pk]), data | {"version": form.version, "ethnicity": "01"})
    assert [one.heading for one in AwaitedCell.objects.filter(is_done=False)] == ["手机号码"]
    member.person.mobile = "13800138000"
    member.person.save()
    assert "待补" not in office.get(reverse("member_detail", args=[member.pk])).content.decode()
    call_command("forget_imports", stdout=StringIO())
    assert not AwaitedCell.objects.filter(is_done=False).exists()


def test_the_form_says_below_the_field_what_the_list_had(office):
    batch = opened(office, [person(0, 民族="火星<b>族", 手机号码="1651237201", 微信号="x" * 90)])
    commit(office, batch)
    member = Member.objects.get()
    shown = office.get(reverse("member_update", args=[member.pk]))
    hints = {name: str(field.help_text) for name, field in shown.context["form"].fields.items()}
    assert "待补：名单中写的是“火星&lt;b&gt;族”，应为以下之一：汉族" in hints["ethnicity"]
    assert f"待补：名单中写的是“165*******”，应为{MOBILE[0]}。{MOBILE[1]}。" in hints["mobile"]
    assert f"“{'x' * 77}...”" in hints["wechat"]
    assert "火星&lt;b&gt;族" in shown.content.decode()
    assert "待补" not in hints["education"]


def test_every_cell_that_may_wait_has_its_field_in_the_form_of_its_record():
    lacking, seen = {}, set()
    for form in subclasses(PageForm):
        model = form._meta.model
        own = [kind.resource for kind in KINDS.kinds if kind.resource._meta.model is model]
        for resource in own if form.__name__ == f"{model and model.__name__}Form" else ():
            items = [item for item in resource.columns if item.column_name in waiting_headings(resource)]
            seen |= {model} if items else set()
            fields = {*form.base_fields, *form.added}
            if missing := [item.column_name for item in items if item.name not in fields]:
                lacking[model.__name__] = missing
    assert (len(seen), lacking) == (25, {})


def subclasses(kind):
    """All classes derived from one."""
    return [one for each in kind.__subclasses__() for one in (each, *subclasses(each))]


def test_whoever_may_change_the_record_dismisses_it_and_nobody_else(office, branches):
    batch = opened(office, [person(0, 民族="火星族")])
    commit(office, batch)
    member, sent = Member.objects.get(), {"heading": "民族"}
    address = reverse("awaited_cell_dismiss", args=["member", member.pk])
    other = browser_of(make_user("别处", branches[OTHER_BRANCH], kind="staff"))
    assert (other.post(address, sent).status_code, AwaitedCell.objects.count()) == (404, 1)
    assert office.get(address).status_code == 405
    for heading in ("性别", "民\0族"):
        assert office.post(address, {"heading": heading}).status_code == 404
    assert office.post(address, sent).url == member.get_absolute_url()
    assert waiting_for(member) == []
    assert office.post(address, sent).status_code == 404


def test_undoing_the_import_takes_them_along(office):
    batch = opened(office, [person(0, 民族="火星族"), person(1, 民族="火星族")])
    commit(office, batch)
    Member.objects.update(remark="后来改过")
    act(office, "undo", batch)
    assert AwaitedCell.objects.count() == 0


@pytest.mark.in_turn
def test_cells_of_rows_that_are_the_same_otherwise_are_kept_once_and_undone(office):
    commit(office, opened(office, [person(0)]))
    again = opened(office, [person(0, 手机号码="1651237201")])
    assert "写入后，1 格待补；其余内容与系统中的记录相同" in told(office, again)
    commit(office, again)
    assert (again.state, counts(again), AwaitedCell.objects.get().found) == ("committed", (0, 0, 1, 0), "1651237201")
    third = opened(office, [person(0, 手机号码="1651237201")])
    assert "其中 1 格以前已经记过，不再另记" in told(office, third)
    assert "没有写入：这份文件中没有新增或变更的内容" in commit(office, third).content.decode()
    other = opened(office, [person(0, 手机号码="85761234")])
    commit(office, other)
    assert waiting_for(Member.objects.get()) == ["85761234"]
    assert "删除待补 1 格" in text(office.get(reverse("import_batch_undo", args=[other.pk])))
    act(office, "undo", other)
    assert waiting_for(Member.objects.get()) == ["1651237201"]
    act(office, "undo", again)
    assert not AwaitedCell.objects.exists()


def test_what_waits_in_a_record_without_a_page_is_dismissed_on_its_form(branches, office):
    row = {"名称": "柳林青年汇", "所在组织": BRANCH, "年度": "2017", "类型": "普通店", "负责人": "长" * 60}
    take("hubs", [row])
    year = HubYear.objects.get()
    address = reverse("hub_year_update", args=[year.pk])
    page = office.get(address).content.decode()
    dismiss = reverse("awaited_cell_dismiss", args=["hub_year", year.pk])
    assert (dismiss in page, f'href="{address}"' in page) == (True, False)
    assert office.post(dismiss, {"heading": "负责人"}).url == year.get_absolute_url()
    assert dismiss not in office.get(address).content.decode()


@pytest.mark.parametrize("how", ["filled", "dismissed"])
def test_what_is_done_with_is_not_asked_for_again_by_the_same_list(office, how):
    commit(office, opened(office, [person(0, 手机号码="1651237201")]))
    member = Member.objects.get()
    if how == "filled":
        member.person.mobile = "13800138000"
        member.person.save()
        call_command("forget_imports", stdout=StringIO())
    else:
        office.post(reverse("awaited_cell_dismiss", args=["member", member.pk]), {"heading": "手机号码"})
    again = opened(office, [person(0, 手机号码="1651237201")])
    assert "其中 1 格以前已经记过" in told(office, again)
    changed = opened(office, [person(0, 手机号码="1651237201", 备注="新")])
    commit(office, changed)
    assert (counts(changed), waiting_for(member)) == ((0, 1, 0, 0), [])
    other = opened(office, [person(0, 手机号码="85761234")])
    commit(office, other)
    assert waiting_for(Member.objects.get()) == ["85761234"]


def waiting_for(record):
    """What lists had for a record that nobody has completed."""
    return [cell.found for cell in AwaitedCell.objects.still_of(record)]


def test_a_long_text_is_kept_whole(office):
    commit(office, opened(office, [person(0, 工作单位="长" * 300)]))
    assert AwaitedCell.objects.get().found == "长" * 300


def test_a_record_deleted_since_is_not_asked_about(office):
    batch = opened(office, [person(0, 民族="火星族")])
    commit(office, batch)
    Member.objects.all().delete()
    call_command("forget_imports", stdout=StringIO())
    assert not AwaitedCell.objects.exists()


def test_a_cell_can_be_mended_before_the_commit(office):
    batch = opened(office, [person(0, 民族="火星族")])
    address = reverse("import_batch_mend", args=[batch.pk, 0, 1])
    form = office.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields}
    name = next(name for name, field in form.fields.items() if field.label == "民族")
    office.post(address, data | {name: "汉族"})
    batch.refresh_from_db()
    assert (batch.counts.get("pending", 0), counts(batch)) == (0, (1, 0, 0, 0))


def test_the_ledger_is_written_where_only_such_cells_are_new(branches):
    post = POST | {"任职年月": "2017-05"}
    take_in({"团干部": [post]})
    report = take_in({"团干部": [post | {"手机号码": "85761234"}]})
    assert (report.new, report.changed, report.same) == (0, 0, 1)
    assert ledger_outcome(report, check=False) == "已全部写入。"
    assert waiting_for(Post.objects.get()) == ["85761234"]
    again = take_in({"团干部": [post | {"手机号码": "85761234"}]})
    assert ledger_outcome(again, check=False) == "文件与系统中的记录完全相同，没有改动。"


def test_the_command_lists_them_beside_what_is_wrong(branches, tmp_path):
    file = tmp_path / "团干部.xlsx"
    file.write_bytes(workbook({"团干部": [POST | {"手机号码": "85761234"}]}))
    output = StringIO()
    call_command("import_rows", "posts", str(file), "--json", stdout=output)
    report = json.loads(output.getvalue())
    expected, remedy = MOBILE
    at = {"sheet": "团干部", "row": 2, "column": "手机号码"}
    assert report["pending"] == [at | {"found": "85761234", "expected": expected, "remedy": remedy}]
    assert (report["counts"]["pending"], report["counts"]["new"], report["written"]) == (1, 1, True)
    plain = StringIO()
    call_command("import_rows", "posts", str(file), "--check", stdout=plain)
    assert f"待补：《团干部》第 2 行“手机号码”现为“85761234”，应为{expected}。{remedy}。" in plain.getvalue()


def test_what_a_list_of_sign_ins_has_waits_on_the_activitys_page(branches, office):
    activity = make_activity(branches[BRANCH], "健步走")
    row = {"活动名称": "健步走", "日期": "2017-04-08", "姓名": "来宾", "手机号码": "1651237201", "到达": "九点" * 11}
    commit(office, opened(office, [row, row | {"姓名": "来客", "到达": "09:00", "手机号码": None}], kind="signins"))
    page = office.get(activity.get_absolute_url())
    assert [(str(one.person), [cell.heading for cell in cells]) for one, cells in page.context["awaited"]] == [
        ("来宾", ["手机号码", "到达"])
    ]
    assert ("九点" * 11 in text(page), "1651237201" in text(page)) == (True, False)
    checks = office.get(reverse("finding_list")).content.decode()
    assert (
        f'href="{activity.get_absolute_url()}"'
        in checks.partition("名单中的手机号码、到达待补")[0].rpartition("<li")[2]
    )
    sign_in = activity.sign_ins.get(person__name="来宾")
    gone = office.post(reverse("sign_in_dismiss", args=[sign_in.pk]), {"heading": "到达"})
    assert gone.url == activity.get_absolute_url()
    assert [cell.heading for _, cells in office.get(gone.url).context["awaited"] for cell in cells] == ["手机号码"]
    other = browser_of(make_user("别的专干", branches[OTHER_BRANCH]))
    address = reverse("sign_in_dismiss", args=[sign_in.pk])
    assert other.post(address, {"heading": "手机号码"}).status_code == 404
    confirmed(office, reverse("sign_in_delete", args=[sign_in.pk]), {})
    assert office.get(gone.url).context["awaited"] == []
