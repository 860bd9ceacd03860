"""Two records of one human being become one, with all that hangs on either."""

from functools import cache

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from yl_district.days import is_announced
from yl_district.fields import FirstDateField
from yl_district.periods import have_a_day_in_common
from yl_district.record_options import options_of

from .journal import Journal, stored_fields


def relations_to(model):
    """The foreign keys and many-to-many fields by which rows hang on those of a model, without histories."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.related_model._meta.auto_created:
            continue
        if relation.many_to_many or relation.on_delete is not models.DO_NOTHING:
            yield relation


@cache
def models_kept_with_records():
    """The models whose rows are kept with records of any kind, such as attachments, without histories."""
    return [
        model
        for model in apps.get_models()
        if {"content_type", "object_id"} <= {field.name for field in model._meta.fields}
        and not hasattr(model, "instance_type")
    ]


def kept_with(record):
    """Such rows of one record, in the order of their keys."""
    kind = ContentType.objects.get_for_model(record)
    for model in models_kept_with_records():
        yield from model._base_manager.filter(content_type=kind, object_id=record.pk).order_by("pk")


def hanging_on(row, relation):
    """The rows that hang on one by a relation, in the order of their keys."""
    return list(relation.related_model._base_manager.filter(**{relation.field.name: row.pk}).order_by("pk"))


class Merger:
    """Merges records of one human being.

    `bases` says by (model's label, key, key) which of two rows goes before the other, as far as somebody has chosen.
    """

    def __init__(self, bases=()):
        self.bases, self.journal = dict(bases), Journal()

    def end_what_was_given(self, kept, lost):
        """Ends what was given for one of the two and must not hold for both, such as leave to open a file."""
        for relation in relations_to(type(kept)):
            if path := options_of(relation.related_model).ended_by_merging:
                for row in import_string(path)(kept, lost):
                    self.journal.write(row)

    def absorb(self, kept, lost):
        """Has all that hangs on `lost` hang on `kept`."""
        for relation in relations_to(type(lost)):
            for row in hanging_on(lost, relation):
                if relation.many_to_many:
                    self.journal.relink(row, relation.field.name, lost, kept)
                else:
                    self.hand_over(row, relation.field, kept)
        for row in list(kept_with(lost)):
            self.keep_with(row, kept)

    def hand_over(self, row, field, owner):
        """Has a row hang on another owner, where there may be one that means the same."""
        former = getattr(row, field.attname)
        setattr(row, field.attname, owner.pk)
        if hangs_on_itself(row, field):
            setattr(row, field.attname, former)
            self.drop(row)
        elif other := double_of(row, field):
            self.unite(other, row)
        else:
            self.journal.write(row)

    def unite(self, stored, row):
        """Makes one of two rows that mean the same; `row` has its owner, but is not stored with it yet."""
        first, second = self.in_order(stored, row)
        if stand_side_by_side(stored, row):
            self.end_first(stored, row)
            return
        self.absorb(first, second)
        filled = filled_from(first, second)
        self.journal.delete(second)
        for name, value in filled.items():
            setattr(first, name, value)
        self.journal.write(first)

    def in_order(self, stored, row):
        """The two rows, the one that goes before the other first."""
        chosen = self.bases.get((row._meta.label, *sorted([stored.pk, row.pk])))
        if chosen:
            return (stored, row) if chosen == stored.pk else (row, stored)
        return sorted([stored, row], key=weight, reverse=True)

    def end_first(self, stored, row):
        """Ends the one of two rows that began first where the other begins, since only one of them can stand."""
        merging = options_of(type(row)).merging
        first, second = sorted([stored, row], key=lambda one: (str(getattr(one, merging.begin) or ""), one.pk))
        begun, day = getattr(first, merging.begin), getattr(second, merging.begin)
        setattr(first, merging.end, day if day and day != begun else timezone.localdate())
        for one in (first, second):
            self.journal.write(one)

    def keep_with(self, row, record):
        """Has a file or the like kept with another record, unless the same is already."""
        former, row.object_id = row.object_id, record.pk
        others = type(row)._base_manager.exclude(pk=row.pk)
        if any(violated(row, others, rule) for rule in unique_rules(type(row)) if "object_id" in rule.fields):
            row.object_id = former
            self.drop(row)
        else:
            self.journal.write(row)

    def drop_once(self, row):
        """Deletes a row that may be among several pairs, unless it is gone."""
        if type(row)._base_manager.filter(pk=row.pk).exists():
            self.drop(row)

    def drop(self, row):
        """Deletes a row with all that hangs on it."""
        for relation in relations_to(type(row)):
            for each in hanging_on(row, relation):
                if relation.many_to_many:
                    self.journal.relink(each, relation.field.name, row)
                else:
                    self.drop(each)
        for each in list(kept_with(row)):
            self.drop(each)
        self.journal.delete(row)


def weight(row):
    """By which of two rows that mean the same one goes before the other: what is preferred, the fuller, the newer."""
    merging = options_of(type(row)).merging
    name, value = (merging and merging.prefers) or (None, None)
    filled = sum(getattr(row, field.attname) not in (None, "") for field in stored_fields(type(row)))
    return (bool(name) and getattr(row, name) == value, filled, row.pk)


def filled_from(first, second):
    """{column: value} by which the first row is completed from the second."""
    merging, found = options_of(type(first)).merging, {}
    begin, end = (merging.begin, merging.end) if merging else ("", "")
    together = merging.together if merging else ()
    is_apart = together and getattr(first, together[0]) is not None
    for field in stored_fields(type(first)):
        name, own, other = field.attname, getattr(first, field.attname), getattr(second, field.attname)
        if field.primary_key or other in (None, "") or is_end(field, end) or (is_apart and name in together):
            continue
        if own in (None, ""):
            found[name] = other
        elif isinstance(field, models.TextField) and str(other) not in str(own):
            found[name] = f"{own}；{other}"
    if merging and merging.spans_both and begin:
        found[begin] = first_day(getattr(first, begin), getattr(second, begin))
        found[end] = last_day(getattr(first, end), getattr(second, end))
    elif begin:
        dates = first._meta.get_field(begin)
        is_begun = getattr(first, begin) is not None
        for name in dates.sources if isinstance(dates, FirstDateField) and is_begun else ():
            found.pop(name, None)
    return found


def is_end(field, end):
    """Whether a field is the day on which a record ends, which an empty one leaves open on purpose."""
    return field.name == end or is_announced(field)


def first_day(one, other):
    """The earlier of two first days, None for always."""
    return None if one is None or other is None else min(one, other)


def last_day(one, other):
    """The later of two last days, None for none."""
    return None if one is None or other is None else max(one, other)


def hangs_on_itself(row, field):
    """Whether the row would say something between somebody and the same person."""
    others = [one for one in row._meta.concrete_fields if one.related_model is field.related_model and one != field]
    return any(getattr(row, one.attname) == getattr(row, field.attname) for one in others)


def double_of(row, field):
    """The row that means the same as this one, handed over by `field` but not stored; None without one."""
    model, merging = type(row), options_of(type(row)).merging
    others = model._base_manager.filter(**{field.attname: getattr(row, field.attname)}).exclude(pk=row.pk)
    if field.unique:
        return others.first()
    alike = others.filter(**told_apart_by(row)) if merging else ()
    if found := next((one for one in alike if means_the_same(row, one)), None):
        return found
    found = (violated(row, others, one) for one in unique_rules(model) if field.name in one.fields)
    return next(filter(None, found), None)


def unique_rules(model):
    """The constraints by which no two rows of a model are alike."""
    return [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]


def told_apart_by(row):
    """{column: value} of what tells apart two rows of one owner that overlap."""
    columns = [type(row)._meta.get_field(name).attname for name in options_of(type(row)).merging.alike]
    return {column: getattr(row, column) for column in columns}


def means_the_same(row, other):
    """Whether two rows of one owner agree in what tells them apart, and overlap."""
    return told_apart_by(row) == told_apart_by(other) and overlap(row, other)


def overlap(row, other):
    """Whether two rows have a day in common; always, where they have no days."""
    merging = options_of(type(row)).merging
    return not merging.begin or have_a_day_in_common(row, other, merging.begin, merging.end)


def violated(row, others, constraint):
    """The first of the other rows beside which the constraint does not take this one; None without one."""
    columns = [type(row)._meta.get_field(name).attname for name in constraint.fields]
    alike = others.filter(**{column: getattr(row, column) for column in columns})
    if constraint.condition is None:
        return alike.first()
    is_meant = type(row)._base_manager.filter(constraint.condition, pk=row.pk).exists()
    return alike.filter(constraint.condition).first() if is_meant else None


def stand_side_by_side(row, other):
    """Whether neither of two rows has ended, though they do not mean the same."""
    merging = options_of(type(row)).merging
    is_open = merging and merging.end and not (getattr(row, merging.end) or getattr(other, merging.end))
    return bool(is_open and not means_the_same(row, other))


def clashes(kept, lost):
    """Yields pairs of what two people have at one time, though one human being can have only one of it."""
    for relation in relations_to(type(kept)):
        merging = options_of(relation.related_model).merging
        if relation.many_to_many or not (relation.field.unique or (merging and merging.is_exclusive)):
            continue
        pairs = [(one, other) for one in hanging_on(kept, relation) for other in hanging_on(lost, relation)]
        for one, other in pairs:
            if relation.field.unique:
                yield from clashes(one, other)
            elif overlap(one, other) and told_apart_by(one) != told_apart_by(other):
                yield one, other


def doubles(kept, lost, *names):
    """Yields the pairs of rows of these relations that mean the same, one of each person."""
    for name in names:
        relation = type(kept)._meta.get_field(name)
        for one in hanging_on(kept, relation):
            others = hanging_on(lost, relation)
            yield from ((one, other) for other in others if relation.field.unique or means_the_same(one, other))
