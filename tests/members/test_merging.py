"""Two records of one human being become one: everything moves, and nothing is there twice."""

import json
from datetime import date
from io import BytesIO

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError

from activities.actions import add_sign_in
from assistance.models import AssistedYouth, Pairing
from members.journal import plain_values
from members.merge_actions import merge_people, take_back_merge
from members.merging import relations_to
from members.models import Member, Namesakes, Person, PersonMerge, SchoolSpan, Volunteer
from outreach.models import Credit, Link
from reports.models import PlatformEntry
from tests.evidence import PDF
from tests.factories import (
    make_activity,
    make_assistance,
    make_assisted_youth,
    make_attachment,
    make_campaign,
    make_contact,
    make_grant,
    make_hub,
    make_hub_staff,
    make_liaison,
    make_link,
    make_member,
    make_person,
    make_post,
    make_proof,
    make_scholarship,
    make_volunteer,
)
from tests.made_once import made_once
from tests.members.merged_records import everything, request_of
from tests.pages import two_branches
from yl_district.attachments.models import Attachment
from yl_district.audit.models import AccessEntry
from yl_district.importing.models import ImportBatch
from yl_district.sheets.models import AwaitedCell

pytestmark = pytest.mark.django_db


@made_once
def place():
    found = two_branches()
    found.kept, found.lost = make_person("章程"), make_person("章程", mobile="13800138000")
    found.request = request_of(found.staff)
    return found


def merged(place, **options):
    """The merge of the place's two people, by the values of the one that stays."""
    return merge_people(place.kept, place.lost, request=place.request, **{"reason": "重复登记", "values": {}} | options)


def taken_back(place, merge):
    return take_back_merge(merge, request=place.request, reason="并错了")


def one_of_each(place, person):
    """A record by every relation to a person, by the relation's name."""
    cadre = make_post("陆远", place.there).person
    youth = make_link(person, "秦朗", started_on=date(2017, 1, 10))
    return {
        "memberships": make_member(branch=place.here, person=person),
        "posts": make_post(organisation=place.here, person=person),
        "liaisons": make_liaison(place.there, person),
        "volunteering": make_volunteer(make_hub(place.here), person=person),
        "hub_staffing": make_hub_staff(make_hub(place.here), person=person),
        "sign_ins": add_sign_in(make_activity(place.here), person, "other"),
        "campaign_proofs": make_proof(make_campaign(), person),
        "case_grants": make_grant(place.staff, person, decided_by=place.branch_cadre),
        "assistance_cases": make_assisted_youth(place.here, person=person),
        "scholarships": make_scholarship(student=person),
        "links_as_cadre": youth,
        "links_as_youth": make_link(cadre, youth=person),
        "contacts_as_cadre": make_contact(person, [youth]),
        "credits": Credit.objects.create(activity=make_activity(place.here), cadre=person, form="theme"),
        "platform_entries": PlatformEntry.objects.create(
            platform="志愿北京", subject="member", person=person, entered_on=date(2017, 5, 1)
        ),
        "platform_entries_as_youth": PlatformEntry.objects.create(
            platform="志愿北京", subject="assisted_youth", youth=person, entered_on=date(2017, 5, 1)
        ),
        "namesakes_as_first": Namesakes.objects.create(
            first=person, second=make_person("章程"), declared_by=place.staff
        ),
        "namesakes_as_second": Namesakes.objects.create(
            first=make_person("章程"), second=person, declared_by=place.staff
        ),
        "merges": PersonMerge.objects.create(
            kept=person, lost_key=1, lost_name="章程", merged_by=place.staff, reason="重复", journal="{}"
        ),
    }


@pytest.mark.both
@pytest.mark.cpu(6)
def test_whatever_hangs_on_a_person_moves_and_comes_back(place):
    """A new relation to people fails here until it is among those of `one_of_each`."""
    rows = one_of_each(place, place.lost)
    relations = {relation.name: relation for relation in Person._meta.related_objects}
    assert rows.keys() == {name for name, one in relations.items()} == {one.name for one in relations_to(Person)}
    before = everything()
    merge = merged(place)
    assert not Person.objects.filter(pk=place.lost.pk).exists()
    assert {
        name: list(relation.related_model._base_manager.filter(**{relation.field.name: place.kept}))
        for name, relation in relations.items()
    } == {name: [row] if name != "merges" else [merge, row] for name, row in rows.items()}
    taken_back(place, merge)
    assert everything() == before
    assert rows["merges"].kept_id == place.lost.pk


def twice(place):
    """Records of either person that mean the same, as (the kept person's, the other's) by name."""
    cadre, hub, activity = make_post("陆远", place.there).person, make_hub(place.here), make_activity(place.here)
    entry = {"platform": "志愿北京", "subject": "member", "entered_on": date(2017, 5, 1)}
    people, rows = (place.kept, place.lost), {}
    rows["member"] = [make_member(branch=place.here, person=one) for one in people]
    rows["post"] = [make_post(organisation=place.here, person=one) for one in people]
    rows["volunteer"] = [make_volunteer(hub, person=one) for one in people]
    rows["staff"] = [make_hub_staff(hub, person=one, started_on=date(2016 + one.pk % 2, 1, 1)) for one in people]
    rows["sign_in"] = [add_sign_in(activity, one, "other") for one in people]
    campaign = make_campaign()
    rows["proof"] = [make_proof(campaign, one) for one in people]
    rows["youth"] = [make_assisted_youth(place.here, person=one, needs=f"需求{one.pk}") for one in people]
    rows["scholarship"] = [make_scholarship(student=one) for one in people]
    rows["link"] = [make_link(cadre, youth=one, started_on=date(2016 + one.pk % 2, 1, 1)) for one in people]
    rows["entry"] = [PlatformEntry.objects.create(person=one, **entry) for one in people]
    for number, member in enumerate(rows["member"]):
        SchoolSpan.objects.create(member=member, started_on=date(2014 + number, 9, 1), ended_on=date(2016, 7, 1))
    place.contact = make_contact(cadre, rows["link"])
    place.assistance = make_assistance(rows["youth"])
    place.assistance.volunteers.set(rows["volunteer"])
    for youth in rows["youth"]:
        Pairing.objects.create(youth=youth, volunteer=rows["volunteer"][0], started_on=date(2017, 1, 5))
        youth.plans.create(year=2017, goals=f"目标{youth.pk}")
    place.activity = activity
    return rows


@pytest.mark.in_turn
@pytest.mark.cpu(6)
def test_what_both_have_is_there_once_and_comes_back_twice(place):
    rows = twice(place)
    before = everything()
    merge = merged(place)
    for name, (first, second) in rows.items():
        left = type(first)._base_manager.filter(pk__in=[first.pk, second.pk])
        assert (name, len(left)) == (name, 1)
    youth, link = AssistedYouth.objects.get(), Link.objects.get(youth=place.kept)
    assert set(youth.needs.split("；")) == {f"需求{one.pk}" for one in (place.kept, place.lost)}
    assert (youth.plans.count(), youth.pairings.count(), place.assistance.youths.count()) == (1, 1, 1)
    assert (place.assistance.volunteers.count(), list(place.contact.links.all())) == (1, [link])
    assert link.started_on == date(2016, 1, 1)
    span = Member.objects.get().school_spans.get()
    assert (span.started_on, span.ended_on) == (date(2014, 9, 1), date(2016, 7, 1))
    place.activity.refresh_from_db()
    assert (place.activity.sign_in_count, place.activity.attendance) == (1, 1)
    taken_back(place, merge)
    assert everything() == before


def test_the_fuller_record_goes_before_and_is_completed(place):
    make_member(branch=place.here, person=place.kept, employer="春晖小学", remark="党校学员")
    other = make_member(branch=place.here, person=place.lost, employer="春晖中学", education="bachelor", wechat="zc")
    merged(place)
    member = Member.objects.get()
    assert (member.pk, member.employer, member.remark, member.person) == (other.pk, "春晖中学", "党校学员", place.kept)


def test_somebody_can_choose_which_goes_before(place):
    kept = make_member(branch=place.here, person=place.kept, employer="春晖小学", listed_on=date(2016, 1, 1))
    other = make_member(branch=place.here, person=place.lost, employer="春晖中学", education="bachelor", wechat="zc")
    merged(place, bases={("members.Member", kept.pk, other.pk): kept.pk})
    member = Member.objects.get()
    assert (member.pk, member.employer, member.wechat, member.roll_begin) == (
        kept.pk,
        "春晖小学",
        "zc",
        kept.roll_begin,
    )


def test_a_member_in_two_branches_at_a_time_is_refused_in_words_until_one_is_dropped(place):
    make_member(branch=place.here, person=place.kept)
    wrong = make_member(branch=place.there, person=place.lost)
    before = everything()
    with pytest.raises(ValidationError, match="柳林社区团支部，2017-03-01 至 今；槐荫社区团支部，2017-03-01 至 今"):
        merged(place)
    assert everything() == before
    merge = merged(place, dropped={("members.Member", wrong.pk)})
    assert Member.objects.get().branch == place.here
    taken_back(place, merge)
    assert everything() == before


def test_memberships_that_follow_each_other_both_stay(place):
    make_member(branch=place.here, person=place.kept, left_on=date(2018, 1, 1), status="transferred_out")
    make_member(branch=place.there, person=place.lost, intake_on=date(2018, 1, 1))
    merged(place)
    assert Member.objects.filter(person=place.kept).count() == 2


def test_two_teams_at_a_time_are_refused(place):
    make_volunteer(make_hub(place.here, "春晖青年汇"), person=place.kept)
    wrong = make_volunteer(make_hub(place.there, "望湖青年汇"), person=place.lost)
    with pytest.raises(ValidationError, match="春晖青年汇，最初 至 今；望湖青年汇，最初 至 今"):
        merged(place)
    merged(place, dropped={("youthhubs.TeamMember", wrong.team.pk)})
    assert [one.hub.name for one in Volunteer.objects.get().places.all()] == ["春晖青年汇"]


def test_a_link_to_oneself_goes_and_comes_back(place):
    make_post(organisation=place.here, person=place.kept)
    link = make_link(place.kept, youth=place.lost)
    make_contact(place.kept, [link])
    before = everything()
    merge = merged(place)
    assert Link.objects.count() == 0
    taken_back(place, merge)
    assert everything() == before


def test_of_two_volunteers_of_one_youth_the_first_ends(place):
    for person, day in ((place.kept, 5), (place.lost, 9)):
        youth = make_assisted_youth(place.here, person=person)
        Pairing.objects.create(youth=youth, volunteer=make_volunteer(), started_on=date(2017, 1, day))
    before = everything()
    merge = merged(place)
    spans = Pairing.objects.order_by("started_on").values_list("started_on", "ended_on")
    assert list(spans) == [(date(2017, 1, 5), date(2017, 1, 9)), (date(2017, 1, 9), None)]
    taken_back(place, merge)
    assert everything() == before


def test_the_same_file_on_both_is_there_once_and_comes_back_whole(place):
    attached = [make_attachment(make_scholarship(student=one), place.staff) for one in (place.kept, place.lost)]
    before = everything()
    merge = merged(place)
    assert Attachment.objects.count() == 1
    taken_back(place, merge)
    assert everything() == before
    for one in Attachment.objects.all():
        content = BytesIO()
        one.write_to(content)
        assert content.getvalue() == PDF
    assert {one.pk for one in attached} == set(Attachment.objects.values_list("pk", flat=True))


def test_what_waits_to_be_completed_goes_with_its_record(place):
    batch = ImportBatch.objects.create(kind="members", file_name="名册.xlsx")
    members = [make_member(branch=place.here, person=one) for one in (place.kept, place.lost)]
    for record in (place.lost, members[0]):
        AwaitedCell.objects.create(
            batch=batch, content_type=ContentType.objects.get_for_model(record), object_id=record.pk, heading="备注"
        )
    before = plain_texts(AwaitedCell)
    merge = merged(place)
    records = [cell.content_type.get_object_for_this_type(pk=cell.object_id) for cell in AwaitedCell.objects.all()]
    assert records == [place.kept, Member.objects.get()]
    taken_back(place, merge)
    assert plain_texts(AwaitedCell) == before


def plain_texts(model):
    """What is stored of every row of a model."""
    return [plain_values(row) for row in model.objects.all()]


def test_values_are_those_chosen_and_come_back(place):
    Person.objects.filter(pk=place.lost.pk).update(user=place.branch_cadre)
    merge = merged(place, values={"mobile": "13900139000", "user_id": place.branch_cadre.pk, "gender": "F"})
    place.kept.refresh_from_db()
    assert (place.kept.mobile, place.kept.user, place.kept.gender) == ("13900139000", place.branch_cadre, "F")
    taken_back(place, merge)
    place.kept.refresh_from_db()
    lost = Person.objects.get(pk=place.lost.pk)
    assert (place.kept.mobile, place.kept.user, place.kept.gender) == ("", None, "")
    assert (lost.mobile, lost.user) == ("13800138000", place.branch_cadre)


def test_an_account_that_is_unbound_is_in_the_access_log(place):
    Person.objects.filter(pk=place.lost.pk).update(user=place.branch_cadre)
    merged(place)
    assert AccessEntry.objects.get().subject == f"members.person:{place.kept.pk}"


def test_what_contradicts_itself_is_refused_with_its_field(place):
    values = {"identity_number": "110105199805041236", "birth_date": date(1990, 1, 1)}
    with pytest.raises(ValidationError) as refusal:
        merged(place, values=values)
    assert set(refusal.value.error_dict) <= {"birth_date", "identity_number", "gender"}


def test_after_others_have_gone_on_working_the_rest_is_taken_back_and_what_stays_is_named(place):
    link = make_link(make_post("陆远", place.there).person, youth=place.lost)
    member = make_member(branch=place.here, person=place.lost, employer="春晖小学")
    merge = merged(place, values={"mobile": "13800138000", "gender": "F"})
    place.kept.refresh_from_db()
    place.kept.mobile = "13900139000"
    place.kept.save()
    later = make_post(organisation=place.there, person=place.kept)
    Member.objects.filter(pk=member.pk).update(employer="春晖中学")
    taken_back(place, merge)
    place.kept.refresh_from_db()
    assert (place.kept.mobile, place.kept.gender) == ("13900139000", "")
    for row in (link, member, later):
        row.refresh_from_db()
    assert (link.youth_id, member.person_id, later.person_id) == (place.lost.pk, place.lost.pk, place.kept.pk)
    assert member.employer == "春晖中学"
    merge.refresh_from_db()
    done = json.loads(merge.journal)
    assert done["left"] == [["members.Person", place.kept.pk, ["mobile"]]]
    assert {name: keys for name, keys in done["stayed"].items() if keys} == {"posts": [later.pk]}


def test_a_number_that_somebody_else_has_by_now_does_not_come_back(place):
    number = "110105199805041236"
    place.lost.identity_number = number
    place.lost.save()
    merge = merged(place)
    other = make_person("于飞", identity_number=number)
    taken_back(place, merge)
    lost = Person.objects.get(pk=place.lost.pk)
    assert (lost.identity_number, lost.mobile, other.identity_number) == (None, "13800138000", number)
    assert json.loads(PersonMerge.objects.get().journal)["left"] == [
        ["members.Person", place.lost.pk, ["identity_number"]]
    ]


def test_merges_are_taken_back_once_and_the_later_one_first(place):
    third = make_person("章程")
    first = merged(place)
    second = merge_people(third, place.kept, request=place.request, reason="重复登记", values={})
    with pytest.raises(ValidationError, match="请先撤销后来的合并"):
        taken_back(place, first)
    taken_back(place, second)
    taken_back(place, first)
    with pytest.raises(ValidationError, match="这次合并已撤销"):
        taken_back(place, first)
    assert set(Person.objects.all()) >= {third, place.kept, place.lost}


def test_both_ways_are_in_the_history_with_their_reasons(place):
    member = make_member(branch=place.here, person=place.lost)
    taken_back(place, merged(place))
    reasons = list(member.history.order_by("history_id").values_list("history_change_reason", flat=True))
    assert reasons == [None, "重复登记", "并错了"]
