"""Questions of imports: what a file does not say is asked once, answered on the page or by a file, and kept."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import localdate

from members.models import Member
from members.resources import MemberResource
from tests.factories import make_member, make_person
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import HERE, THERE, act, person, sent, text, told
from tests.rosters import problems, take, written
from tests.today import all_filled_in, filled_in
from tests.workbooks import take_in, workbook
from yl_district.audit.models import AccessEntry
from yl_district.importing.models import ImportBatch
from yl_district.importing.questions import ANOTHER_DAY, UNANSWERED, Question
from yl_district.importing.steps import begin_commit, run_undo
from yl_district.periods import Period

pytestmark = pytest.mark.django_db

JOINED = date(2012, 5, 1)
LISTED = "这些团员从哪一天起在册？"


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


def village(*branches):
    """A village's list: nobody has 来源日期, everybody 入团年月."""
    return [person(number, branch, 入团年月="2012-05") for number, branch in enumerate(branches or (HERE, HERE))]


def uploaded(client, content):
    """The import that an upload began, with its questions open."""
    sent(client, content)
    return ImportBatch.objects.get()


def answered(client, batch, answer, **data):
    """The import after its question was answered and its rows were written."""
    act(client, "answer", batch, **{"answer-roll_begin": answer} | data)
    batch.refresh_from_db()
    act(client, "commit", batch, seen=batch.alive_at.isoformat())
    batch.refresh_from_db()
    return batch


def on_the_roll():
    """The number of members at the end of each closed year."""
    return [Member.objects.as_of(date(year, 12, 31)).count() for year in (2012, 2018, localdate().year - 1)]


def listings():
    """(在册起始日期, 来源日期) of all members."""
    return sorted(set(Member.objects.values_list("listed_on", "intake_on")))


def run(tmp_path, content, answers=None, kind="members", **options):
    """What the command reports of a list, with the text of a file of answers."""
    file, out = tmp_path / "名单.xlsx", io.StringIO()
    file.write_bytes(workbook(content if isinstance(content, dict) else {"花名册": content}))
    if answers is not None:
        options["answers"] = tmp_path / "答复.json"
        options["answers"].write_text(answers, "utf-8")
    call_command("import_rows", kind, str(file), "--json", stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.both
def test_a_list_taken_in_from_today_moves_no_closed_year(office):
    batch = answered(office, uploaded(office, village()), str(localdate()))
    assert (batch.state, listings()) == ("committed", [(localdate(), None)])
    assert (on_the_roll(), Member.objects.as_of(localdate()).count()) == ([0, 0, 0], 2)


def test_who_was_always_here_stands_since_joining_the_league_and_joined_in_no_year(office):
    answered(office, uploaded(office, village()), "入团年月")
    assert listings() == [(JOINED, None)]
    assert on_the_roll() == [2, 2, 2]
    assert not Member.objects.joined_during(Period(JOINED, localdate())).exists()


def test_another_day_is_answered_as_a_day(office):
    batch = answered(office, uploaded(office, village()), ANOTHER_DAY, **{"day-roll_begin": "2020-03-01"})
    assert (batch.answers, listings()) == ({"roll_begin": "2020-03-01"}, [(date(2020, 3, 1), None)])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "请选择一项"),
        ({"answer-roll_begin": ANOTHER_DAY}, "请填写日期"),
        ({"answer-roll_begin": ANOTHER_DAY, "day-roll_begin": "{tomorrow}"}, "不晚于 {today}"),
        ({"answer-roll_begin": ANOTHER_DAY, "day-roll_begin": "2020-02-30"}, "真实存在的日期"),
    ],
)
def test_a_wrong_answer_is_said_beside_its_question_and_not_kept(office, data, words):
    batch = uploaded(office, village())
    answer = act(office, "answer", batch, **all_filled_in(data))
    batch.refresh_from_db()
    assert (answer.status_code, filled_in(words) in text(answer), batch.answers) == (422, True, {})


def test_nothing_is_written_while_a_question_is_open(office):
    batch = uploaded(office, village())
    page = told(office, batch)
    assert [words in page for words in (LISTED, "《花名册》第 2–3 行", "写入全部")] == [True, True, False]
    answer = act(office, "commit", batch, seen=batch.alive_at.isoformat())
    assert (answer.status_code, "请先答复" in text(answer), Member.objects.count()) == (422, True, 0)


def test_nothing_is_written_by_whatever_begins_the_commit_while_a_question_is_open(office):
    batch = uploaded(office, village())
    assert begin_commit(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.said, Member.objects.count()) == ("checked", UNANSWERED, 0)


def test_answers_are_shown_and_can_be_changed_until_the_rows_are_written(office):
    batch = uploaded(office, village())
    act(office, "answer", batch, **{"answer-roll_begin": "入团年月"})
    shown = office.get(batch.get_absolute_url()).context["answering"]
    assert shown["answer-roll_begin"].value() == "入团年月"
    answered(office, batch, str(localdate()))
    assert listings() == [(localdate(), None)]


def test_answers_are_kept_with_the_import_and_in_the_access_log(office):
    batch = answered(office, uploaded(office, village()), "入团年月")
    said = "入团年月（一直在本单位）"
    assert f"{LISTED} {said}" in told(office, batch)
    assert AccessEntry.objects.get(action="import").detail.endswith(f"；{LISTED}{said}")
    act(office, "undo", batch)
    batch.refresh_from_db()
    assert (batch.state, batch.answers, Member.objects.count()) == ("undone", {"roll_begin": "入团年月"}, 0)


def test_only_new_members_without_any_date_are_asked_about(district):
    make_member(branch=district.here, person=make_person("章安安"), intake_on=None)
    rows = [
        person(0, 文化程度="大学专科"),
        person(1, 来源日期="2017-05-04"),
        person(2, 在册起始日期="2019-05-04"),
        person(3),
    ]
    batch = written("members", rows)
    assert batch.questions[0]["rows"] == [["团员", [[5, 5]]]]
    assert [str(member) for member in Member.objects.filter(listed_on=localdate())] == [rows[3]["姓名"]]


@pytest.mark.both
def test_a_begin_that_a_list_changes_is_stored_and_comes_back_when_it_is_taken_back(district):
    make_member(branch=district.here, person=make_person(person(0)["姓名"], birth_date=date(1990, 5, 4)))
    begins = [Member.objects.get().roll_begin]
    batch = written("members", [person(0, 来源日期="2017-03-01", 在册起始日期="2019-05-04")])
    begins.append(Member.objects.values_list("roll_begin", flat=True).get())
    batch.enter("undoing", "committed")
    run_undo(batch, user=district.staff)
    begins.append(Member.objects.values_list("roll_begin", flat=True).get())
    assert begins == [date(2017, 3, 1), date(2019, 5, 4), date(2017, 3, 1)]


def test_rows_of_several_sheets_are_asked_about_together(tmp_path, district):
    here, *there = village(HERE, THERE, THERE)
    report = run(tmp_path, {HERE: [here], THERE: there}, check=True)
    [question] = report["questions"]
    assert (question["sheet"], question["rows"]) == (None, [[HERE, 2], [THERE, 2], [THERE, 3]])


def test_who_had_left_before_the_day_answered_is_wrong(district):
    left = {"团籍状态": "转出", "离开日期": "2016-05-04"}
    [(_, row, column, _, expected, remedy)] = problems(take("members", [person(0, **left)]))
    assert (row, column, str(localdate()) in expected, "入团年月" in remedy) == (2, "离开日期", True, True)
    found = take("members", [person(0, **left)], answers=[{"id": "roll_begin", "answer": "入团年月"}])
    assert found.is_written


def test_the_answers_file_is_the_report_with_answers(tmp_path, district):
    report = run(tmp_path, village(), check=True)
    [question] = report["questions"]
    assert (report["written"], "answer" in question) == (False, False)
    question["answer"] = "2020-03-01"
    report = run(tmp_path, village(), json.dumps(report))
    assert (report["written"], report["warnings"], listings()) == (True, [], [(date(2020, 3, 1), None)])
    assert report["questions"] == [question]


def test_what_is_not_answered_is_assumed_and_said(tmp_path, district):
    report = run(tmp_path, village())
    assert (report["written"], listings()) == (True, [(localdate(), None)])
    assert report["questions"][0]["answer"] == str(localdate())
    assert report["warnings"] == [
        f"2 行新增的团员没有来源日期和在册起始日期；没有答复“{LISTED}”，按“今天（{localdate()}）”处理。"
    ]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ("这不是 JSON", "答复文件不是 JSON"),
        ('{"answers": 1}', "应为核对结果中的 questions"),
        ('[{"answer": "2020-03-01"}]', "应为核对结果中的 questions"),
        ('[{"id": "birthday", "answer": "2020-03-01"}]', "没有编号为“birthday”的问题，这份文件的问题是：roll_begin"),
        ('[{"id": "roll_begin", "kind": "state_day", "answer": "2020-03-01"}]', "种类应为“roll_begin”"),
        ('[{"id": "roll_begin", "answer": "昨天"}]', "“昨天”不是"),
        ('[{"id": "roll_begin", "answer": "其他日期"}]', "不是"),
        ('[{"id": "roll_begin", "answer": 2020}]', "不是"),
        ('[{"id": "roll_begin", "answer": "{tomorrow}"}]', "不晚于 {today} 的日期"),
    ],
)
def test_answers_that_do_not_fit_are_refused_and_nothing_is_written(tmp_path, district, answers, words):
    with pytest.raises(CommandError, match=filled_in(words)) as refused:
        run(tmp_path, village(), filled_in(answers))
    assert refused.value.returncode == 2
    assert (Member.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_a_ledger_keeps_its_rule_and_says_to_how_many_rows_it_was_applied(district):
    report = take_in({"团员": [*village(), person(2, 来源日期="2017-05-04")]})
    assert (report.written, report.questions) == (True, [])
    assert report.warnings == [
        "《团员》2 行新增的团员没有在册起始日期和来源日期，在册从入团年月算起，没有入团年月的按一直在册。"
    ]
    assert sorted(Member.objects.values_list("roll_begin", flat=True)) == [JOINED, JOINED, date(2017, 5, 4)]


# The day from which changed states hold


@pytest.fixture
def three_known(district):
    for number in range(3):
        known = make_person(person(number)["姓名"], birth_date=date(1990, 5, 4))
        make_member(branch=district.here, person=known, in_school=False)


CHANGES = [person(0, 是否在校="是"), person(1), person(2, 是否在校="是", 团籍状态="转出")]


def test_changed_states_are_asked_for_their_day_except_those_of_wrong_rows(three_known):
    found = take("members", CHANGES, check=True)
    [question] = found.as_dict()["questions"]
    assert (question["kind"], question["rows"]) == ("state_day", [2])
    assert question["proposals"] == [str(localdate()), ANOTHER_DAY]


@pytest.mark.parametrize(("answer", "day"), [("2018-09-01", date(2018, 9, 1)), (None, None)])
def test_changed_states_hold_from_the_day_answered_else_today(three_known, answer, day):
    take("members", CHANGES[:2], answers=[{"id": "state_day", "kind": "state_day", "answer": answer}])
    assert set(Member.objects.filter(in_school=True).values_list("enrolled_on", flat=True)) == {
        day or localdate().replace(day=1)
    }


def test_todays_day_need_not_be_confirmed_on_the_page(office, three_known):
    batch = uploaded(office, CHANGES[:2])
    assert "变更的状态自何日起？" in told(office, batch)
    act(office, "commit", batch, seen=batch.alive_at.isoformat())
    batch.refresh_from_db()
    assert batch.state == "committed"


# Kinds of questions to come


def test_what_has_no_default_must_be_answered_by_commands_too(district, monkeypatch):
    def questions(self):
        yield Question(id="who", kind="who", asked="是谁？", found="", rows=[("团员", 2)], proposals={"a": "甲"})

    monkeypatch.setattr(MemberResource, "questions", questions)
    rows = [person(0, 来源日期="2017-05-04")]
    found = take("members", rows)
    assert (found.is_written, found.said) == (False, "没有写入：还有问题没有答复，请先答复后再写入。")
    report = take_in({"团员": rows})
    assert [problem.found for problem in report.errors] == ["还有没有答复的问题"]
    assert take("members", rows, answers=[{"id": "who", "answer": "a"}]).is_written
