"""How far records had come when an import was checked: what changed since must be checked again."""

from collections import defaultdict

from django.apps import apps
from django.db.models import Max

from .stage import in_order

RECENT = 1_000  # keys below the last one whose transactions may still have been open


def marks_of(models):
    """For each model the last key of its history, and how many of the keys just below it were there."""
    found = {}
    for model in models:
        kept = model.history.model.objects.order_by()
        last = kept.aggregate(last=Max("history_id"))["last"] or 0
        found[model._meta.label] = [last, kept.filter(history_id__gt=last - RECENT, history_id__lte=last).count()]
    return found


class Changes:
    """What others have changed of some models since the marks were taken.

    `marks` is what `marks_of` gave, `own` {label: ranges of history keys} what the import itself has written since.
    """

    def __init__(self, marks, own=None):
        self.keys, self.names, pointed = {}, {}, defaultdict(set)
        models = {label: apps.get_model(label) for label in marks}
        for label, model in models.items():
            late = changed_since(model, marks[label], (own or {}).get(label, ()))
            self.keys[label] = set(late.values_list("id", flat=True))
            self.names[label] = set(late.values_list("name", flat=True)) if has_name(model) else set()
            for field in model._meta.concrete_fields if self.keys[label] else ():
                if getattr(field, "related_model", None) in models.values():
                    pointed[field.related_model].update(late.values_list(field.attname, flat=True))
        self.pointed = {model._meta.label: keys for model, keys in pointed.items()}

    def __bool__(self):
        return any(self.keys.values())

    def count_as_changed(self, label):
        """Counts records of a model as changed to which changed ones of others refer.

        Whom a row means is decided by where people belong too.
        """
        keys, model = self.pointed.get(label, set()) - {None}, apps.get_model(label)
        if keys and label in self.keys:
            self.keys[label] |= keys
            self.names[label] |= set(model._base_manager.filter(pk__in=keys).values_list("name", flat=True))


def has_name(model):
    """Whether records of the model are known by a name."""
    return any(field.name == "name" for field in model._meta.concrete_fields)


def changed_since(model, mark, own=()):
    """The history rows of the model that were written after the mark, but for the ranges `own` of their keys."""
    last, count = mark
    kept = model.history.model.objects.order_by()
    before = kept.filter(history_id__gt=last - RECENT, history_id__lte=last)
    late = kept.filter(history_id__gt=last if before.count() == count else last - RECENT)
    for keys in own:
        late = late.exclude(history_id__range=keys)
    return late


def written_since(marks, reason):
    """What was written for a reason since the marks: [model's label, ranges of keys of its history], in its order.

    A record comes after those to which it refers.
    """
    found = []
    for label in in_order(marks):
        last, _ = marks[label]
        kept = apps.get_model(label).history.model.objects.order_by("history_id")
        keys = kept.filter(history_id__gt=last, history_change_reason=reason).values_list("history_id", flat=True)
        if keys:
            found.append([label, as_ranges(keys)])
    return found


def give_reason(written, reason):
    """Notes a reason in the history rows that `written_since` gave."""
    for label, ranges in written:
        for keys in ranges:
            apps.get_model(label).history.model.objects.filter(history_id__range=keys).update(
                history_change_reason=reason
            )


def as_ranges(keys):
    """Keys as [first, last] of each run without a gap."""
    ranges = []
    for key in sorted(keys):
        if ranges and key == ranges[-1][1] + 1:
            ranges[-1][1] = key
        else:
            ranges.append([key, key])
    return ranges
