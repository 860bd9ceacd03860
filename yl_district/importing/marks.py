"""How far records had come when an import was checked: what changed since must be checked again."""

from django.apps import apps
from django.db.models import Max

RECENT = 1_000  # keys below the last one whose transactions may still have been open


def marks_of(models):
    """For each model the last key of its history, and how many of the keys just below it were there."""
    found = {}
    for model in models:
        kept = model.history.model.objects.order_by()
        last = kept.aggregate(last=Max("history_id"))["last"] or 0
        found[model._meta.label] = [last, kept.filter(history_id__gt=last - RECENT, history_id__lte=last).count()]
    return found


def changed_since(model, mark):
    """The keys of records of the model that were changed after the mark, and the names that they now have or had."""
    last, count = mark
    kept = model.history.model.objects.order_by()
    late = kept.filter(history_id__gt=last)
    before = kept.filter(history_id__gt=last - RECENT, history_id__lte=last)
    if before.count() != count:
        late = kept.filter(history_id__gt=last - RECENT)
    has_name = "name" in {field.name for field in kept.model._meta.concrete_fields}
    rows = late.values_list("id", "name") if has_name else late.values_list("id", "id")
    keys, names = set(), set()
    for key, name in rows:
        keys.add(key)
        if has_name:
            names.add(name)
    return keys, names


def written_since(marks, reason):
    """What was written for a reason since the marks: [model's label, ranges of keys of its history], in its order.

    A record comes after those to which it refers.
    """
    found = []
    for model in in_order([apps.get_model(label) for label in marks]):
        last, _ = marks[model._meta.label]
        kept = model.history.model.objects.order_by("history_id")
        keys = kept.filter(history_id__gt=last, history_change_reason=reason).values_list("history_id", flat=True)
        if keys:
            found.append([model._meta.label, as_ranges(keys)])
    return found


def in_order(models):
    """The models, each after those of them to which it refers."""
    order = []

    def visit(model):
        if model in order or model not in models:
            return
        fields = [*model._meta.concrete_fields, *model._meta.local_many_to_many]
        for field in fields:
            if field.is_relation and field.related_model is not model:
                visit(field.related_model)
        order.append(model)

    for model in models:
        visit(model)
    return order


def as_ranges(keys):
    """Keys as [first, last] of each run without a gap."""
    ranges = []
    for key in sorted(keys):
        if ranges and key == ranges[-1][1] + 1:
            ranges[-1][1] = key
        else:
            ranges.append([key, key])
    return ranges
