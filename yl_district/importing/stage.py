"""What the right rows of a file would write, as acts that can be kept until they are carried out.

An act is a list: the model's label, the number of a record that the import itself begins (else None), the key of a
stored one (else None), the names of the fields that change (None for a new record), and the whole row of `bulk`. In a
row, a foreign key to a record that has no key yet is a list that holds its number.
"""

from django.apps import apps
from django.db import models

from ..bulk import row_of
from ..bulk_records import derived_fields

LABEL, NUMBER, KEY, NAMES, ROW = range(5)


class Stage:
    """Collects the acts of one resource, row by row."""

    def __init__(self, resource):
        self.resource = resource
        self.numbers, self.begun = {}, []

    def acts_of(self, instance):
        """What the row just taken in would write, in the order in which the records must exist."""
        acts = [self._act(record) for record in self.resource.records_of(instance)]
        acts += [self._act(record, names) for record, names in self.resource.beside]
        self.resource.beside.clear()
        return [act for act in acts if act]

    def _act(self, record, names=None):
        is_new = record.pk is None and id(record) not in self.numbers
        if is_new:
            self.begun.append(record)  # so that its id stays its own
            self.numbers[id(record)] = len(self.begun)
        names = {*(names or ()), *self.resource.dirty.pop(id(record), (record, ()))[1]}
        if not is_new and not names:
            return None
        kind = type(record)
        row = row_of(record)
        for place, field in foreign_keys(kind):
            if row[place] is None and field.is_cached(record):
                other = field.get_cached_value(record)
                row[place] = [self.numbers[id(other)]] if other is not None else None
        names = None if is_new else sorted({*names, *derived(kind, names)})
        return [kind._meta.label, self.numbers.get(id(record)), record.pk, names, row]


_foreign_keys = {}


def foreign_keys(model):
    """The model's foreign keys, each with its place in a row."""
    if model not in _foreign_keys:
        fields = enumerate(model._meta.concrete_fields)
        _foreign_keys[model] = [(place, field) for place, field in fields if isinstance(field, models.ForeignKey)]
    return _foreign_keys[model]


def derived(model, names):
    """The fields that are written whenever their source is."""
    return [one.name for one in derived_fields(model) if one.source in names]


def in_order(labels):
    """Labels of models, each once, those that others refer to before these."""
    waiting, found = list(dict.fromkeys(labels)), []
    while waiting:
        free = next(label for label in waiting if not referred_to(label) & {*waiting} - {label})
        waiting.remove(free)
        found.append(free)
    return found


def referred_to(label):
    """The labels of the models to whose records those of a model refer."""
    meta = apps.get_model(label)._meta
    fields = [*meta.concrete_fields, *meta.local_many_to_many]
    return {field.related_model._meta.label for field in fields if field.is_relation}


def model_of(act):
    """The model of an act."""
    return apps.get_model(act[LABEL])
