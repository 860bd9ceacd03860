"""Rows that may mean somebody registered are asked about, in every kind of list, on pages and by commands."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from members.models import Member, Person
from orgs.models import Role
from tests.factories import make_activity, make_assisted_youth, make_hub, make_member, make_person, make_post, make_user
from tests.made_once import made_once
from tests.pages import browser_of, two_branches
from tests.reports.import_pages import HERE, act, commit, rows, sent, text, told
from tests.rosters import (
    BRANCH,
    OTHER_BRANCH,
    histories,
    in_trial,
    make_branches,
    problems,
    records,
    take,
    tally,
    written,
)
from tests.workbooks import take_in, workbook
from yl_district.importing.models import ImportBatch
from yl_district.importing.questions import UNANSWERED
from yl_district.importing.steps import run_undo
from yl_district.sheets.doubts import Candidate, doubt_of

pytestmark = pytest.mark.django_db

MEMBER = {"姓名": "邬安宁", "性别": "女", "入团年月": "2016-05", "所在团支部": BRANCH, "手机号码": "16512393001"}
POST = {"姓名": "邬安宁", "所在组织": BRANCH, "职务": "委员", "任职年月": "2016-09", "手机号码": "16512393001"}
VOLUNTEER = {"姓名": "邬安宁", "手机号码": "16512393001", "单位": "和顺公司"}
LINK = {"团干部": "陆远", "姓名": "邬安宁", "手机号码": "16512393001", "起始日期": "2017-01-10"}
ASSISTED = {"姓名": "邬安宁", "所在组织": BRANCH, "入库日期": "2017-01-05", "出生日期": "2010-05"}
SIGN_IN = {"活动名称": "春季健步走", "日期": "2017-04-08", "姓名": "邬安宁", "手机号码": "16512393001"}
MOVED = {"手机号码": "16512393009"}
BORN = {"出生日期": "2001-05-05"}
CHANGED, SAME, NEW, WRONG, ELSEWHERE = ({verdict: 1} for verdict in "changed same new wrong elsewhere".split())

# By kind, rows as they are registered and as they are sent again, and what comes of them as the same person's.
DOUBTS = {
    "members": {
        "another mobile": (MEMBER, MEMBER | MOVED, CHANGED),
        "another mobile and birth date": (MEMBER | BORN, MEMBER | BORN | MOVED, CHANGED),
        "another branch": (MEMBER, MEMBER | {"所在团支部": OTHER_BRANCH, "手机号码": None}, ELSEWHERE),
        "another branch and mobile": (MEMBER, MEMBER | {"所在团支部": OTHER_BRANCH} | MOVED, ELSEWHERE),
        "another spelling": (MEMBER | {"姓名": "李頔"}, MEMBER | {"姓名": "李𬱖"}, CHANGED),
    },
    "posts": {
        "another mobile": (POST, POST | MOVED, CHANGED),
        "another organisation": (POST, POST | {"所在组织": OTHER_BRANCH, "手机号码": None}, NEW),
        "another title and mobile": (POST, POST | {"职务": "书记"} | MOVED, NEW),
    },
    "volunteers": {
        "another mobile": (VOLUNTEER, VOLUNTEER | MOVED, CHANGED),
        "another mobile and employer": (VOLUNTEER, VOLUNTEER | MOVED | {"单位": "青山公司"}, CHANGED),
        "another mobile in brackets": (VOLUNTEER, {"姓名": "邬安宁（16512393009）", "备注": "改"}, CHANGED),
    },
    "links": {
        "another mobile": (LINK, LINK | MOVED, CHANGED),
        "another mobile and employer": (LINK | {"单位": "和顺公司"}, LINK | MOVED | {"单位": "青山公司"}, CHANGED),
        "another spelling": (LINK | {"姓名": "欧阳嫺"}, LINK | {"姓名": "欧阳娴"}, CHANGED),
    },
    "assisted": {
        "another organisation": (ASSISTED, ASSISTED | {"所在组织": OTHER_BRANCH}, CHANGED),
        "another school and organisation": (
            ASSISTED | {"学校": "和平小学"},
            ASSISTED | {"学校": "八角小学", "所在组织": OTHER_BRANCH},
            CHANGED,
        ),
        "another spelling": (ASSISTED | {"姓名": "李頔"}, ASSISTED | {"姓名": "李𬱖"}, CHANGED),
    },
    "signins": {
        "another mobile": (SIGN_IN, SIGN_IN | MOVED, CHANGED),
        "another mobile at another activity": (SIGN_IN, SIGN_IN | MOVED | {"活动名称": "秋季健步走"}, NEW),
        "another spelling": (SIGN_IN | {"姓名": "李頔"}, SIGN_IN | {"姓名": "李𬱖"}, CHANGED),
    },
}
CASES = [(kind, case) for kind, cases in DOUBTS.items() for case in cases]


@made_once
def branches():
    branches = make_branches()
    make_post("陆远", branches[BRANCH])
    make_hub(branches[BRANCH], "春晖青年汇")
    for name in ("春季健步走", "秋季健步走"):
        make_activity(branches[BRANCH], name)
    return branches


def people():
    return Person.objects.count()


@pytest.mark.sampled(3)
@pytest.mark.in_turn
@pytest.mark.parametrize(("kind", "case"), CASES)
def test_a_row_that_may_mean_somebody_registered_is_asked_about_and_written_as_answered(branches, kind, case):
    first, row, outcome = DOUBTS[kind][case]
    written(kind, [first])
    before, known = records(), people()
    found = take(kind, [row])
    assert (tally(found.batch), found.said, found.is_written) == ({"doubtful": 1}, UNANSWERED, False)
    assert (records(), people()) == (before, known)

    def as_same():
        found = take(kind, [row], doubtful="same", only_right=True)
        return tally(found.batch), people()

    def as_another():
        counts = tally(take(kind, [row], doubtful="new").batch), people()
        again = take(kind, [row])
        return counts, tally(again.batch), [one["id"] for one in again.batch.questions]

    assert in_trial(as_same) == (outcome, known)
    # Both are registered then, and the row means one of them exactly.
    assert in_trial(as_another) == (((NEW, known + 1), SAME, []))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", DOUBTS)
def test_what_is_undone_takes_the_answer_back(branches, kind):
    first, row, _ = DOUBTS[kind][next(iter(DOUBTS[kind]))]
    written(kind, [first])
    before = records()
    batch = written(kind, [row], doubtful="same")
    assert (records() == before, batch.answers["same_person"]) == (False, "same")
    batch.enter("undoing", "committed")
    run_undo(batch)
    batch.refresh_from_db()
    assert (batch.state, records() == before, batch.answers["same_person"]) == ("undone", True, "same")
    assert tally(take(kind, [row]).batch) == {"doubtful": 1}


TOLD_APART = {
    "identity numbers": ({"身份证号": "11010519491231002X"}, {"身份证号": "110101199003077774", "性别": "男"}),
    "birth dates": (BORN, {"出生日期": "2001-05-06"}),
    "a month of birth": (BORN, {"出生日期": "2001-06"}),
    "birth dates in another branch": (BORN, {"出生日期": "1999-05-05", "所在团支部": OTHER_BRANCH} | MOVED),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("case", TOLD_APART)
def test_what_does_not_change_tells_apart_without_a_question(branches, case):
    first, second = TOLD_APART[case]
    bare = {name: cell for name, cell in MEMBER.items() if name != "手机号码"}
    written("members", [bare | first])
    assert (tally(written("members", [bare | second])), people()) == (NEW, 3)


def test_within_one_file_two_numbers_are_two_people_and_a_registered_one_is_not_asked_about_twice(branches):
    rows = [MEMBER, MEMBER | MOVED]
    assert in_trial(lambda: tally(written("members", rows))) == {"new": 2}
    written("members", rows[:1])
    assert tally(take("members", rows, check=True).batch) == {"same": 1, "new": 1}
    assert tally(take("members", rows[1:], check=True).batch) == {"doubtful": 1}


def test_of_several_candidates_the_answer_names_one(branches):
    other = {"手机号码": "16512393002"}
    written("members", [MEMBER, MEMBER | other])
    row = MEMBER | MOVED
    found = take("members", [row], doubtful="same")
    assert (tally(found.batch), found.is_written) == ({"doubtful": 1}, False)
    meant = Person.objects.with_mobile("16512393002").get()
    assert {one["answer"] for one in found.doubts[0]["candidates"]} == {f"same:{pk}" for pk in (meant.pk, meant.pk - 1)}
    answers = [{"id": "same_person", "answer": {"2": f"same:{meant.pk}"}}]
    written("members", [row], answers=answers)
    meant.refresh_from_db()
    assert (meant.mobile, people()) == ("16512393009", 3)


# By kind, two namesakes who are registered, and a row that fits both, with what comes of it as one of them.
BOTH_FIT = {
    "members": ([MEMBER | BORN, MEMBER | MOVED | {"出生日期": "1999-05-05"}], MEMBER | {"手机号码": None}, SAME),
    "posts": ([POST, POST | MOVED], POST | {"手机号码": None}, SAME),
    "volunteers": ([VOLUNTEER, VOLUNTEER | MOVED], {"姓名": "邬安宁", "单位": "青山公司"}, CHANGED),
    "links": ([LINK, LINK | MOVED], LINK | {"手机号码": None, "单位": "青山公司"}, CHANGED),
    "assisted": ([ASSISTED, ASSISTED | {"出生日期": "2011-05"}], ASSISTED | {"出生日期": None}, SAME),
    "signins": ([SIGN_IN, SIGN_IN | MOVED], SIGN_IN | {"手机号码": None}, SAME),
}


@pytest.mark.sampled(2)
@pytest.mark.in_turn
@pytest.mark.parametrize("kind", BOTH_FIT)
def test_which_of_two_namesakes_whom_a_row_fits_is_a_choice(branches, kind):
    registered, row, outcome = BOTH_FIT[kind]
    written(kind, registered)
    before, namesakes = records(), sorted(Person.objects.named("邬安宁").values_list("pk", flat=True))
    found = take(kind, [row], doubtful="same", only_right=True)
    assert (tally(found.batch), found.said, found.is_written) == ({"doubtful": 1}, UNANSWERED, False)
    assert (records(), problems(found)) == (before, [])
    [doubt] = found.doubts
    assert [one["answer"] for one in doubt["candidates"]] == [f"same:{pk}" for pk in namesakes]

    def answered(answer):
        batch = written(kind, [row], answers=[{"id": "same_person", "answer": {"2": answer}}])
        return tally(batch), people(), batch

    for pk in namesakes:
        assert in_trial(lambda pk=pk: answered(f"same:{pk}"))[:2] == (outcome, 1 + len(namesakes))
    counts, known, batch = answered("new")
    assert (counts, known) == (NEW, 2 + len(namesakes))
    batch.enter("undoing", "committed")
    run_undo(batch)
    assert records() == before


def test_only_its_own_answer_says_that_a_row_means_whom_the_file_begins_rather_than_a_registered_one():
    candidates = [Candidate(Person(pk=7), ""), Candidate(Person(), "")]
    given = {"same_person": "same", "same_person/1:3": "same", "same_person/1:4": "same:7"}
    assert [doubt_of(given, "same_person", f"1:{row}", candidates).answer for row in (2, 3, 4)] == [
        "",
        "same",
        "same:7",
    ]


def test_two_rows_that_fit_two_namesakes_are_each_answered(branches):
    written("members", BOTH_FIT["members"][0])
    first, second = Person.objects.filter(name="邬安宁").order_by("pk")
    rows = [BOTH_FIT["members"][1] | {"备注": words} for words in ("甲", "乙")]
    answers = [{"id": "same_person", "answer": {"2": f"same:{second.pk}", "3": f"same:{first.pk}"}}]
    assert tally(written("members", rows, answers=answers)) == {"changed": 2}
    assert [Member.objects.get(person=one).remark for one in (first, second)] == ["乙", "甲"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", ["members", "links", "assisted", "signins"])
def test_another_spelling_becomes_another_name_and_is_not_asked_about_again(branches, kind):
    first, row, _ = DOUBTS[kind]["another spelling"]
    written(kind, [first])
    written(kind, [row], doubtful="same")
    person = Person.objects.named(first["姓名"]).get()
    assert person.other_names == row["姓名"]
    kept = histories()
    for one in (row, first):
        assert tally(written(kind, [one])) == SAME
    assert histories() == kept


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({"其他证件类型": "护照", "其他证件号码": "e 1234567"}, ELSEWHERE),
        ({"其他证件类型": "护照", "其他证件号码": "E7654321"}, {"doubtful": 1}),
        ({"其他证件类型": "军人证件", "其他证件号码": "E1234567"}, {"doubtful": 1}),
        ({"其他证件号码": "E7777777"}, {"doubtful": 1}),
    ],
)
def test_another_document_than_the_identity_card_is_known_again(branches, row, counts):
    bare = {name: cell for name, cell in MEMBER.items() if name != "手机号码"}
    written("members", [bare | {"其他证件类型": "护照", "其他证件号码": "E1234567"}])
    person = Person.objects.with_document("passport", "e1234567").get()
    assert (person.name, person.document_number) == ("邬安宁", "E1234567")
    assert tally(take("members", [bare | {"所在团支部": OTHER_BRANCH} | row], check=True).batch) == counts


def test_a_branch_with_the_same_birth_date_needs_no_question(branches):
    written("members", [MEMBER | BORN])
    moved = {name: cell for name, cell in (MEMBER | BORN).items() if name != "手机号码"} | {"所在团支部": OTHER_BRANCH}
    assert tally(take("members", [moved], check=True).batch) == ELSEWHERE


# Commands


def run(tmp_path, content, *options, answers=None, kind="members"):
    """What import_rows reports in JSON, and its exit code."""
    file, out = tmp_path / "名单.xlsx", io.StringIO()
    file.write_bytes(workbook({"花名册": content}))
    more = []
    if answers is not None:
        (tmp_path / "答复.json").write_text(json.dumps(answers), "utf-8")
        more = ["--answers", str(tmp_path / "答复.json")]
    code = 0
    try:
        call_command("import_rows", kind, str(file), "--json", *options, *more, stdout=out)
    except SystemExit as error:
        code = error.code
    return json.loads(out.getvalue()), code


TWO = [MEMBER | MOVED, MEMBER | {"姓名": "邬思远", "手机号码": "16512393008"}]


@made_once
def two(branches):
    """Two registered members."""
    written("members", [MEMBER, MEMBER | {"姓名": "邬思远", "手机号码": "16512393002"}])
    return branches


@pytest.mark.parametrize("options", [[], ["--only-right-rows"], ["--check"]])
def test_without_an_answer_nothing_is_written_and_the_exit_code_is_1(two, tmp_path, options):
    before = records()
    report, code = run(tmp_path, [*TWO, MEMBER | {"姓名": "邬新"}], *options)
    counts = {name: count for name, count in report["counts"].items() if count}
    assert (code, report["written"], counts) == (1, False, {"new": 1, "doubtful": 2})
    assert (records(), ImportBatch.objects.count()) == (before, 1)
    [question] = [one for one in report["questions"] if one["id"] == "same_person"]
    assert question == {
        "id": "same_person",
        "kind": "same_person",
        "sheet": "花名册",
        "rows": [2, 3],
        "found": "2 行可能是已登记的人",
        "proposals": ["same", "new", "each"],
    }
    [first, _] = report["doubts"]
    answer = f"same:{Person.objects.get(name='邬安宁').pk}"
    candidate = {"answer": answer, "why": "姓名、所在组织相同，手机号码只差一位"}
    expected = {"sheet": "花名册", "row": 2, "kind": "same_person", "candidates": [candidate], "answer": None}
    assert first == expected


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("options", "answers", "counts"),
    [
        (["--doubtful", "same"], None, {"changed": 2}),
        (["--doubtful", "new"], None, {"new": 2}),
        ([], [{"id": "same_person", "answer": "new"}], {"new": 2}),
        ([], [{"id": "same_person", "answer": {"2": "same", "3": "new"}}], {"changed": 1, "new": 1}),
        (["--doubtful", "same"], [{"id": "same_person", "answer": {"3": "new"}}], {"changed": 1, "new": 1}),
    ],
)
def test_an_option_answers_for_all_and_a_file_for_each(two, tmp_path, options, answers, counts):
    report, code = run(tmp_path, TWO, *options, answers=answers)
    found = {name: count for name, count in report["counts"].items() if count}
    assert (code, report["written"], found) == (0, True, counts)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("maybe", "应为以下之一：same、new、each"),
        ({"9": "same"}, "“9”不是"),
        ({"2": "both"}, "“both”不是第 2 行的答复"),
        ({"2": "same:x"}, "不是第 2 行的答复"),
    ],
)
def test_what_is_no_answer_is_refused(two, tmp_path, answer, words):
    with pytest.raises(CommandError) as error:
        run(tmp_path, TWO, answers=[{"id": "same_person", "answer": answer}])
    assert (error.value.returncode, words in str(error.value)) == (2, True)


def test_one_answer_for_all_leaves_a_row_waiting_that_fits_two(branches, tmp_path):
    written("members", BOTH_FIT["members"][0])
    before, rows = records(), [BOTH_FIT["members"][1]]
    report, code = run(tmp_path, rows, "--doubtful", "same")
    assert (code, report["written"], report["counts"]["doubtful"], records()) == (1, False, 1, before)
    found = "1 行可能是已登记的人，其中 1 行可能的不止一个，“都是”不能替您选定，须逐行指明是哪一个"
    assert [one["found"] for one in report["questions"] if one["id"] == "same_person"] == [found]
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_rows", "members", str(tmp_path / "名单.xlsx"), "--doubtful", "same", stdout=out)
    said = "可能的不止一个，--doubtful same 不能替您选定，请用 --answers 逐行指明。"
    [line] = [line for line in out.getvalue().splitlines() if line.startswith("等待答复：")]
    keys = sorted(Person.objects.filter(name="邬安宁").values_list("pk", flat=True))
    assert line == f"等待答复：《花名册》第 2 行可能是已有的：{fits(*keys)}；new。{said}"


def fits(*keys):
    return "；".join(f"same:{key}（姓名、所在组织相同）" for key in keys)


def test_a_partly_answered_file_is_not_written(two, tmp_path):
    report, code = run(tmp_path, TWO, answers=[{"id": "same_person", "answer": {"2": "same"}}])
    counts = {name: count for name, count in report["counts"].items() if count}
    assert (code, report["written"], counts) == (1, False, {"changed": 1, "doubtful": 1})


def test_the_ledger_asks_as_well(two, tmp_path):
    file = tmp_path / "台账.xlsx"
    file.write_bytes(workbook({"团员": TWO}))
    for options, expected in (([], (1, False, 2)), (["--doubtful", "same"], (0, True, 0))):
        out, code = io.StringIO(), 0
        try:
            call_command("import_ledger", str(file), "--json", *options, stdout=out)
        except SystemExit as error:
            code = error.code
        report = json.loads(out.getvalue())
        assert (code, report["written"], report["sheets"]["团员"]["doubtful"]) == expected
    assert (people(), Member.objects.count()) == (3, 2)


def test_what_relies_on_a_row_in_doubt_waits_with_it(branches):
    written("posts", [POST])
    link = LINK | {"团干部": "邬安宁", "姓名": "邓佳"}
    report = take_in({"团干部": [POST | {"所在组织": OTHER_BRANCH, "手机号码": None}], "联系青年": [link]}, check=True)
    assert (report.sheets["团干部"].doubtful, report.sheets["联系青年"].new) == (1, 1)


# Pages


@made_once
def district():
    return two_branches()


HEADINGS = ["姓名", "性别", "出生日期", "所在团支部", "手机号码"]
ROSTER = [["邬安宁", "女", "2001-05-05", HERE, "16512393001"], ["邬思远", "男", "2002-06-06", HERE, "16512393002"]]


@pytest.mark.parametrize("role", ["staff", "caseworker"])
def test_a_list_of_members_tells_nobody_who_is_known_by_a_case_file_alone(district, role):
    user = make_user("兼任", district.root, role)
    Role.objects.get_or_create(user=user, organisation=district.root, kind="staff")
    child = {"gender": Person.Gender.FEMALE, "birth_date": date(2001, 5, 5), "mobile": "16512393009"}
    make_assisted_youth(district.there, person=make_person("邬安宁", **child))
    sent(browser_of(user), workbook({"花名册": [HEADINGS, *ROSTER]}))
    batch = ImportBatch.objects.get()
    assert ({tag: batch.counts.get(tag, 0) for tag in "nq"}, [one["id"] for one in batch.questions]) == (
        {"n": 2, "q": 0},
        ["roll_begin"],
    )


@pytest.fixture
def roster(district):
    """The office's client, after two members were registered whose mobile numbers have changed since."""
    for name, gender, born, _, mobile in ROSTER:
        gender = Person.Gender.FEMALE if gender == "女" else Person.Gender.MALE
        person = make_person(name, gender=gender, birth_date=date.fromisoformat(born), mobile=mobile)
        make_member(branch=district.here, person=person)
    return district.office


def uploaded(client, *mobiles):
    """The import of the roster with other mobile numbers."""
    changed = [[*row[:-1], mobile] for row, mobile in zip(ROSTER, mobiles, strict=True)]
    sent(client, [HEADINGS, *changed])
    return ImportBatch.objects.latest("pk")


def shown(client, batch, **query):
    return client.get(batch.get_absolute_url(), query).context["rows"]


def decide(client, batch, row, answer):
    done = act(client, "decide", batch, **{f"row-{row.part}-{row.place}": answer})
    batch.refresh_from_db()
    return done


def test_a_row_that_fits_two_shows_both_and_waits_after_one_answer_for_all(roster, district):
    twin = make_person("邬安宁", gender=Person.Gender.FEMALE, birth_date=date(2001, 5, 5))
    make_member(branch=district.here, person=twin)
    sent(roster, [HEADINGS[:-1], ROSTER[0][:-1]])
    batch = ImportBatch.objects.latest("pk")
    answer_all(roster, batch, "same")
    assert rows(roster, batch) == [(2, "可能是同一人")]
    page = told(roster, batch)
    assert "1 行可能是已登记的人，其中 1 行可能的不止一个，“都是”不能替您选定，须逐行指明是哪一个" in page
    [row] = shown(roster, batch)
    assert [one.why for one in row.doubt.candidates] == ["姓名、出生日期、所在组织相同"] * 2
    decide(roster, batch, row, f"same:{twin.pk}")
    assert rows(roster, batch, show="all") == [(2, "相同")]


def mobiles():
    return sorted(Person.objects.values_list("mobile", flat=True))


def mobiles_of(*names):
    return [person.mobile for person in Person.objects.filter(name__in=names).order_by("pk")]


def test_the_preview_shows_both_sides_with_masked_numbers(roster):
    batch = uploaded(roster, "16512393009", "16512393002")
    assert rows(roster, batch) == [(2, "可能是同一人")]
    page = told(roster, batch)
    for words in (
        "1 行可能是已登记的人：《花名册》第 2 行",
        "都是同一人（按变更处理）",
        "邬安宁，女，2001-05-05 出生，手机 165****3001，柳林社区团支部团员",
        "姓名、出生日期、所在组织相同，手机号码只差一位",
        "有 1 行等待答复",
    ):
        assert words in page
    assert ("写入全部" in page, "16512393001" in page) == (False, False)
    answer = act(roster, "commit", batch, seen=batch.alive_at.isoformat())
    assert (answer.status_code, UNANSWERED in text(answer)) == (422, True)


def test_a_row_is_answered_by_itself_changed_again_written_and_undone(roster):
    batch = uploaded(roster, "16512393009", "16512393008")
    first, second = shown(roster, batch)
    decide(roster, batch, first, first.doubt.candidates[0].answer)
    assert rows(roster, batch) == [(3, "可能是同一人")]
    decide(roster, batch, second, "new")
    assert rows(roster, batch, show="all") == [(2, "变更"), (3, "新增")]
    decide(roster, batch, second, second.doubt.candidates[0].answer)
    assert rows(roster, batch, show="all") == [(2, "变更"), (3, "变更")]
    assert "165****3001 → 165****3009" in told(roster, batch)
    commit(roster, batch)
    assert (batch.state, people(), mobiles_of("邬安宁", "邬思远")) == ("committed", 2, ["16512393009", "16512393008"])
    assert "这些行是不是已登记的人？ 2 行是同一人" in told(roster, batch)
    act(roster, "undo", batch)
    assert mobiles_of("邬安宁", "邬思远") == ["16512393001", "16512393002"]


def answer_all(client, batch, answer):
    """Answers for all rows in doubt, and by today since when new members stand."""
    act(client, "answer", batch, **{"answer-same_person": answer, "answer-roll_begin": str(timezone.localdate())})
    batch.refresh_from_db()


@pytest.mark.parametrize(("answer", "counts"), [("same", (2, "变更")), ("new", (4, "新增"))])
def test_all_rows_are_answered_at_once(roster, answer, counts):
    batch = uploaded(roster, "16512393009", "16512393008")
    answer_all(roster, batch, answer)
    assert {label for _, label in rows(roster, batch, show="all")} == {counts[1]}
    commit(roster, batch)
    assert (batch.state, people()) == ("committed", counts[0])


def test_row_by_row_leaves_the_rows_open_and_an_answer_for_all_replaces_those_of_rows(roster):
    batch = uploaded(roster, "16512393009", "16512393008")
    answer_all(roster, batch, "each")
    first, second = shown(roster, batch)
    decide(roster, batch, first, "new")
    assert rows(roster, batch, show="all") == [(2, "新增"), (3, "可能是同一人")]
    answer_all(roster, batch, "same")
    kept = [key for key in batch.answers if key.startswith("same_person")]
    assert (rows(roster, batch, show="all"), kept) == ([(2, "变更"), (3, "变更")], ["same_person"])
    decide(roster, batch, second, "new")
    assert rows(roster, batch, show="all") == [(2, "变更"), (3, "新增")]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("data", [{}, {"row-0-1": "perhaps"}, {"row-0-1": "same:999"}, {"row-7-7": "new"}])
def test_what_is_no_answer_to_a_row_is_not_kept(roster, data):
    batch = uploaded(roster, "16512393009", "16512393002")
    answer = act(roster, "decide", batch, **data)
    batch.refresh_from_db()
    assert (answer.status_code, batch.answers) == (422, {})


def test_a_row_in_doubt_can_be_mended(roster):
    batch = uploaded(roster, "16512393009", "16512393002")
    [row] = shown(roster, batch)
    address = reverse("import_batch_mend", args=[batch.pk, row.part, row.place])
    names = {field.label: field.html_name for field in roster.get(address).context["form"]}
    roster.post(address, {names["手机号码"]: "16512393001"} | {names[one]: cell for one, cell, _ in row.cells[:4]})
    batch.refresh_from_db()
    assert rows(roster, batch, show="all") == [(2, "相同"), (3, "相同")]


def test_who_is_known_only_by_a_case_file_is_no_candidate_for_the_office(district):
    make_assisted_youth(district.here, "邬安宁")
    sent(district.office, [HEADINGS, [*ROSTER[0][:-1], "16512393009"]])
    batch = ImportBatch.objects.get()
    assert (rows(district.office, batch), [one["id"] for one in batch.questions]) == ([(2, "新增")], ["roll_begin"])


def test_nobody_but_who_sent_the_file_answers(roster, district):
    batch = uploaded(roster, "16512393009", "16512393002")
    [row] = shown(roster, batch)
    colleague = browser_of(make_user("程知远", district.root))
    assert [decide(client, batch, row, "new").status_code for client in (district.cadre, colleague)] == [404, 404]
    assert batch.answers == {}


# A roster sent again

NAMES = ["邬安", "裘宁", "程远", "邓佳", "乔予"]
FACTS = {
    "手机号码": ["16512393001", "16512393002", None],
    "所在团支部": [BRANCH, OTHER_BRANCH],
    "工作单位": ["和顺公司", "青山公司", None],
    "是否在校": ["是", "否", None],
    "出生日期": ["2001-05-05", "2001-05", None],
}
CHANGING = ["手机号码", "所在团支部", "工作单位", "是否在校"]


@st.composite
def rosters(draw):
    """A roster, and the same one with other facts that may change."""
    first = []
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))):
        row = {name: draw(st.sampled_from(values)) for name, values in FACTS.items()}
        row["手机号码"] = row["手机号码"] and f"{row['手机号码'][:-2]}{number}{row['手机号码'][-1]}"
        first.append({"姓名": name, "性别": "女", "入团年月": "2016-05"} | row)
    second = []
    for row in first:
        changed = draw(st.lists(st.sampled_from(CHANGING), unique=True, max_size=3))
        second.append(row | {name: draw(st.sampled_from(FACTS[name])) for name in changed})
    return first, second


@pytest.mark.in_turn
@pytest.mark.cpu(8)
def test_a_roster_sent_again_makes_nobody_new_unless_somebody_says_so(branches):
    outcomes = []

    @settings(
        max_examples=settings.default.max_examples // 5,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(rosters())
    def trial(found):
        in_trial(lambda: send_again(*found, outcomes))

    trial()
    assert {"doubtful", "changed", "elsewhere", "same"} <= set(outcomes)


def send_again(first, second, outcomes):
    """Takes a roster in, then its later state: without an answer nothing is written, as the same nobody is new."""
    written("members", first)
    known, before, kept = people(), records(), histories()
    found = take("members", second, only_right=True)
    counts = tally(found.batch)
    outcomes += list(counts)
    assert (people(), counts.get("new", 0)) == (known, 0)
    if "doubtful" in counts:
        assert (records(), histories(), found.is_written) == (before, kept, False)
    found = take("members", second, only_right=True, doubtful="same")
    counts = tally(found.batch)
    assert (people(), counts.get("new", 0), counts.get("doubtful", 0)) == (known, 0, 0)
