"""Records for tests, with everything that a test does not care about filled in. Names are invented."""

from datetime import date
from itertools import count

from members.models import Member, Person, Post
from orgs.models import Organisation, Role, Supply, Unit, UnitContact, User

PASSWORD = "correct-horse-battery"
numbers = count(1)


def make_organisation(name=None, parent=None, **fields):
    """An organisation below `parent`, a root without one."""
    fields = {"category": "branch", "domain": "community"} | fields
    organisation = Organisation(name=name or f"春晖社区团支部{next(numbers)}", **fields)
    if parent is None:
        return Organisation.objects.add_root(instance=organisation)
    parent.refresh_from_db()
    return Organisation.objects.add_child(parent, instance=organisation)


def make_user(name="经办人", organisation=None, kind=Role.Kind.STAFF):
    """A user with one role; every user's password is PASSWORD."""
    user = User.objects.create_user(f"user{next(numbers)}", password=PASSWORD, name=name)
    if organisation:
        Role.objects.create(user=user, organisation=organisation, kind=kind)
    return user


def make_person(name="章程", **fields):
    """A person."""
    return Person.objects.create(name=name, **fields)


def make_member(name="章程", branch=None, person=None, **fields):
    """A member on the roll of `branch` since 2017-03-01."""
    fields = {"intake": "developed", "intake_on": date(2017, 3, 1)} | fields
    return Member.objects.create(
        person=person or make_person(name, gender="F", birth_date=date(1998, 5, 4)), branch=branch, **fields
    )


def make_post(name="陆远", organisation=None, person=None, **fields):
    """A secretary's post held since 2016-09."""
    fields = {"title": "书记", "nature": "part_time", "started_on": date(2016, 9, 1)} | fields
    return Post.objects.create(person=person or make_person(name, gender="M"), organisation=organisation, **fields)


def make_unit(name=None, **fields):
    """A two-new organisation in business."""
    fields = {"kind": "enterprise", "status": "normal"} | fields
    return Unit.objects.create(name=name or f"清和科技有限公司{next(numbers)}", **fields)


def make_unit_contact(unit, **fields):
    """A contact with a two-new organisation by phone."""
    return UnitContact.objects.create(unit=unit, **({"held_on": date(2017, 6, 1), "form": "phone"} | fields))


def make_supply(organisation, **fields):
    """A flag issued."""
    fields = {"issued_on": date(2017, 5, 4), "item": Supply.FLAG, "quantity": 1} | fields
    return Supply.objects.create(organisation=organisation, **fields)
