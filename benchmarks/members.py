"""Generates a district of invented members, large enough to be measured."""

import random
from datetime import date, timedelta

from members.codes import Education, Ethnicity, PoliticalStatus
from members.models import Member, Person
from orgs.models import Organisation

BRANCHES = 200
BATCH = 2000
FAMILIES = "章陆顾秦白韩林沈褚卫蒋尤许何吕施孔曹严金魏陶姜戚谢邹喻柏窦云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐"
GIVEN = "一知秋远清朗露笑伟文博思雨子涵欣怡浩然梓轩佳宁晨曦雅静志明海燕"
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def identity_number(number, born):
    """Returns an identity number with a valid check digit."""
    body = f"11010{5 + number // 1000 % 4}{born:%Y%m%d}{number % 1000:03}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def make_district():
    """Creates a root with branches below it; returns the branches."""
    root = Organisation.objects.add_root(
        instance=Organisation(name="清河地区团工委", category="working_committee", domain="office")
    )
    return make_branches(root)


def make_branches(parent):
    """Creates branches below an organisation; returns all branches."""
    for number in range(BRANCHES):
        parent.refresh_from_db()
        name = f"春晖第{number + 1}社区团支部"
        Organisation.objects.add_child(parent, instance=Organisation(name=name, category="branch", domain="community"))
    return list(Organisation.objects.filter(category="branch"))


def make_members(count, branches=None):
    """Creates `count` members with every column filled; one in seven is a minor."""
    chance, branches = random.Random(7), branches or make_district()
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        people = Person.objects.bulk_create([a_person(chance, number) for number in numbers])
        Member.objects.bulk_create(
            a_member(chance, number, person, branches[number % BRANCHES])
            for number, person in zip(numbers, people, strict=True)
        )


def a_person(chance, number):
    """Returns an invented person, unsaved."""
    # One birth date per four thousand numbers, so that no two people share an identity number.
    born = date(1990, 1, 1) + timedelta(days=number // 4000 * 7 + (8000 if number % 7 == 0 else 0))
    return Person(
        name=chance.choice(FAMILIES) + "".join(chance.choices(GIVEN, k=2)),
        gender=chance.choice("FM"),
        birth_date=born,
        identity_number=identity_number(number % 4000, born),
        mobile=f"1{chance.randrange(3 * 10**9, 10**10 - 1):010}",
    )


def a_member(chance, number, person, branch):
    """Returns an unsaved membership with every column filled."""
    return Member(
        person=person,
        branch=branch,
        ethnicity=chance.choice(Ethnicity)[0],
        political_status=chance.choice(PoliticalStatus.values),
        education=chance.choice(Education.values),
        joined_league_on=date(2016, 1 + number % 12, 1),
        wechat=f"wx{number:06}",
        employer=f"清和科技有限公司第{number % 97}分公司",
        in_school=number % 3 == 0,
        development_no=f"2016{number:08}",
        volunteer_no=f"V{number:09}",
        intake=chance.choice(Member.Intake.values),
        intake_on=date(2017, 1 + number % 12, 1 + number % 28),
        status=Member.Status.NORMAL,
        remark=f"第{number}号，社区登记，核对无误",
    )
