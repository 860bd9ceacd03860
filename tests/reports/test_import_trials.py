"""Questions that are asked at once, although they follow from each other, and those that need not be asked."""

from datetime import date

import pytest

from members.models import Member
from orgs.models import Organisation
from reports.ledger.workbook import import_ledger
from tests.factories import make_activity, make_hub
from tests.made_once import made_once
from tests.pages import two_branches
from tests.reports.import_pages import HERE, act, counts, person, sent, told
from tests.rosters import take
from tests.spreadsheet_files import workbook as styled_workbook
from tests.workbooks import workbook
from yl_district.importing import trials
from yl_district.importing.models import ImportBatch
from yl_district.importing.questions import ANOTHER_DAY, AnswersRefused, questions_of, shown_questions

pytestmark = pytest.mark.django_db

HEADINGS = ["姓名", "性别", "出生日期", "入团年月", "所在团支部"]
BORN = "1998-05-0"


@made_once
def district():
    return two_branches()


@pytest.fixture
def office(district):
    return district.office


def member(name, day, *beside):
    return [name, "女", f"{BORN}{day}", "2012-05", HERE, *beside]


def roster(*gone, here=(("章安", 1),)):
    """A roster with a section of those who left."""
    rows = [["一、在册团员"], *[member(*one) for one in here], ["二、已转出团员"], *[member(*one) for one in gone]]
    return workbook({"花名册": [HEADINGS, *rows]})


def uploaded(office, content, **options):
    sent(office, content, **options)
    return ImportBatch.objects.latest("pk")


def ids(batch):
    """The ids of the questions that the page asks."""
    batch.refresh_from_db()
    return sorted(one.id for one in shown_questions(batch))


def answered(office, batch, **given):
    """The number of decisions with which a file is written: its questions are answered once, on one page."""
    data = {}
    for key, answer in given.items():
        is_day = answer[:1].isdigit()
        data[f"answer-{key}"] = ANOTHER_DAY if is_day else answer
        data |= {f"day-{key}": answer} if is_day else {}
    act(office, "answer", batch, **data)
    batch.refresh_from_db()
    act(office, "commit", batch, seen=batch.alive_at.isoformat())
    batch.refresh_from_db()
    return batch.state


LEFT = {"roll_begin": "入团年月", "section-已转出团员": "转出", "section_day": "2025-06-01"}


@pytest.mark.both
def test_since_when_a_section_holds_is_asked_with_what_it_means_and_all_is_written_after_one_page(office):
    batch = uploaded(office, roster(("章宁", 2), ("章轩", 3)))
    assert ids(batch) == sorted(LEFT)
    assert "视其他各项的答复而定，用不到时不采用" in told(office, batch)
    assert answered(office, batch, **LEFT) == "committed"
    left = Member.objects.exclude(left_on=None).values_list("person__name", "left_on")
    assert sorted(left) == [("章宁", date(2025, 6, 1)), ("章轩", date(2025, 6, 1))]


def test_a_day_asked_early_that_does_not_matter_is_not_used(office):
    batch = uploaded(office, roster(("章宁", 2)))
    assert answered(office, batch, **LEFT | {"section-已转出团员": "与其他行相同"}) == "committed"
    assert (Member.objects.count(), Member.objects.filter(left_on=None).count()) == (2, 2)


def test_a_foreseen_question_left_open_is_asked_when_it_matters(office):
    batch = uploaded(office, roster(("章宁", 2)))
    given = {key: answer for key, answer in LEFT.items() if key != "section_day"}
    assert answered(office, batch, **given) == "checked"
    assert not questions_of(batch)[-1].is_foreseen
    assert answered(office, batch, **LEFT) == "committed"


def test_rows_struck_through_that_may_come_in_are_asked_about_beside(office):
    def fill(book, page):
        struck = book.add_format({"font_strikeout": True})
        for at, line in enumerate([member("章安", 1), ["二、已转出团员"], member("章宁", 2)], 1):
            page.write_row(at, 0, line, struck if at == 3 else None)

    batch = uploaded(office, styled_workbook(fill, headings=HEADINGS))
    assert ids(batch) == sorted([*LEFT, "struck_rows"])
    assert answered(office, batch, **LEFT, struck_rows="导入") == "committed"
    assert Member.objects.filter(status="transferred_out").count() == 1


def test_whoever_may_be_another_person_is_asked_since_when_they_stand_at_once(office):
    unsure = person(1, 出生日期="", 入团年月="2012-05")
    answered(office, uploaded(office, [unsure | {"手机号码": "16512390001"}]), roll_begin="入团年月")
    batch = uploaded(office, [unsure | {"手机号码": "16512390002"}])
    assert ids(batch) == ["roll_begin", "same_person"]
    assert answered(office, batch, same_person="new", roll_begin="入团年月") == "committed"
    assert Member.objects.count() == 2


def test_an_organisation_that_may_be_registered_is_asked_since_when_its_state_holds_at_once(district):
    Organisation.objects.filter(pk=district.here.pk).update(name="天翌物业有限公司团支部")
    row = {"组织名称": "天翌物业团支部", "组织类别": "团支部", "所属领域": "村", "上级组织": "清河地区团工委"}
    found = take("organisations", [row], check=True)
    assert [one["id"] for one in found.batch.questions] == ["same_organisation", "state_day"]


def test_the_same_file_sent_again_asks_nothing(office):
    content = roster(("章宁", 2))
    answered(office, uploaded(office, content), **LEFT)
    again = uploaded(office, content)
    assert (counts(again), "没有要写入的内容" in told(office, again)) == ((0, 0, 2, 0), True)
    assert not [one for one in shown_questions(again) if one.is_open(again.answers)]


def test_a_file_of_which_rows_were_left_out_asks_nothing_when_it_is_sent_again(office):
    content = roster(("章宁", 2))
    answered(office, uploaded(office, content), **LEFT | {"section-已转出团员": "不导入"})
    again = uploaded(office, content)
    assert (counts(again), Member.objects.count()) == ((0, 0, 1, 0), 1)
    assert not [one for one in shown_questions(again) if one.is_open(again.answers)]


def test_what_was_taken_back_is_asked_again(office):
    content = roster(("章宁", 2))
    batch = uploaded(office, content)
    answered(office, batch, **LEFT)
    act(office, "undo", batch)
    assert ids(uploaded(office, content)) == sorted(LEFT)


def test_answers_of_before_are_not_taken_where_something_would_be_written(office):
    content = roster(("章宁", 2))
    answered(office, uploaded(office, content), **LEFT | {"section-已转出团员": "与其他行相同"})
    Member.objects.filter(person__name="章安").update(education="")
    Member.objects.filter(person__name="章宁").delete()
    again = uploaded(office, content)
    assert (again.answers, ids(again)) == ({}, sorted(LEFT))


def test_answers_of_before_are_dropped_where_a_later_check_would_write(office):
    content = roster(("章宁", 2))
    answered(office, uploaded(office, content), **LEFT)
    again = uploaded(office, content)
    assert again.answers["section-已转出团员"] == "转出"
    Member.objects.filter(person__name="章宁").delete()
    act(office, "check", again)
    again.refresh_from_db()
    assert (again.answers, ids(again)) == ({}, sorted(LEFT))


def test_a_section_whose_rows_are_as_stored_is_not_asked_about_beside_new_rows(office):
    answered(office, uploaded(office, roster(("章宁", 2))), **LEFT)
    longer = roster(("章宁", 2), here=(("章安", 1), ("章柏", 4)))
    batch = uploaded(office, longer)
    assert ids(batch) == ["roll_begin"]
    answered(office, batch, roll_begin="入团年月")
    assert Member.objects.exclude(left_on=None).values_list("left_on", flat=True).get() == date(2025, 6, 1)


def test_a_section_into_which_somebody_has_moved_is_asked_about_and_dates_only_them(office):
    first = roster(("章宁", 2), here=(("章安", 1), ("章柏", 4)))
    answered(office, uploaded(office, first), **LEFT)
    batch = uploaded(office, roster(("章宁", 2), ("章柏", 4)))
    assert ids(batch) == ["section-已转出团员", "section_day"]
    answered(office, batch, **{"section-已转出团员": "转出", "section_day": "2026-03-01"})
    left = Member.objects.exclude(left_on=None).values_list("person__name", "left_on")
    assert sorted(left) == [("章宁", date(2025, 6, 1)), ("章柏", date(2026, 3, 1))]


def test_hidden_rows_that_are_as_stored_are_not_asked_about(office):
    def content(*more):
        def fill(book, page):
            for at, line in enumerate([member("章安", 1), member("章宁", 2), *more], 1):
                page.write_row(at, 0, line)
            page.set_row(2, options={"hidden": True})

        return styled_workbook(fill, headings=HEADINGS)

    answered(office, uploaded(office, content()), roll_begin="入团年月", hidden_rows="导入")
    assert ids(uploaded(office, content(member("章轩", 3)))) == ["roll_begin"]
    Member.objects.filter(person__name="章宁").delete()
    assert ids(uploaded(office, content(member("章轩", 3)))) == ["hidden_rows", "roll_begin"]


def test_hidden_rows_with_cells_that_are_to_be_kept_are_asked_about(office):
    def content(phone):
        def fill(book, page):
            for at, line in enumerate([member("章安", 1, ""), member("章宁", 2, phone)], 1):
                page.write_row(at, 0, line)
            page.set_row(2, options={"hidden": True})

        return styled_workbook(fill, headings=[*HEADINGS, "手机号码"])

    answered(office, uploaded(office, content("")), roll_begin="入团年月", hidden_rows="导入")
    assert ids(uploaded(office, content("1651237201"))) == ["hidden_rows"]


def test_an_answer_to_what_is_not_asked_is_taken_from_a_file_of_answers(office):
    table = {"花名册": [HEADINGS, ["已转出团员"], member("章宁", 2)]}
    given = [{"id": key, "answer": answer} for key, answer in LEFT.items()]
    assert take("members", table, answers=given).is_written
    again = take("members", table, answers=given[1:2])
    assert (again.batch.counts.get("s"), again.batch.counts.get("c")) == (1, None)


def test_large_files_are_asked_in_rounds(office, monkeypatch):
    monkeypatch.setattr("yl_district.importing.steps.MOST_TRIED_ROWS", 2)
    assert ids(uploaded(office, roster(("章宁", 2)))) == ["roll_begin", "section-已转出团员"]
    assert trials.MOST_TRIED_ROWS == 5_000


def test_a_file_without_open_questions_is_checked_once(office, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("tried out")

    monkeypatch.setattr("yl_district.importing.steps.try_answers", refuse)
    assert ids(uploaded(office, [person(1)])) == ["roll_begin"]


def as_answered(questions, **given):
    """The questions of a report with their answers, as a file of answers has them."""
    return [one | {"answer": given.get(one["id"])} for one in questions]


def test_a_command_tells_what_follows_from_missing_columns_so_that_one_file_of_answers_writes_all(district):
    rows = [["姓名", "性别", "出生日期", "入团年月"], ["已转出团员"], ["章宁", "女", f"{BORN}2", "2012-05"]]
    found = take("members", {"花名册": rows}, check=True).as_dict()
    assert [(one["id"], one.get("foreseen", False)) for one in found["questions"]] == [
        ("column-所在团支部", False),
        ("section-已转出团员", True),
        ("roll_begin", True),
        ("section_day", True),
    ]
    assert (found["counts"]["new"], [one["column"] for one in found["errors"]]) == (0, ["所在团支部"])
    given = as_answered(found["questions"], **LEFT, **{"column-所在团支部": HERE})
    assert take("members", {"花名册": rows}, answers=given).is_written
    assert Member.objects.get().left_on == date(2025, 6, 1)


def test_an_answer_to_what_was_foreseen_and_is_not_asked_is_not_used(district):
    rows = {"花名册": [HEADINGS, ["已转出团员"], member("章宁", 2)]}
    questions = take("members", rows, check=True).as_dict()["questions"]
    others = [{"id": "state_day", "answer": "2025-06-01", "foreseen": True}]
    given = as_answered(questions, **LEFT | {"section-已转出团员": "不导入"})
    found = take("members", rows, answers=[*given, *others])
    assert (found.is_written, Member.objects.count()) == (True, 0)


def test_an_answer_to_what_nobody_asked_is_refused(district):
    with pytest.raises(AnswersRefused, match="state_day"):
        take(
            "members", {"花名册": [HEADINGS, member("章宁", 2)]}, answers=[{"id": "state_day", "answer": "2025-06-01"}]
        )


def test_the_ledger_tells_what_follows_from_its_missing_columns(district):
    make_hub(district.here, "春晖青年汇")
    make_activity(district.here, type="reading")
    columns = ["姓名", "性别", "出生日期", "入团年月"]
    content = workbook(
        {
            "团员": [columns, ["章宁", "女", f"{BORN}2", "2012-05"]],
            "活动": [["活动名称", "日期", "主办组织"], ["读书", "2017-03-01", "春晖青年汇"]],
        }
    )
    report = import_ledger(content, "台账.xlsx", date(2026, 3, 1), check=True)
    foreseen = {one["id"]: one.get("foreseen", False) for one in report.questions}
    assert foreseen == {"column-团员-所在团支部": False, "column-活动-类型": False, "hosting_hubs": True}
    assert (report.errors[0].column, report.batch) == ("所在团支部", None)
