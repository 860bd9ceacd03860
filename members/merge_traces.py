"""What of a merge cannot be taken apart any more, as far as a reader may see it."""

import json
from collections import defaultdict

from django.apps import apps

from yl_district.database.actors import whole_case_files
from yl_district.privacy.unreadable import UnreadableText
from yl_district.record_options import options_of

from .journal import ROW_CHANGED, fields_staying_ended, live_value, model_field, plain_values
from .merge_actions import keys_since
from .models import Person

CHANGED_SINCE, NEW_SINCE = "合并后另有修改，照现在的内容保留", "合并后登记，留在现在的记录"
STAYS_ENDED = "合并时终止；账号或角色在合并后有变更，不再恢复，仍需要的请重新申请"


@whole_case_files()
def to_be_left(merge, user):
    """[(record, kind, words)] of what would not be taken back today, of those that the user sees."""
    if merge.undone_at or isinstance(merge.journal, UnreadableText):
        return []
    done = json.loads(merge.journal)
    ended = ended_for_good(done["entries"], merge.merged_at)
    return traces_in_words(changes_since(done["entries"]), ended, keys_since(merge, done), user)


@whole_case_files()
def left_behind(merge, user):
    """[(record, kind, words)] of what was not taken back when the merge was undone, of those that the user sees."""
    if isinstance(merge.journal, UnreadableText):
        return []
    done = json.loads(merge.journal)
    left = {(label, key): columns for label, key, columns in done["left"] if columns}
    return traces_in_words(left, done.get("ended", ()), done["stayed"], user)


def changes_since(entries):
    """{(label, key): columns} of the writes after which others have written something else."""
    keys, found, restored = defaultdict(set), {}, {}
    for kind, label, key, *_ in entries:
        if kind == ROW_CHANGED:
            keys[label].add(key)
    rows = {label: apps.get_model(label)._base_manager.in_bulk(keys[label]) for label in keys}
    now = {(label, key): plain_values(row) for label, found in rows.items() for key, row in found.items()}
    for kind, label, key, *rest in reversed(entries):
        if kind != ROW_CHANGED or (label, key) not in now:
            continue
        for column, (before, after) in rest[0].items():
            if restored.get((label, key, column), now[label, key][column]) != after:
                found.setdefault((label, key), []).append(column)
            restored[label, key, column] = before
    return found


def ended_for_good(entries, since):
    """[(label, key)] of the records that the merge at the time `since` has ended and that would stay so."""
    found = []
    for kind, label, key, *rest in entries:
        model = apps.get_model(label)
        if kind != ROW_CHANGED or not options_of(model).ended_after_unmerging:
            continue
        for row in model._base_manager.filter(pk=key):
            for column, (before, _) in rest[0].items():
                setattr(row, column, live_value(model_field(model, column), before))
            if rest[0].keys() & set(fields_staying_ended(row, since)):
                found.append((label, key))
    return found


def traces_in_words(changed, ended, stayed, user):
    """[(record, kind, words)] for what has changed, {(label, key): columns}, ended, and come, {relation: keys}."""
    found = []
    for label, key in ended:
        model = apps.get_model(label)
        found += [(row, model._meta.verbose_name, STAYS_ENDED) for row in seen(model, [key], user)]
    for (label, key), columns in changed.items():
        model = apps.get_model(label)
        fields = "、".join(str(model_field(model, column).verbose_name) for column in columns)
        found += [(row, model._meta.verbose_name, f"{fields}{CHANGED_SINCE}") for row in seen(model, [key], user)]
    for name, keys in stayed.items():
        if keys:
            model = Person._meta.get_field(name).related_model
            found += [(row, model._meta.verbose_name, NEW_SINCE) for row in seen(model, keys, user)]
    return found


def seen(model, keys, user):
    """The rows of these keys that the user sees."""
    rows = model._default_manager
    return rows.visible_to(user).filter(pk__in=keys).order_by("pk") if hasattr(rows.all(), "visible_to") else []
