"""Actions on an import: correct, commit, undo, discard, retry; and who owns it."""

import os
import re
import time
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Person
from orgs.models import Role
from tests.factories import make_member, make_second_factor, make_user, minor_birth_date
from tests.made_once import made_once
from tests.pages import browser_of, queries, two_branches
from tests.races import HANGING
from tests.reports.import_pages import (
    HERE,
    act,
    commit,
    counts,
    educations,
    opened,
    people,
    person,
    text,
    told,
)
from tests.rosters import identity_number
from tests.workbooks import take_in, workbook
from yl_district.audit.models import AccessEntry
from yl_district.importing import background
from yl_district.importing.models import ImportAlias, ImportBatch, ImportPart
from yl_district.importing.steps import begin_commit
from yl_district.spreadsheets.workbooks import read_workbook

pytestmark = pytest.mark.django_db

State = ImportBatch.State
NUMBER = "110105199805040020"


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


# Mending


def test_a_name_is_explained_once_and_known_from_then_on(office):
    batch = opened(office, [person(number, branch="柳林支部") for number in range(3)])
    [group] = office.get(batch.get_absolute_url()).context["groups"]
    assert (group.found, group.likely, len(group.rows)) == ("柳林支部", HERE, 3)
    refused = act(office, "alias", batch, kind="members", column=group.column, found=group.found, meant="没有的支部")
    assert (refused.status_code, ImportAlias.objects.count()) == (422, 0)
    act(office, "alias", batch, kind="members", column=group.column, found=group.found, meant=HERE)
    assert counts(batch) == (3, 0, 0, 0)
    assert counts(opened(office, [person(9, branch=" 柳林 支部")])) == (1, 0, 0, 0)


@pytest.mark.parametrize("known", [HERE, "不在文件里的支部"])
def test_only_what_the_file_leaves_unknown_is_explained(office, known):
    batch = opened(office, [person(1), person(2, branch="柳林支部")])
    refused = act(office, "alias", batch, kind="members", column="所在团支部", found=known, meant="槐荫社区团支部")
    assert (refused.status_code, ImportAlias.objects.count()) == (422, 0)
    assert "没有记住：这份文件中没有这一不认识的写法" in text(refused)


@pytest.mark.parametrize("column", ["姓名", "没有的列", ""])
def test_only_names_are_explained(office, column):
    batch = opened(office, people(1))
    assert act(office, "alias", batch, kind="members", column=column, found="章安安", meant=HERE).status_code == 422
    assert ImportAlias.objects.count() == 0


def mend_address(batch, number, place):
    return reverse("import_batch_mend", args=[batch.pk, number, place])


def test_a_wrong_cell_is_mended_in_place(office):
    batch = opened(office, [*people(2), person(5, 出生日期="1998-02-30")])
    address = mend_address(batch, 0, 3)
    assert "<html" in office.get(address).content.decode()
    fragment = office.get(address, {"show": "wrong"}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    form = fragment.context["form"]
    assert [field.label for field in form.wrong] == ["出生日期"]
    data = {name: form[name].value() for name in form.fields} | {"cell-2": "1998-02-03"}
    answer = office.post(f"{address}?show=wrong&page=1", data)
    assert answer.url == f"{batch.get_absolute_url()}?show=wrong&page=1"
    assert counts(batch) == (3, 0, 0, 0)
    commit(office, batch)
    assert str(Person.objects.get(name=person(5)["姓名"]).birth_date) == "1998-02-03"


def test_a_number_that_lost_its_digits_stays_wrong_unless_it_is_typed_anew(office):
    batch = opened(office, [person(0, 出生日期="1998-05-04", 身份证号=int(NUMBER))])
    address = mend_address(batch, 0, 1)
    form = office.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields}
    office.post(address, data)
    assert counts(batch) == (0, 0, 0, 1)
    office.post(address, data | {"cell-5": NUMBER})
    assert counts(batch) == (1, 0, 0, 0)


def test_a_number_that_excel_may_have_cut_is_not_confirmed_by_sending_it_again(office):
    """Nobody can tell whether its last digits were zeros, though it is right to its check digit."""
    days = (date(1998, 1, 1) + timedelta(days=number) for number in range(365))
    number, born = next((identity_number(0, day), day) for day in days if identity_number(0, day).endswith("0000"))
    batch = opened(office, [person(0, 出生日期=str(born), 性别="女", 身份证号=int(number))])
    address = mend_address(batch, 0, 1)
    form = office.get(address).context["form"]
    office.post(address, {name: form[name].value() for name in form.fields} | {"cell-5": number})
    assert [one["column"] for one in batch.parts.get().told[1]["problems"]] == ["身份证号"]


@pytest.mark.parametrize(("column", "number"), [("身份证号", 110105199805040010), ("志愿者编号", 1101051234567890)])
def test_a_number_of_more_digits_than_excel_keeps_is_not_confirmed_by_sending_it_again(office, column, number):
    """What is shown are digits that the file never had."""
    batch = opened(office, [person(0, 备注="x") | {column: number}])
    address = mend_address(batch, 0, 1)
    form = office.get(address).context["form"]
    office.post(address, {name: form[name].value() for name in form.fields})
    assert [one["column"] for one in batch.parts.get().told[1]["problems"]] == [column]


def test_a_number_that_is_to_be_a_text_is_confirmed_as_it_is_where_nothing_else_is_mended(office):
    batch = opened(office, [person(0, 入团年月=2008.1, 微信号="x" * 41)])
    address = mend_address(batch, 0, 1)
    form = office.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields}
    office.post(address, data | {"cell-6": "wx1"})
    assert [one["column"] for one in batch.parts.get().told[1]["problems"]] == ["入团年月"]
    office.post(address, data | {"cell-6": "wx1"})
    assert counts(batch) == (1, 0, 0, 0)


def test_only_wrong_rows_that_there_are_can_be_mended(office):
    batch = opened(office, [*people(1), person(5, 出生日期="1998-02-30")])
    found = [office.get(mend_address(batch, *at)).status_code for at in [(0, 2), (0, 1), (0, 99), (9, 0), (2**70, 0)]]
    assert found == [200, 404, 404, 404, 404]


def test_wrong_rows_go_out_with_their_reasons_are_mended_and_taken_again(office):
    batch = opened(office, [*people(2), person(5, 出生日期="1998-02-30"), person(6, branch="天翌")])
    answer = office.get(reverse("import_batch_wrong_rows", args=[batch.pk]))
    [sheet] = read_workbook(answer.content)
    headings, *wrong = sheet.rows
    assert headings == ["姓名", "性别", "出生日期", "所在团支部", "文化程度", "失败原因"]
    assert [row[-1] for row in wrong] == [
        "出生日期现为1998-02-30，应为真实存在的日期、年月或年份，如 1999-05-04、1999-05 或 1999。"
        "请核对；不知道日或月的，写到年月或年份即可",
        "所在团支部现为天翌，应为系统中已有的名称。请核对名称，或在“重新选择列”中更改归属的来源，或先在系统中登记",
    ]
    assert AccessEntry.objects.filter(action="export").count() == 1
    commit(office, batch, only_right="yes")
    wrong[0][2], wrong[1][3] = "1998-02-03", HERE
    again = opened(office, workbook({"有误的行": [headings, *wrong]}))
    assert (again.state, counts(again)) == (State.CHECKED, (2, 0, 0, 0))
    commit(office, again)
    assert Member.objects.count() == 4


# Writing


def test_what_is_right_is_written_and_the_result_page_keeps_its_link(office):
    batch = opened(office, people(30))
    assert "写入全部" in told(office, batch)
    assert commit(office, batch).url == batch.get_absolute_url()
    assert (batch.state, Member.objects.count()) == (State.COMMITTED, 30)
    page = office.get(batch.get_absolute_url())
    member = Member.objects.order_by("pk").first()
    assert f'<a href="{member.get_absolute_url()}">{member}</a>' in page.content.decode()
    assert "新增 30 条 变更 0 条 相同 0 条" in text(page)
    assert len(page.context["records"]) == 25
    assert len(office.get(batch.get_absolute_url(), {"page": 2}).context["records"]) == 5
    assert "人员 30 团员 30" in text(page)


def test_minors_are_named_by_their_first_character(office):
    batch = opened(office, [person(0, 出生日期=minor_birth_date().isoformat())])
    commit(office, batch)
    assert "章**" in told(office, batch)
    assert "章安安" not in told(office, batch)


def test_wrong_rows_keep_the_right_ones_out_unless_only_these_are_wanted(office):
    batch = opened(office, [*people(2), person(5, 出生日期="1998-02-30")])
    assert "写入全部" not in told(office, batch)
    commit(office, batch)
    assert (batch.state, Member.objects.count()) == (State.CHECKED, 0)
    assert "文件中还有有误的行" in told(office, batch)
    commit(office, batch, only_right="yes")
    assert (batch.state, batch.only_right, Member.objects.count()) == (State.COMMITTED, True, 2)


def test_writing_twice_writes_once(office):
    batch = opened(office, people(2))
    seen = office.get(batch.get_absolute_url()).context["seen"]
    answers = [act(office, "commit", batch, seen=seen) for _ in range(3)]
    assert [answer.url for answer in answers] == [batch.get_absolute_url()] * 3
    assert Member.objects.count() == 2


def test_only_the_outcome_that_was_looked_at_is_written(office):
    batch = opened(office, people(2))
    seen = office.get(batch.get_absolute_url()).context["seen"]
    act(office, "check", batch)
    answer = act(office, "commit", batch, seen=seen)
    assert (answer.status_code, Member.objects.count()) == (409, 0)
    assert "文件已重新核对过" in text(answer)
    links = re.findall(r'href="([^"]*\?show=[^"]*)"', answer.content.decode())
    assert {office.get(link).status_code for link in links} == {200}


def test_what_others_changed_meanwhile_is_checked_again_before_it_is_written(office, district):
    batch = opened(office, people(2))
    seen = office.get(batch.get_absolute_url()).context["seen"]
    district.here.name = "柳林新社区团支部"
    district.here.save()
    act(office, "commit", batch, seen=seen)
    assert (counts(batch), batch.state, Member.objects.count()) == ((0, 0, 0, 2), State.CHECKED, 0)
    assert "核对之后，他人修改了与这份文件有关的记录" in told(office, batch)


def test_warnings_must_be_confirmed(office):
    commit(office, opened(office, people(8)))
    batch = opened(office, people(8, 文化程度="大学专科"))
    assert "“文化程度”列将改写 8 个已登记的值" in told(office, batch)
    answer = commit(office, batch)
    assert (answer.status_code, batch.state) == (422, State.CHECKED)
    assert "勾选“我已核对这些提示”后再写入" in text(answer)
    commit(office, batch, confirmed="yes")
    assert educations() == {"大学专科"}


def test_the_same_file_again_has_nothing_to_write(office):
    commit(office, opened(office, people(2)))
    batch = opened(office, people(2))
    assert "与系统中的记录完全相同，不需要写入" in told(office, batch)
    assert commit(office, batch).status_code == 422
    assert batch.state == State.CHECKED


def test_an_import_is_given_up_before_anything_is_written_and_not_after(office):
    batch = opened(office, people(2))
    assert act(office, "delete", batch).url == reverse("import_batch_list")
    assert (ImportBatch.objects.count(), ImportPart.objects.count()) == (0, 0)
    batch = opened(office, people(2))
    commit(office, batch)
    act(office, "delete", batch)
    assert ImportBatch.objects.get() == batch


def test_the_rows_left_out_can_be_fetched_by_their_sender_once_the_others_are_written(office, district):
    batch = opened(office, [*people(2), person(5, branch="天翌")])
    commit(office, batch, only_right="yes")
    assert "未写入 1 行 下载有误的行" in told(office, batch)
    [sheet] = read_workbook(office.get(reverse("import_batch_wrong_rows", args=[batch.pk])).content)
    assert [row[3] for row in sheet.rows] == ["所在团支部", "天翌"]
    assert [part.staged for part in batch.parts.all()] == [""]
    other = browser_of(make_user("同事", district.root))
    assert ("未写入 1 行" in told(other, batch), "下载有误的行" in told(other, batch)) == (True, False)
    ImportBatch.objects.update(committed_at=timezone.now() - timedelta(days=15))
    call_command("forget_imports")
    assert ("未写入 1 行" in told(office, batch), "下载有误的行" in told(office, batch)) == (True, False)
    assert office.get(reverse("import_batch_wrong_rows", args=[batch.pk])).url == batch.get_absolute_url()


@pytest.mark.parametrize("name", ["mend", "alias", "update"])
def test_what_was_staged_before_a_change_of_the_file_cannot_be_written_any_more(office, monkeypatch, name):
    batch = opened(office, [*people(1), person(5, branch="天翌")])
    monkeypatch.setattr("yl_district.importing.act_views.set_going", lambda *told: None)
    monkeypatch.setattr("yl_district.importing.views.set_going", lambda *told: None)
    stale = ImportBatch.objects.get(pk=batch.pk)
    if name == "mend":
        form = office.get(mend_address(batch, 0, 2)).context["form"]
        data = {field: form[field].value() for field in form.fields}
        office.post(mend_address(batch, 0, 2), data | {"cell-3": HERE})
    elif name == "alias":
        act(office, "alias", batch, kind="members", column="所在团支部", found="天翌", meant=HERE)
    else:
        form = office.get(reverse("import_batch_update", args=[batch.pk])).context["form"]
        act(office, "update", batch, **{one.html_name: one.value() for one in form if one.value()})
    batch.refresh_from_db()
    assert (batch.state, begin_commit(stale, only_right=True)) == (State.CHECKING, False)


def test_a_stale_reading_of_an_import_is_not_written(office):
    batch = opened(office, people(2))
    stale = ImportBatch.objects.get(pk=batch.pk)
    act(office, "check", batch)
    assert (begin_commit(stale), Member.objects.count()) == (False, 0)


# Taking back


def test_undoing_is_shown_record_by_record_and_then_done(office, district):
    batch = opened(office, people(3))
    commit(office, batch)
    edited, led = Member.objects.order_by("pk")[:2]
    edited.remark = "核对过"
    edited.save()
    make_member(branch=district.there, person=led.person, left_on="2016-05-04", status="transferred_out")
    address = reverse("import_batch_undo", args=[batch.pk])
    context = office.get(address).context
    assert (context["reversed"], context["staying"]) == (3, 3)
    kept = office.get(address, {"show": "kept"}).context["records"]
    assert [(row["name"], row["reason"][-2:]) for row in kept] == [(str(edited), "修改")]
    assert Member.objects.count() == 4
    assert office.post(address).url == batch.get_absolute_url()
    batch.refresh_from_db()
    assert (batch.state, batch.undone_by, Member.objects.count()) == (State.UNDONE, district.staff, 2)
    page = told(office, batch)
    assert "撤销的记录 3 条 保留的记录 3 条" in page
    assert "有其他记录引用它" in page
    assert [office.get(address).url, office.post(address).url] == [batch.get_absolute_url()] * 2


def test_a_changed_value_comes_back(office):
    commit(office, opened(office, people(1)))
    batch = opened(office, people(1, 文化程度="大学专科"))
    commit(office, batch)
    address = reverse("import_batch_undo", args=[batch.pk])
    assert "恢复文化程度" in text(office.get(address))
    office.post(address)
    assert educations() == {"大学本科"}


# Work in the background, and work that broke off


def busy(batch, state, worker="elsewhere:1", alive_at=None):
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=state, worker=worker, alive_at=alive_at or timezone.now(), done_count=2, row_count=4
    )
    batch.refresh_from_db()


def test_while_it_is_checked_the_page_says_how_far_it_has_come(office):
    batch = opened(office, people(3))
    busy(batch, State.CHECKING)
    page = office.get(batch.get_absolute_url())
    assert "已核对 2 / 4 行" in text(page)
    assert [row.number for row in page.context["rows"]] == [2, 3, 4]
    polled = {"HX-Request": "true", "HX-Target": "progress"}
    fragment = office.get(batch.get_absolute_url(), headers=polled).content.decode()
    assert ("<html" in fragment, "正在核对，已完成约 50%" in fragment) == (False, True)
    busy(batch, State.CHECKED)
    assert office.get(batch.get_absolute_url(), headers=polled).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("state", [State.CHECKING, State.COMMITTING])
def test_work_that_broke_off_is_begun_again(office, state):
    batch = opened(office, people(3))
    busy(batch, state, alive_at=timezone.now() - timedelta(hours=1))
    assert "处理中断，没有写入任何内容" in told(office, batch)
    act(office, "check", batch)
    assert (counts(batch), batch.state) == ((3, 0, 0, 0), State.CHECKED)


def test_work_that_broke_off_can_be_given_up(office):
    batch = opened(office, people(3))
    busy(batch, State.CHECKING, alive_at=timezone.now() - timedelta(hours=1))
    act(office, "delete", batch)
    assert ImportBatch.objects.count() == 0


def test_undoing_that_broke_off_is_begun_again(office):
    batch = opened(office, people(3))
    commit(office, batch)
    busy(batch, State.UNDOING, alive_at=timezone.now() - timedelta(hours=1))
    assert "处理中断，没有撤销任何内容" in told(office, batch)
    office.post(reverse("import_batch_undo", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, Member.objects.count()) == (State.UNDONE, 0)


def test_work_that_waits_for_its_turn_says_so(office):
    batch = opened(office, people(3))
    busy(batch, State.CHECKING)
    ImportBatch.objects.update(is_queued=True)
    page = told(office, batch)
    assert ("排队中……" in page, "轮到这份文件时自动开始" in page, "已核对" in page) == (True, True, False)


@pytest.mark.parametrize("name", ["update", "alias", "check", "commit", "delete"])
def test_nothing_is_done_to_an_import_that_is_worked_on(office, name):
    batch = opened(office, people(3))
    busy(batch, State.CHECKING)
    assert act(office, name, batch, column="性别", found="x", meant="女").url == batch.get_absolute_url()
    batch.refresh_from_db()
    assert (batch.state, ImportAlias.objects.count()) == (State.CHECKING, 0)


@pytest.mark.cpu(8)
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_checked_and_written_by_a_process_of_its_own(monkeypatch):
    monkeypatch.setattr(background, "ROWS_AT_ONCE", 100)
    office = two_branches().office
    batch = opened(office, people(120, 来源日期="2017-05-04"))
    assert waited(batch, State.CHECKED) == (State.CHECKED, (120, 0, 0, 0))
    assert not batch.worker.endswith(f":{os.getpid()}")
    commit(office, batch)
    assert waited(batch, State.COMMITTED) == (State.COMMITTED, (120, 0, 0, 0))
    assert Member.objects.count() == 120
    office.post(reverse("import_batch_undo", args=[batch.pk]))
    assert waited(batch, State.UNDONE)[0] == State.UNDONE
    assert Member.objects.count() == 0


def waited(batch, state):
    """The state and counts of an import once it has come to a state, or does not go on."""
    for _ in range(10 * HANGING):
        batch.refresh_from_db()
        if batch.state == state or batch.is_broken_off:
            break
        time.sleep(0.1)
    return batch.state, counts(batch)


# Whose it is

HOW = ["get", "post"]
OWN_PAGES = ["update", "wrong_rows", "alias", "check", "commit", "delete"]


def test_what_is_not_written_yet_is_its_senders_alone(office, district):
    batch = opened(office, [*people(1), person(5, 出生日期="1998-02-30")])
    other = browser_of(make_user("同事", district.root))
    names = [*OWN_PAGES, "detail", "undo"]
    answers = [getattr(other, how)(reverse(f"import_batch_{name}", args=[batch.pk])) for name in names for how in HOW]
    answers += [other.get(mend_address(batch, 0, 2)), other.post(mend_address(batch, 0, 2))]
    assert {answer.status_code for answer in answers} <= {404, 405}
    assert list(other.get(reverse("import_batch_list")).context["table"].data) == []
    commit(office, batch, only_right="yes")
    assert other.get(batch.get_absolute_url()).status_code == 200
    refused = [
        other.post(reverse(f"import_batch_{name}", args=[batch.pk])).status_code for name in ("update", "delete")
    ]
    assert refused == [404, 404]
    assert list(other.get(reverse("import_batch_list")).context["table"].data) == [batch]


def test_files_about_assisted_youths_are_for_caseworkers_of_the_committee(office, district):
    batch = ImportBatch.objects.create(kind="assisted", file_name="帮扶.xlsx", with_cases=True, user=district.staff)
    keeper = make_user("兼任专员", district.root)
    Role.objects.create(user=keeper, organisation=district.root, kind=Role.Kind.CASEWORKER)
    make_second_factor(keeper)
    found = [client.get(batch.get_absolute_url()).status_code for client in (office, browser_of(keeper))]
    assert found == [404, 200]
    kinds = dict(office.get(reverse("import_batch_create")).context["form"].fields["kind"].choices)
    assert ("assisted" in kinds, "members" in kinds) == (False, True)


def test_a_ledger_shows_as_it_was_taken_in_and_can_be_taken_back(office):
    branch = {"组织名称": "新桥社区团支部", "组织类别": "团支部", "所属领域": "社区", "上级组织": "清河地区团工委"}
    assert take_in({"团组织": [branch]}).errors == []
    batch = ImportBatch.objects.get()
    page = told(office, batch)
    assert "种类 年度台账" in page
    assert "团组织 1 0 0" in page
    assert "命令行" in page
    row = text(office.get(reverse("import_batch_list")))
    assert "年度台账" in row
    assert "1 / 0 / 0" in row


@pytest.mark.cpu(4)
def test_pages_ask_the_database_no_more_for_more_rows(office):
    few, many = (opened(office, [*people(count), *people(count, branch="天翌")]) for count in (30, 90))
    for name, query in [("detail", {}), ("detail", {"show": "new"}), ("update", {})]:
        address = f"import_batch_{name}"
        assert queries(office, address, few.pk, **query) == queries(office, address, many.pk, **query)
    commit(office, few, only_right="yes")
    batch = opened(office, people(90))
    commit(office, batch)
    for name in ("detail", "undo"):
        assert queries(office, f"import_batch_{name}", few.pk) == queries(office, f"import_batch_{name}", batch.pk)
