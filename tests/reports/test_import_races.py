"""Imports concurrent with other users' work: no duplicates, no lost or partial writes, nobody blocked."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from members.models import Member, Person
from orgs.models import Organisation, Unit
from outreach.models import Contact, Link
from reports.ledger.kinds import KINDS
from tests import kills
from tests.factories import make_member, make_person, make_post, make_unit, make_user
from tests.pages import browser_of
from tests.races import HANGING, at_once, beside
from tests.reports.test_import_undo import full_district
from tests.rosters import (
    BRANCH,
    OTHER_BRANCH,
    histories,
    identity_number,
    make_branches,
    member_row,
    member_rows,
    tally,
    written,
)
from tests.workbooks import workbook
from yl_district.audit.models import AccessEntry
from yl_district.importing import commit, rounds, undo
from yl_district.importing.models import ImportBatch
from yl_district.importing.questions import assume_defaults
from yl_district.importing.steps import (
    CHANGED_MEANWHILE,
    begin_check,
    begin_commit,
    begin_undo,
    open_import,
    run_check,
    run_commit,
)
from yl_district.sheets.export_marks import HEADING, mark

pytestmark = pytest.mark.both

LARGE = 1_500  # `benchmarks/imports.py` measures more


@pytest.fixture
def branches(db):
    return make_branches()


def checked(kind, rows):
    """An import that has been checked and not yet committed."""
    batch, proposal = open_import(KINDS[kind], workbook({KINDS[kind].label: rows}), "名单.xlsx")
    assert proposal.is_sure
    assert begin_check(batch)
    assume_defaults(batch)
    batch.save(update_fields=["answers"])
    return batch


def committed(batch, **options):
    """What became of an import that somebody commits: its state, and what is said of it."""
    assert begin_commit(batch, **options)
    return batch.state, batch.said


PLAIN = {"姓名": "章程", "性别": "女", "出生日期": "1998-05-04", "所在团支部": BRANCH}


def edit_the_member(branches):
    Member.objects.get().save()


def edit_the_person(branches):
    Person.objects.get(name="章程").save()


def rename_the_branch(branches):
    Organisation.objects.filter(name=BRANCH).get().save()


def enter_a_namesake(branches):
    make_person("顾清")


def enter_a_post(branches):
    """Somebody known by nothing else is now known in the branch."""
    make_post(person=Person.objects.named("苏文").get(), organisation=branches[BRANCH])


def enter_a_membership_elsewhere(branches):
    make_member(person=Person.objects.named("苏文").get(), branch=branches[OTHER_BRANCH])


KNOWN = PLAIN | {"身份证号": identity_number(4)}
MEANWHILE = {
    "a record that is to be changed": (PLAIN | {"备注": "新"}, edit_the_member),
    "its person": (PLAIN | {"手机号码": "13800138000"}, edit_the_person),
    "the branch of a new member": (member_row(1), rename_the_branch),
    "somebody of the same name": (PLAIN | {"姓名": "顾清"}, enter_a_namesake),
    "a post of the same name": (PLAIN | {"姓名": "苏文"}, enter_a_post),
    "a membership of the same person": (
        {"姓名": "苏文", "性别": "女", "出生日期": "1998-05-04", "手机号码": "13800138007", "所在团支部": BRANCH},
        enter_a_membership_elsewhere,
    ),
}


@pytest.mark.in_turn
@pytest.mark.parametrize(("row", "act"), MEANWHILE.values(), ids=MEANWHILE)
def test_what_changed_since_the_check_is_checked_again_before_anything_is_written(branches, row, act):
    make_member(branch=branches[BRANCH])
    make_person("苏文", mobile="13800138007", birth_date=date(1998, 5, 4))
    batch = checked("members", [row])
    act(branches)
    before = histories()
    assert committed(batch) == ("checked", CHANGED_MEANWHILE)
    assert histories() == before


@pytest.mark.in_turn
@pytest.mark.parametrize(("row", "act"), MEANWHILE.values(), ids=MEANWHILE)
def test_what_changed_before_the_check_is_no_reason_to_check_again(branches, row, act):
    make_member(branch=branches[BRANCH])
    make_person("苏文", mobile="13800138007", birth_date=date(1998, 5, 4))
    act(branches)
    batch = checked("members", [row])
    assert committed(batch, only_right=True) == ("committed", "")


def test_what_changed_elsewhere_is_no_reason_to_check_again(branches):
    make_member("林晨", branches[OTHER_BRANCH])
    batch = checked("members", member_rows(5))
    Member.objects.get().save()
    make_member("何雨", branches[BRANCH])
    assert committed(batch) == ("committed", "")


def test_somebody_entered_meanwhile_is_found_by_the_second_check_and_not_doubled(branches):
    batch = checked("members", [PLAIN])
    make_member(branch=branches[BRANCH])
    assert committed(batch) == ("checked", CHANGED_MEANWHILE)
    assert tally(batch) == {"same": 1}
    assert committed(batch) == ("committed", "")
    assert (Person.objects.count(), Member.objects.count()) == (1, 1)


def test_an_identity_number_entered_meanwhile_under_another_name_is_a_conflict(branches):
    batch = checked("members", [KNOWN])
    make_person("程章", identity_number=identity_number(4))
    assert committed(batch) == ("checked", commit.COMMIT_CONFLICT)
    assert (Person.objects.count(), Member.objects.count(), AccessEntry.objects.count()) == (1, 0, 0)
    assert begin_check(batch)
    assert tally(batch) == {"wrong": 1}


def test_a_unit_renamed_meanwhile_is_checked_again(branches):
    unit = make_unit("清和科技有限公司")
    batch = checked("units", [{"单位名称": "春晖软件有限公司", "类别": "非公企业", "状态": "正常"}])
    unit.name = "春晖软件有限公司"
    unit.save()
    assert committed(batch) == ("checked", CHANGED_MEANWHILE)
    assert tally(batch) == {"same": 1}
    assert Unit.objects.count() == 1


def test_a_link_of_the_same_two_entered_meanwhile_is_not_doubled(branches):
    cadre = make_post("陆远", branches[BRANCH]).person
    youth = make_person("秦朗", mobile="13800138000")
    row = {
        "团干部": "陆远",
        "姓名": "秦朗",
        "手机号码": "13800138000",
        "起始日期": "2017-02-01",
        "结束日期": "2017-05-01",
    }
    batch = checked("links", [row])
    Link.objects.create(cadre=cadre, youth=youth, started_on=date(2017, 1, 10))
    assert committed(batch) == ("checked", CHANGED_MEANWHILE)
    assert tally(batch) == {"wrong": 1}


BROKEN = {"worker": "elsewhere:1", "alive_at": None}


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@pytest.mark.parametrize("state", ["mapping", "checking", "committing", "committed", "undoing", "undone"])
def test_an_import_is_committed_only_when_its_check_has_ended(branches, state):
    batch = checked("members", member_rows(2))
    ImportBatch.objects.update(state=state, **BROKEN)
    batch.refresh_from_db()
    assert begin_commit(batch) == (state == "committing")
    assert Member.objects.count() == (2 if state == "committing" else 0)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("state", ["undoing", "committed", "undone"])
def test_an_import_that_was_written_is_never_checked_again(branches, state):
    batch = written("members", member_rows(2))
    ImportBatch.objects.update(state=state, **BROKEN)
    batch.refresh_from_db()
    assert not begin_check(batch)
    assert not begin_commit(batch)
    assert ImportBatch.objects.get().state == state
    assert begin_undo(batch, None) == (state != "undone")


def forced(batch):
    """Commits the import as if nobody else could be at it; returns the number of imports committed."""
    return run_commit(ImportBatch.objects.get(pk=batch.pk))


@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [begin_commit, forced])
def test_two_commits_at_once_have_one_effect(transactional_db, act):
    make_branches()
    for number in range(4):
        batch = checked("members", [member_row(number)])
        copies = [ImportBatch.objects.get(pk=batch.pk) for _ in range(3)]
        outcomes = at_once([lambda copy=copy: act(copy) for copy in copies])
        assert any(outcomes)
        assert Member.objects.count() == number + 1
    assert AccessEntry.objects.filter(action="import").count() == 4
    assert histories()["historicalmember"] == 4


def test_a_check_that_ends_after_another_one_was_committed_changes_nothing(branches, monkeypatch):
    batch = checked("members", member_rows(2))
    late, real = ImportBatch.objects.get(pk=batch.pk), rounds.RowCheck.warnings

    def overtaken(self):
        monkeypatch.setattr(rounds.RowCheck, "warnings", real)
        ImportBatch.objects.update(**BROKEN)
        other = ImportBatch.objects.get(pk=batch.pk)
        assert (begin_check(other), begin_commit(other)) == (True, True)
        return iter(())

    monkeypatch.setattr(rounds.RowCheck, "warnings", overtaken)
    assert not run_check(late)
    found = ImportBatch.objects.get()
    assert (found.state, bool(found.written), tally(found)) == ("committed", True, {"new": 2})
    assert Member.objects.count() == 2


@pytest.mark.in_turn
def test_a_check_stops_at_the_next_part_once_another_one_was_begun(branches, monkeypatch):
    batch, _ = open_import(KINDS["members"], workbook({"团员": member_rows(1_050)}), "名单.xlsx")
    parts, real = [], rounds.CheckedSheets._keep

    def overtaken(check, part, *outcome):
        real(check, part, *outcome)
        parts.append(part.number)
        ImportBatch.objects.update(worker="elsewhere:1")

    monkeypatch.setattr(rounds.CheckedSheets, "_keep", overtaken)
    assert (run_check(batch), parts, ImportBatch.objects.get().state) == (False, [0], "checking")


@pytest.mark.parametrize("act", ["check", "commit", "undo"])
def test_the_command_does_nothing_to_an_import_in_another_state(branches, act):
    batch = written("members", member_rows(2))
    with pytest.raises(CommandError, match=r"现为“已写入”，应为“正在.*”，什么也没有做"):
        call_command("import_work", str(batch.pk), act)
    assert not run_check(ImportBatch.objects.get())
    found = ImportBatch.objects.get()
    assert (found.state, found.counts, found.written) == ("committed", batch.counts, batch.written)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_just_being_written_is_not_given_up(transactional_db, monkeypatch):
    branches = make_branches()
    user = make_user("经办人", branches["清河地区团工委"])
    batch = checked("members", member_rows(2))
    ImportBatch.objects.update(user=user)
    client, real, answers = browser_of(user), commit.finish, []
    address = reverse("import_batch_delete", args=[batch.pk])

    def finish_later(*told):
        real(*told)
        answers.append(beside(lambda: client.post(address).url))

    monkeypatch.setattr(commit, "finish", finish_later)
    commit.commit(batch, [KINDS["members"].resource])
    assert [answer.result(timeout=HANGING) for answer in answers] == [batch.get_absolute_url()]
    assert (ImportBatch.objects.get().state, Member.objects.count()) == ("committed", 2)


AT_WORK = {"state": "committing", "worker": "elsewhere:1"}


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.parametrize(
    ("days", "values", "is_forgotten"),
    [
        (13, {}, False),
        (15, {}, True),
        (15, AT_WORK | {"alive_at": timedelta()}, False),
        (15, AT_WORK | {"alive_at": timedelta(hours=1)}, True),
        (15, {"state": "committed"}, False),
    ],
)
def test_what_nobody_writes_is_forgotten_but_not_while_it_is_worked_on(branches, days, values, is_forgotten):
    checked("members", member_rows(2))
    if "alive_at" in values:
        values = values | {"alive_at": timezone.now() - values["alive_at"]}
    ImportBatch.objects.update(created_at=timezone.now() - timedelta(days=days), **values)
    call_command("forget_imports")
    assert ImportBatch.objects.exists() != is_forgotten


def edit_the_remark():
    """What somebody saves on the page of the only member."""
    member = Member.objects.get()
    member.remark = "页面"
    with transaction.atomic():
        member.save()


def remarks():
    """What the only member's remark has been, state by state."""
    return list(Member.history.order_by("history_id").values_list("remark", flat=True))


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_an_edit_while_an_import_is_being_written_is_not_lost(transactional_db, monkeypatch):
    branches = make_branches()
    make_member(branch=branches[BRANCH], remark="旧")
    batch = checked("members", [PLAIN | {"备注": "文件"}])
    write, edits = commit.ActWriter.write, []

    def write_later(self, acts):
        edits.append(beside(edit_the_remark))
        write(self, acts)

    monkeypatch.setattr(commit.ActWriter, "write", write_later)
    begin_commit(batch)
    edits[0].result(timeout=HANGING)
    # On SQLite nobody else can write meanwhile; on PostgreSQL the edit is noticed before the import ends.
    outcomes = {
        "sqlite": ("committed", "", ["旧", "文件", "页面"]),
        "postgresql": ("checked", CHANGED_MEANWHILE, ["旧", "页面"]),
    }
    assert (batch.state, batch.said, remarks()) == outcomes[connection.vendor]
    assert Member.objects.get().remark == "页面"


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_an_edit_while_an_import_is_taken_back_is_not_lost(transactional_db, monkeypatch):
    branches = make_branches()
    make_member(branch=branches[BRANCH], remark="旧")
    batch = written("members", [PLAIN | {"备注": "文件"}])
    take, edits = undo.ReversalWriter.take, []

    def take_later(self, one):
        edits.append(beside(edit_the_remark))
        take(self, one)

    monkeypatch.setattr(undo.ReversalWriter, "take", take_later)
    assert begin_undo(batch, None)
    edits[0].result(timeout=HANGING)
    assert (len(edits), remarks(), Member.objects.get().remark) == (1, ["旧", "文件", "旧", "页面"], "页面")


@pytest.mark.postgresql(only=True)
@pytest.mark.django_db(transaction=True)
def test_a_record_of_which_only_links_are_written_waits_until_they_are(transactional_db, monkeypatch):
    full_district(make_branches())
    contact = Contact.objects.get()
    contact.links.clear()
    row = {"团干部": "陆远", "日期": "2017-05-04", "形式": "电话", "联系青年": "秦朗"}
    batch = checked("contacts", [row | {HEADING: mark(contact, timezone.now() + timedelta(seconds=1))}])
    write, locked = commit.ActWriter.write, []

    def is_locked():
        with transaction.atomic():
            return not Contact.objects.select_for_update(skip_locked=True).exists()

    def write_and_look(self, acts):
        write(self, acts)
        locked.extend(at_once([is_locked]))

    monkeypatch.setattr(commit.ActWriter, "write", write_and_look)
    assert (committed(batch), locked, contact.links.count()) == (("committed", ""), [True], 1)


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_organisations_of_two_imports_at_once_stand_in_one_sound_tree(transactional_db):
    make_branches()
    row = {"组织类别": "团支部", "所属领域": "社区", "上级组织": BRANCH}
    names = ["望湖社区团支部", "听泉社区团支部"]
    batches = [checked("organisations", [row | {"组织名称": name}]) for name in names]
    at_once([lambda batch=batch: begin_commit(batch) for batch in batches])
    for batch in batches:
        batch.refresh_from_db()
        # The later one was checked again, or found the place taken and is checked again now.
        while batch.state == "checked":
            begin_commit(batch)
    assert Organisation.objects.find_problems() == ([], [], [], [], [])
    below = Organisation.objects.get_children(Organisation.objects.get(name=BRANCH))
    assert {one.name for one in below} == set(names)


@pytest.mark.cpu(8)
@pytest.mark.in_turn
@pytest.mark.django_db(transaction=True)
def test_others_save_while_a_large_import_is_checked_and_written(transactional_db, tmp_path):
    branches = make_branches()
    member = make_member(branch=branches[OTHER_BRANCH])
    path = tmp_path / "名单.xlsx"
    path.write_bytes(workbook({"团员": member_rows(LARGE)}))
    saves = Counter()
    with kills.Server() as server:
        server.start(path)
        while (state := state_of_import()) != "committed":
            member.remark = f"第{saves.total()}次"
            with transaction.atomic():
                member.save()
            saves[state if state_of_import() == state else "from one state to the next"] += 1
        assert server.ended() == 0
    assert Member.objects.count() == LARGE + 1
    assert Member.history.filter(id=member.pk).count() == saves.total() + 1
    assert saves["checking"]


def state_of_import():
    """The state of the only import, None where there is none yet."""
    return ImportBatch.objects.values_list("state", flat=True).first()
