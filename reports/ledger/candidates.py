"""What distinguishes registered records that rows of an import may mean, as far as the user may see them."""

from activities.models import Activity
from members.forms import told_of, with_capacities
from members.models import Person
from orgs.models import Organisation, Unit


def describe_candidates(user, wanted):
    """Returns {(label, key): (words, address)} of the records that the user sees, with masked numbers."""
    found = {}
    for model, words_of in DESCRIBED.items():
        keys = [key for label, key in wanted if label == model._meta.label]
        rows = model.objects.visible_to(user).filter(pk__in=keys) if keys else ()
        described = words_of(user, rows) if keys else ()
        found |= {(model._meta.label, one.pk): (words, one.get_absolute_url()) for one, words in described}
    return found


def people_told(user, rows):
    """Yields (person, words)."""
    kept = set(rows.kept_by(user).values_list("pk", flat=True))
    for person in with_capacities(rows, user):
        yield person, told_of(person, person.pk in kept)


def units_told(user, rows):
    """Yields (unit, words)."""
    for unit in rows.select_related("branch"):
        yield unit, in_one_line(unit.name, unit.credit_code, unit.get_kind_display(), unit.branch, unit.address)


def organisations_told(user, rows):
    """Yields (organisation, words)."""
    for one in rows:
        yield one, in_one_line(one.name, one.get_category_display(), one.get_domain_display(), one.address)


def activities_told(user, rows):
    """Yields (activity, words)."""
    for one in rows.select_related("host", "hub"):
        times = "" if one.attendance is None else f"{one.attendance} 人次"
        yield one, in_one_line(one.name, one.held_on, one.host, one.hub, one.venue, times)


def in_one_line(*facts):
    """What is known of several facts, in one line."""
    return "，".join(str(fact) for fact in facts if fact)


DESCRIBED = {Person: people_told, Unit: units_told, Organisation: organisations_told, Activity: activities_told}
