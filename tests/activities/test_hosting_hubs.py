"""Youth hubs that an activity list names as hosts: taken for the hub, with its organisation as host, asked once."""

import pytest
from django.urls import reverse

from activities.models import Activity, ActivityType
from orgs.models import Organisation
from tests.factories import make_hub
from tests.pages import two_branches
from tests.reports.import_pages import act, commit, counts, sent, text, told
from tests.rosters import problems, take
from tests.workbooks import workbook
from yl_district.importing.models import ImportAlias, ImportBatch

pytestmark = pytest.mark.django_db

HEADINGS = ["活动名称", "日期", "类型", "主办单位", "人次"]


@pytest.fixture
def district():
    found = two_branches()
    found.hub = make_hub(found.here, "春晖青年汇")
    make_hub(found.there, "清河青年汇")
    ActivityType.objects.get_or_create(key="reading", defaults={"name": "读书"})
    return found


@pytest.fixture
def office(district):
    return district.office


def listed(*hosts, headings=HEADINGS):
    rows = [[f"读书会{at}", f"2017-03-{at + 1:02}", "读书", host, 20] for at, host in enumerate(hosts)]
    return workbook({"活动": [headings, *rows]})


def hosts():
    """(host, hub) of all activities."""
    return list(Activity.objects.order_by("held_on").values_list("host__name", "hub__name"))


@pytest.mark.both
def test_hubs_named_as_hosts_are_asked_about_once_and_never_offered_as_branches(office, district):
    sent(office, listed("春晖青年汇", "清河 青年汇", "柳林社区团支部", "春晖青年汇"), kind="activities")
    batch = ImportBatch.objects.get()
    assert counts(batch) == (4, 0, 0, 0)
    [question] = batch.questions
    assert question["found"] == (
        "3 行的主办组织写的是青年汇，括号中是它所在的组织：春晖青年汇（柳林社区团支部）、清河青年汇（槐荫社区团支部）"
    )
    page = told(office, batch)
    assert ("第 2–3 行、《活动》第 5 行" in page, "新建这些团组织" in page) == (True, False)
    commit(office, batch)  # one decision: the question, as proposed
    here, there = (district.here.name, "春晖青年汇"), (district.there.name, "清河青年汇")
    assert hosts() == [here, there, (district.here.name, None), here]


def test_the_hub_alone_is_taken_when_it_is_said(office):
    sent(office, listed("春晖青年汇"), kind="activities")
    batch = ImportBatch.objects.get()
    act(office, "answer", batch, **{"answer-hosting_hubs": "不填主办"})
    commit(office, batch)
    assert hosts() == [(None, "春晖青年汇")]


def test_spellings_near_a_hub_are_proposed_as_that_hub_and_unknown_branches_as_new_ones(office, district):
    near = ["清河地区春晖青年汇", "春辉青年汇", "清河青年汇（二层）"]
    sent(office, listed(*near, "新河社区团支部", "东风青年汇"), kind="activities")
    batch, others = ImportBatch.objects.get(), ["新河社区团支部", "东风青年汇"]
    context = office.get(batch.get_absolute_url()).context
    likely = {one.found: one.likely for one in context["spellings"].groups}
    assert likely == dict(zip(near, ["春晖青年汇", "春晖青年汇", "清河青年汇"], strict=True)) | dict.fromkeys(
        others, ""
    )
    assert [count for *_, count in context["registering"]] == [2]
    form = office.get(reverse("import_batch_organisations", args=[batch.pk])).context["form"]
    assert [(row["text"], row["take"].value()) for row in form.rows] == [(others[0], True), (others[1], False)]
    spellings = context["spellings"]
    shown = {name: spellings[name].value() for name in spellings.fields if spellings[name].value()}
    act(office, "spellings", batch, **shown)
    assert (counts(batch), ImportAlias.objects.count()) == ((3, 0, 0, 2), 3)
    commit(office, batch, only_right="yes")
    assert hosts() == [
        (district.here.name, "春晖青年汇"),
        (district.here.name, "春晖青年汇"),
        (district.there.name, "清河青年汇"),
    ]


def test_where_only_a_hub_is_meant_nothing_is_offered_to_be_registered(office):
    sent(office, listed("清河地区春晖青年汇"), kind="activities")
    batch = ImportBatch.objects.get()
    page = office.get(batch.get_absolute_url())
    assert (page.context["registering"], "新建这些团组织" in text(page)) == ([], False)
    assert office.get(reverse("import_batch_organisations", args=[batch.pk])).url == batch.get_absolute_url()


def test_a_row_with_two_hubs_is_wrong(office):
    table = [[*HEADINGS, "青年汇"], ["读书会", "2017-03-01", "读书", "春晖青年汇", 20, "清河青年汇"]]
    table.append(["读书会二", "2017-03-02", "读书", "春晖青年汇", 20, "春晖青年汇"])
    found = take("activities", {"活动": table}, only_right=True)
    assert [(row, column) for _, row, column, *_ in problems(found)] == [(2, "青年汇")]
    assert hosts() == [("柳林社区团支部", "春晖青年汇")]


def test_an_organisation_of_the_same_name_goes_before_the_hub(district):
    Organisation.objects.add_child(
        district.root, instance=Organisation(name="春晖青年汇", category="branch", domain="community")
    )
    take("activities", {"活动": [HEADINGS, ["读书会", "2017-03-01", "读书", "春晖青年汇", 20]]})
    assert hosts() == [("春晖青年汇", None)]


def test_an_activity_stored_at_the_hub_is_the_same_one(district):
    rows = [HEADINGS, ["读书会", "2017-03-01", "读书", "春晖青年汇", 20]]
    take("activities", {"活动": rows})
    again = take("activities", {"活动": rows})
    assert (again.batch.counts.get("s"), Activity.objects.count()) == (1, 1)


def test_an_organisation_is_likelier_than_a_hub_that_fits_as_well(office, district):
    make_hub(district.here, f"{district.here.name[:2]}微米青年汇")
    sent(office, listed(district.here.name[:2], "东风"), kind="activities")
    context = office.get(ImportBatch.objects.get().get_absolute_url()).context
    assert [one.likely for one in context["spellings"].groups] == [district.here.name, ""]
