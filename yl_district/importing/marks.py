"""How far records had come when an import was checked: what changed since must be checked again."""

from django.db.models import Max

from ..history import is_tracked

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


def tracked(models):
    """Those of the models whose history is kept."""
    return [model for model in models if is_tracked(model)]
