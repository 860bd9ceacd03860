"""Writes that are noted one by one, so that they can be taken back after others have gone on working."""

import base64
from collections import defaultdict

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, models, transaction
from django.utils.module_loading import import_string

from yl_district.fields import FirstDateField, FirstReferenceField
from yl_district.pinyin import SearchTextField
from yl_district.privacy.encryption import BlindIndexField, Sealed
from yl_district.privacy.sealed_facts import SealedFactsField
from yl_district.privacy.sealed_links import SealedKeyField
from yl_district.privacy.unreadable import UnreadableText
from yl_district.record_options import options_of

ROW_CHANGED, ROW_DELETED, ROW_LINKED = "changed", "deleted", "linked"
DERIVED = (BlindIndexField, FirstDateField, FirstReferenceField, SealedFactsField, SealedKeyField, SearchTextField)
PLAIN = (str, int, bool, type(None))


def stored_fields(model):
    """The fields of a model that do not follow from others."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, DERIVED)]


def plain_value(value):
    """The value as JSON can hold it, of which `live_value` makes what it was."""
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, UnreadableText):
        return {"cell": value.cell.stored}
    return value if isinstance(value, PLAIN) else str(value)


def live_value(field, value):
    """The field's value of which `plain_value` made this one."""
    if isinstance(value, dict):
        return Sealed(value["cell"]) if "cell" in value else base64.b64decode(value["bytes"])
    return field.to_python(value)


def plain_values(row):
    """{column: value} of everything stored of a row."""
    return {field.attname: plain_value(getattr(row, field.attname)) for field in stored_fields(type(row))}


def row_of_key(model, key):
    """The stored row, locked; None where there is none."""
    return model._base_manager.select_for_update(no_key=True).filter(pk=key).first()


class Journal:
    """The writes of one act, in the order in which they were done."""

    def __init__(self):
        self.entries = []
        self._recounted = defaultdict(set)

    def write(self, row):
        """Saves a row, and notes what differs from what is stored."""
        before, after = plain_values(row_of_key(type(row), row.pk)), plain_values(row)
        changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        if changed:
            row.save()
            self.entries.append([ROW_CHANGED, row._meta.label, row.pk, changed])
            self.recount_later(row)

    def delete(self, row):
        """Deletes a row that nothing hangs on any more, and notes all that was stored of it."""
        stored = row_of_key(type(row), row.pk)
        self.entries.append([ROW_DELETED, row._meta.label, row.pk, plain_values(stored)])
        self.recount_later(stored)
        stored.delete()

    def relink(self, owner, name, before, after=None):
        """Has the record `owner` name another row in its many-to-many field, or none in place of `before`."""
        links = getattr(owner, name)
        is_added = after is not None and not links.filter(pk=after.pk).exists()
        links.remove(before)
        if is_added:
            links.add(after)
        self.entries.append([ROW_LINKED, owner._meta.label, owner.pk, name, before.pk, after.pk if is_added else None])

    def recount_later(self, row):
        """Notes that what is counted from rows of this kind has to be counted again."""
        merging = options_of(type(row)).merging
        if merging and merging.recount:
            path, name = merging.recount
            self._recounted[path].add(getattr(row, name))

    def recount(self):
        """Counts again what follows from the rows written."""
        for path, keys in self._recounted.items():
            import_string(path)(sorted(keys))
        self._recounted.clear()


class TakingBack:
    """Takes back the writes of a journal, the last first, as far as they still stand.

    `left` are those that do not, each with the fields that have another value by now; `ended` are the records, as
    [label, key], that the act ended at the time `since` and that stay so.
    """

    def __init__(self, entries, since):
        self.entries, self.since, self.left, self.ended = entries, since, [], []
        self.keys = {}
        self.restored = Journal()

    def run(self):
        """Takes back what can be; the rest is in `left`."""
        ways = {ROW_CHANGED: self._change, ROW_DELETED: self._restore, ROW_LINKED: self._link}
        for entry in reversed(self.entries):
            try:
                with transaction.atomic():
                    kept = ways[entry[0]](*entry[1:])
            except (IntegrityError, ObjectDoesNotExist):
                kept = True
            if kept:
                self.left.append((entry, kept))
        self.restored.recount()

    def key(self, label, key):
        """The key by which a row is stored now."""
        return self.keys.get((label, key), key)

    def _change(self, label, key, changed):
        model = apps.get_model(label)
        row = row_of_key(model, self.key(label, key))
        if row is None:
            return False
        now, left = plain_values(row), []
        self.restored.recount_later(row)
        for name, (before, after) in changed.items():
            field = model_field(model, name)
            if now[name] != self._key_of(field, after) or not self._may_refer(field, before):
                left.append(name)
            else:
                setattr(row, name, live_value(field, self._key_of(field, before)))
        if ended := [name for name in fields_staying_ended(row, self.since) if name in changed and name not in left]:
            self.ended.append([label, key])
            for name in ended:
                setattr(row, name, live_value(model_field(model, name), now[name]))
        if len(left) + len(ended) < len(changed):
            row.save()
            self.restored.recount_later(row)
        return left

    def _restore(self, label, key, values):
        model, left = apps.get_model(label), []
        row = model()
        for field in stored_fields(model):
            value = self._key_of(field, values.get(field.attname))
            if field.primary_key:
                value = None if model._base_manager.filter(pk=key).exists() else key
            elif field.null and (self._is_taken(field, value) or not self._may_refer(field, value)):
                left, value = [*left, field.attname], None
            elif not self._may_refer(field, value):
                raise ObjectDoesNotExist
            setattr(row, field.attname, live_value(field, value))
        row.save(force_insert=True)
        self._set_times(row, values)
        self.keys[label, key] = row.pk
        self.restored.recount_later(row)
        return left

    def _set_times(self, row, values):
        """Restores the times that a new row sets by itself."""
        times = [field for field in stored_fields(type(row)) if getattr(field, "auto_now_add", False)]
        if times:
            told = {field.attname: live_value(field, values[field.attname]) for field in times}
            type(row)._base_manager.filter(pk=row.pk).update(**told)

    def _link(self, label, key, name, before, after):
        model = apps.get_model(label)
        owner = row_of_key(model, self.key(label, key))
        if owner is None:
            return False
        links, target = getattr(owner, name), model._meta.get_field(name).related_model
        if after is not None:
            after = self.key(target._meta.label, after)
            if not links.filter(pk=after).exists():
                return [name]
            links.remove(after)
        links.add(target._base_manager.get(pk=self.key(target._meta.label, before)))
        return False

    def _key_of(self, field, value):
        return self.key(field.related_model._meta.label, value) if is_reference(field) else value

    def _may_refer(self, field, value):
        if value is None or not is_reference(field):
            return True
        return field.related_model._base_manager.filter(pk=self._key_of(field, value)).exists()

    def _is_taken(self, field, value):
        """Whether a value that only one row can have belongs to another one by now."""
        model = field.model
        index = next((one for one in model._meta.concrete_fields if getattr(one, "source", "") == field.name), None)
        if value is None or field.primary_key or not (field.unique or (index and index.unique)):
            return False
        if isinstance(index, BlindIndexField):
            return model._base_manager.filter(**{index.attname: index.digest(value)}).exists()
        return model._base_manager.filter(**{field.attname: value}).exists()


def fields_staying_ended(row, since):
    """The fields by which a record, about to stand again, stays ended as an act at the time `since` has left it."""
    path = options_of(type(row)).ended_after_unmerging
    return import_string(path)(row, since) if path else ()


def is_reference(field):
    """Whether a field holds the key of another row."""
    return isinstance(field, models.ForeignKey)


def model_field(model, column):
    """The field of a model that is stored in this attribute."""
    return next(field for field in model._meta.concrete_fields if field.attname == column)
