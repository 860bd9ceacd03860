"""One search finds everything that its user may see, person by person, and tells nobody of anything else."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.models import Person
from orgs.accounts.number_searches import LOOKED_UP, LOOKED_UP_NO_MORE, counter_of
from orgs.models import Role
from tests.crawl import lasting
from tests.factories import (
    make_activity,
    make_assisted_youth,
    make_campaign,
    make_grant,
    make_hub,
    make_hub_staff,
    make_link,
    make_member,
    make_organisation,
    make_person,
    make_post,
    make_report,
    make_unit,
    make_user,
    make_volunteer,
    minor_birth_date,
)
from tests.made_once import made_once
from tests.pages import asked, browser_of, two_branches
from tests.viewers import VIEWERS, canaries, district, records, viewers
from yl_district.audit.models import AccessEntry
from yl_district.pages.sealed_searches import SealedSearch

pytestmark = pytest.mark.django_db

MOBILE, NUMBER = "13800138000", "11010519990504002X"
SEARCH = "/search/"
# What is found alone, without the page around it.
AS_FRAGMENT = {"HX-Request": "true"}


@made_once
def place():
    """The district of two branches, with a committee below the root beside them."""
    found = two_branches()
    found.committee = make_organisation("双桥社区团委", found.root, category="committee")
    return found


def answer_to(client, text, **options):
    """The answer to what is typed into the box and sent."""
    return client.post(SEARCH, {"search": text, "sent": "yes"}, **options)


def found(client, text):
    """What is found: the titles by group."""
    answer = answer_to(client, text, headers=AS_FRAGMENT)
    assert answer.status_code == 200
    return {group.label: [hit.title for hit in group.hits] for group in answer.context["groups"]}


def capacities(client, text):
    """The capacities of the only person found, as (kind, note) of each that has a page."""
    answer = answer_to(client, text, headers=AS_FRAGMENT)
    (group,) = [group for group in answer.context["groups"] if group.label == "人员"]
    (person,) = group.hits
    return {(each.label, each.note) for each in person.capacities if each.address}


def a_person_of_all_capacities(place):
    """Somebody who is a member, a cadre, a volunteer, a linked youth and an assisted youth."""
    person = make_person("单伟", mobile=MOBILE, identity_number=NUMBER, other_names="单小伟、Shan Wei")
    make_member(branch=place.here, person=person)
    make_post(organisation=place.here, person=person)
    make_volunteer(make_hub(place.here, "春晖青年汇"), person=person)
    make_link(make_post("陆远", place.there).person, youth=person)
    make_assisted_youth(place.committee, person=person)
    return person


@pytest.mark.in_turn
def test_a_person_is_one_result_by_any_name_or_number_with_all_capacities_that_the_user_sees(place):
    a_person_of_all_capacities(place)
    make_member("韩笑", place.here)
    names = ["单伟", "shanwei", "SW", "单 伟", "单小伟", "shan wei"]
    for typed in [*names, MOBILE, "138 0013 8000", "１３８００１３８０００", NUMBER, NUMBER.lower()]:
        assert found(place.office, typed) == {"人员": ["单伟"]}
    assert capacities(place.office, MOBILE) == {
        ("团员", "柳林社区团支部"),
        ("团干部", "柳林社区团支部 书记"),
        ("志愿者", "春晖青年汇"),
        ("联系青年", "团干部 陆远"),
    }


@pytest.mark.in_turn
def test_who_works_at_a_hub_is_found_by_whoever_keeps_it(place):
    make_hub_staff(make_hub(place.here, "春晖青年汇"), "单伟")
    operators = [browser_of(make_user("方可", one, Role.Kind.HUB_OPERATOR)) for one in (place.here, place.there)]
    assert [found(client, "单伟") for client in operators] == [{"人员": ["单伟"]}, {}]
    assert capacities(operators[0], "单伟") == {("青年汇人员", "春晖青年汇 负责人")}


@pytest.mark.in_turn
def test_the_same_person_is_shown_in_other_capacities_to_others(place):
    person = a_person_of_all_capacities(place)
    keeper = make_user("沈砚", place.committee, Role.Kind.CASEWORKER)
    operator = browser_of(make_user("方可", place.here, Role.Kind.HUB_OPERATOR))
    assert capacities(operator, "单伟") == {("志愿者", "春晖青年汇")}
    assert found(browser_of(keeper), "单伟") == {}
    grant = make_grant(keeper, person)
    assert capacities(browser_of(keeper), "单伟") == {("帮扶对象", "双桥社区团委")}
    grant.end(timezone.localdate())
    assert found(browser_of(keeper), "单伟") == found(browser_of(keeper), MOBILE) == {}


def test_each_other_kind_is_found_by_name_pinyin_and_initials(place):
    hub = make_hub(place.here, "春晖青年汇")
    make_unit("春晖科技有限公司", branch=place.here)
    make_activity(place.here, "春晖健步走", hub=hub)
    make_report(place.here, hub=hub)
    make_campaign("春晖主题教育")
    make_organisation("春晖社区团支部", place.root)
    make_user("春晖", place.root)
    expected = {
        "团组织": ["春晖社区团支部"],
        "两新组织": ["春晖科技有限公司"],
        "青年汇": ["春晖青年汇"],
        "活动": ["春晖健步走（2017-04-08）"],
        "专项": ["春晖主题教育"],
        "总结与报表": ["春晖青年汇2017年工作总结"],
    }
    for typed in ("春晖", "chunhui", "ch"):
        assert found(place.office, typed) == expected
    administrator = browser_of(make_user("周明", place.root, Role.Kind.ADMINISTRATOR))
    assert found(administrator, "春晖") == {"团组织": ["春晖社区团支部"], "账号": ["春晖"]}


def test_a_report_is_found_by_year_kind_and_writer(place):
    make_report(place.here)
    make_report(place.there, "q1", year=2018)
    for typed in ("2017", "2017年度", "柳林 2017", "柳林社区团支部2017年工作总结", "年度工作总结"):
        assert found(place.office, typed) == {"总结与报表": ["柳林社区团支部2017年工作总结"]}


def test_whose_name_or_initials_it_is_comes_first(place):
    for name in ("林小单伟", "单伟强", "沈微", "单伟"):
        make_member(name, place.here)
    assert found(place.office, "单伟")["人员"] == ["单伟", "单伟强", "林小单伟"]
    assert found(place.office, "sw")["人员"] == ["单伟", "沈微", "单伟强"]


@pytest.mark.in_turn
@pytest.mark.cpu(4)
def test_nobody_finds_anything_of_another_committee():
    place = district(markup="")
    clients = viewers(place)
    keeper = place.users["caseworker"]
    records(place, "own", place.users["cadre"], keeper)
    foreign = records(place, "foreign")
    texts = ["秘foreign", foreign["member"].person.identity_number, foreign["member"].person.other_names]
    texts.append(foreign["account"].mobile)
    assert list(found(clients["office"], "秘foreign")) == ["人员", "两新组织", "青年汇", "活动"]
    for viewer in set(VIEWERS) - {"anonymous", "office"}:
        for text in texts:
            answer = answer_to(clients[viewer], text, headers=AS_FRAGMENT)
            told = re.findall(canaries("foreign"), answer.content.decode().replace(text, ""))
            assert (answer.context["groups"], told) == ([], [])


def test_twin_a_search_that_forgets_whom_it_serves_is_noticed(monkeypatch):
    place = district(markup="")
    clients = viewers(place)
    foreign = records(place, "foreign", with_cases=False)
    assert found(clients["staff"], "秘foreign") == {}
    monkeypatch.setattr("orgs.models.UnitQuerySet.visible_to", lambda units, user: units)
    assert found(clients["staff"], "秘foreign") == {"两新组织": [foreign["unit"].name]}


def test_a_case_file_is_told_neither_by_a_result_nor_by_what_is_asked_of_the_database(place):
    make_member("秦朗", place.here)
    user = make_user("沈砚", place.committee, Role.Kind.CASEWORKER)

    def answer_and_cost(client):
        with CaptureQueriesContext(connection) as captured:
            answer = answer_to(client, "白露")
        return lasting(answer), asked(captured)

    clients = [place.office, place.cadre, browser_of(user)]
    list(map(answer_and_cost, clients))
    before = list(map(answer_and_cost, clients))
    for number in range(3):
        make_assisted_youth(place.committee, person=make_person("白露", mobile=f"1360013600{number}"))
    assert list(map(answer_and_cost, clients)) == before


def test_a_minor_is_shown_by_the_first_character_and_a_number_only_masked(place):
    make_member(branch=place.here, person=make_person("白露", mobile=MOBILE, birth_date=minor_birth_date()))
    text = answer_to(place.office, "bl").content.decode()
    assert "白*" in text and "白露" not in text
    assert "138****8000" in text and MOBILE not in text


def test_who_is_known_by_a_sign_in_alone_is_found_by_the_name_and_nothing_else(place):
    person = make_person("顾清", mobile=MOBILE, identity_number=NUMBER, other_names="顾小清")
    make_activity(place.here, "健步走", hub=make_hub(place.here)).sign_ins.create(person=person, capacity="other")
    assert found(place.cadre, "顾清") == {"人员": ["顾清"]}
    assert "138****8000" not in answer_to(place.cadre, "顾清").content.decode()
    for hidden in ("顾小清", MOBILE, NUMBER):
        assert found(place.cadre, hidden) == {}
        assert found(place.office, hidden) == {"人员": ["顾清"]}


@pytest.mark.in_turn
def test_a_number_is_in_no_address_and_no_line_of_the_log_and_no_query(place):
    for at in range(9):
        make_member(branch=place.here, person=make_person(f"单伟{at}", mobile=MOBILE))
    with CaptureQueriesContext(connection) as captured:
        answer = answer_to(place.office, "138 0013 8000")
    assert (answer.status_code, answer.redirect_chain if hasattr(answer, "redirect_chain") else []) == (200, [])
    (group,) = answer.context["groups"]
    assert len(group.hits) == 8
    for _, address in group.lists:
        assert f"{SealedSearch.parameter}=yl1" in address and "8000" not in address
    told = place.office.get(dict(group.lists)["团员"])
    assert told.context["table"].paginator.count == 9
    assert MOBILE not in "".join(query["sql"] for query in captured)
    lines = [f"{line.subject}{line.detail}" for line in AccessEntry.objects.filter(action="search")]
    assert lines == [LOOKED_UP]
    assert all("8000" not in f"{line.subject}{line.detail}" for line in AccessEntry.objects.all())


def test_words_lead_to_the_lists_that_show_all_of_them(place):
    for at in range(9):
        make_member(f"单伟{at}", place.here, left_on=timezone.localdate(), status="resigned")
        make_unit(f"春晖科技{at}", branch=place.here)
    (people,) = answer_to(place.office, "单伟").context["groups"]
    assert place.office.get(dict(people.lists)["团员"]).context["table"].paginator.count == 9
    assert "青年汇人员" not in dict(people.lists)
    (units,) = answer_to(place.office, "春晖").context["groups"]
    assert len(units.hits) == 5
    assert [label for label, _ in units.lists] == ["两新组织"]
    assert place.office.get(units.lists[0][1]).context["table"].paginator.count == 9


@pytest.mark.both
def test_so_many_numbers_are_searched_for_within_an_hour_and_words_beyond(place, settings):
    settings.NUMBER_SEARCHES_PER_HOUR = 2
    make_member(branch=place.here, person=make_person("单伟", mobile=MOBILE))
    for _ in range(2):
        assert found(place.office, MOBILE) == {"人员": ["单伟"]}
    for _ in range(2):
        answer = answer_to(place.office, NUMBER)
        assert (answer.status_code, answer.context["groups"]) == (429, [])
        assert 3500 < int(answer["Retry-After"]) <= 3600
        assert re.search(r"次数已用完，请在 \d\d:\d\d 之后再试。按姓名", answer.content.decode())
    lines = AccessEntry.objects.filter(action="search").order_by("number").values_list("user_id", "detail")
    assert list(lines) == [(place.staff.pk, each) for each in (LOOKED_UP, LOOKED_UP, LOOKED_UP_NO_MORE)]
    assert found(place.office, "单伟") == {"人员": ["单伟"]}
    assert found(place.cadre, MOBILE) == {"人员": ["单伟"]}
    counter_of(place.staff).update(attempt_time=timezone.now() - timedelta(hours=1))
    assert found(place.office, MOBILE) == {"人员": ["单伟"]}


@pytest.mark.full
def test_twin_without_the_counter_all_numbers_are_searched_for(place, settings, monkeypatch):
    settings.NUMBER_SEARCHES_PER_HOUR = 2
    monkeypatch.setattr("reports.search.views.use_number_search", lambda request: None)
    assert {answer_to(place.office, MOBILE).status_code for _ in range(5)} == {200}


def test_a_case_file_that_is_found_is_in_the_log(place):
    keeper = make_user("沈砚", place.committee, Role.Kind.CASEWORKER)
    youth = make_assisted_youth(place.committee, "白露")
    make_grant(keeper, youth.person)
    client = browser_of(keeper)
    found(client, "韩笑")
    assert not AccessEntry.objects.filter(action="case_view").exists()
    found(client, "白露")
    (line,) = AccessEntry.objects.filter(action="case_view")
    assert (line.subject, line.user_id) == ("search", keeper.pk)


def test_words_are_answered_while_they_are_typed_and_digits_wait_for_enter(place):
    make_member(branch=place.here, person=make_person("单伟", mobile=MOBILE))
    typing = {"headers": AS_FRAGMENT}
    answer = place.office.post(SEARCH, {"search": "dw"}, **typing)
    assert "单伟" in answer.content.decode() and "<html" not in answer.content.decode()
    for text in (MOBILE, "1", "单伟 1", "单伟１"):
        answer = place.office.post(SEARCH, {"search": text}, **typing)
        assert "按回车搜索" in answer.content.decode() and "search-title" not in answer.content.decode()
    assert not AccessEntry.objects.filter(action="search").exists()
    answer = place.office.post(SEARCH, {"search": MOBILE, "sent": "yes"}, **typing)
    assert "单伟" in answer.content.decode()
    box = place.office.get(SEARCH, **typing).content.decode()
    assert 'name="search"' in box and "<html" not in box


@pytest.mark.in_turn
def test_odd_texts_and_what_nobody_is_called_are_answered_in_words(place):
    make_member("单伟", place.here)
    said = {
        "单" * 61: "搜索的内容最多 60 个字，请缩短后再试。",
        "单\0伟": "含有不可见的控制字符，请删去后重新输入。",
        "%_\\'\"": "没有找到",
        "没有这个人": "没有找到“没有这个人”。",
        "13900139000": "没有找到“13900139000”。",
        "<b>": "没有找到“&lt;b&gt;”。",
    }
    for typed, words in said.items():
        answer = answer_to(place.office, typed)
        assert (answer.status_code, answer.context["groups"]) == (200, [])
        assert words in answer.content.decode()


def test_the_form_needs_its_token_and_a_user(place):
    client = Client(enforce_csrf_checks=True)
    client.force_login(place.staff)
    assert answer_to(client, "单伟").status_code == 403
    assert answer_to(Client(), "单伟").url.startswith(reverse("login"))
    assert place.office.get(SEARCH, {"search": "单伟"}).context["text"] == ""


@pytest.mark.in_turn
def test_the_queries_do_not_grow_with_what_is_there_or_found(place):
    def cost(number):
        for at in range(number):
            person = make_person(f"春晖{at}")
            make_member(branch=place.here, person=person)
            make_volunteer(make_hub(place.here, f"春晖汇{at}{number}"), person=person)
            make_link(make_post(f"春晖干{at}", place.there).person, youth=person)
            make_unit(f"春晖科技{at}{number}", branch=place.here)
            make_activity(place.here, f"春晖走{at}{number}")
        make_report(place.here, year=2000 + number)
        with CaptureQueriesContext(connection) as captured:
            found(place.office, "ch")
        return asked(captured)

    cost(1)
    assert cost(2) == cost(7)


def recent(client):
    """What stands below the box while it is empty."""
    return [hit.title for hit in client.get(SEARCH).context["recent"]]


def test_what_was_opened_lately_stands_below_the_empty_box_as_long_as_it_is_visible(place):
    member = make_member("单伟", place.here)
    unit, hub = make_unit("春晖科技", branch=place.here), make_hub(place.here, "春晖青年汇")
    assert recent(place.cadre) == []
    for record in (member, unit, hub, member.person, unit):
        page = f"{record._meta.model_name}_detail"
        assert place.cadre.get(reverse(page, args=[record.pk])).status_code == 200
    assert place.cadre.get(reverse("unit_detail", args=[987_654])).status_code == 404
    assert recent(place.cadre) == ["春晖科技", "单伟", "春晖青年汇", "单伟"]
    assert recent(place.office) == []
    assert answer_to(place.cadre, "没有").context.get("recent") is None
    unit.branch = place.there
    unit.save()
    member.delete()
    assert recent(place.cadre) == ["春晖青年汇"]
    Role.objects.filter(user=place.branch_cadre).delete()
    assert recent(browser_of(place.branch_cadre)) == []


def test_case_files_and_who_is_known_by_one_alone_are_not_kept_among_them(place):
    keeper = make_user("沈砚", place.committee, Role.Kind.CASEWORKER)
    youth = make_assisted_youth(place.committee, "白露")
    make_grant(keeper, youth.person)
    client = browser_of(keeper)
    for record in (youth, youth.person):
        assert client.get(record.get_absolute_url()).status_code == 200
    assert Person.objects.visible_to(keeper).get() == youth.person
    assert recent(client) == [] and "recent" not in client.session


def test_a_page_opened_again_writes_no_session(place):
    address = make_member("单伟", place.here).get_absolute_url()
    place.office.get(address)
    with CaptureQueriesContext(connection) as captured:
        place.office.get(address)
    assert not [query for query in captured if "UPDATE" in query["sql"] and "django_session" in query["sql"]]
