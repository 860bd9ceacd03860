"""The history of every change: models declare `history = Tracked()`, and bulk writes record their rows here."""

import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.apps import apps
from django.db import models
from django.utils import timezone
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from ..fields import FirstDateField, FirstReferenceField
from ..pinyin import SearchTextField
from ..privacy.sealed_facts import SealedFactsField
from .watching import about_to_delete, about_to_link, about_to_save

BATCH_SIZE = 500
_cause = ContextVar("cause", default=(None, None))


@contextmanager
def because(reason, user=None):
    """Sets the reason of all changes made in the block; a given user goes before that of the request."""
    token = _cause.set((reason, user or _cause.get()[1]))
    try:
        yield
    finally:
        _cause.reset(token)


def all_states(record, rows, user):
    """All `rows`: the default of `narrow`, where no user sees less."""
    return rows


class StateManager(HistoryManager):
    """History rows of one record, or of all records of a model."""

    # Cached, since the library would otherwise build the class again on every access to a history.
    from_queryset = classmethod(cache(HistoryManager.from_queryset.__func__))


class Tracked(HistoricalRecords):
    """Keeps every state of a model's rows.

    - `excluded_fields`: fields that are not kept.
    - `look`: the action that the access log records when somebody reads the history.
    - `told`: {column: (label, find)} for columns that mean nothing by themselves; `find(rows, user)` returns
      {history key: (key, name)} for display.
    - `words`: {column: path of a function} for columns that hold keys; called once a page, it returns the function
      from a value to its words.
    - `by_acts`: fields changed only by actions with rules of their own, so never reverted from the history.
    - `narrow`: a function of (record, rows, user) that returns the history rows that the user may see.
    """

    def __init__(self, look=None, told=None, words=None, by_acts=(), narrow=all_states, **options):
        self.look, self.told, self.words = look, told or {}, words or {}
        self.by_acts, self.narrow = by_acts, narrow
        super().__init__(history_id_field=models.BigAutoField(), history_manager=StateManager, **options)

    def contribute_to_class(self, cls, name):
        super().contribute_to_class(cls, name)
        cls.history_look, cls.history_told, cls.history_words = self.look, self.told, self.words
        cls.history_by_acts, cls.history_narrowed = self.by_acts, self.narrow

    def finalize(self, sender, **options):
        super().finalize(sender, **options)
        if sender is self.cls:
            models.signals.pre_save.connect(about_to_save, sender=sender)

    def pre_delete(self, instance, **options):
        super().pre_delete(instance, **options)
        about_to_delete(instance)

    def m2m_changed(self, instance, action, attr, pk_set, reverse, **options):
        field = self.cls._meta.get_field(attr)
        about_to_link(instance, field, action, pk_set, reverse)
        super().m2m_changed(instance, action, attr, pk_set, reverse, **options)

    def fields_included(self, model):
        """All fields except search columns, first dates and first references, which are derived from others."""
        derived = SearchTextField, FirstDateField, FirstReferenceField
        return [field for field in super().fields_included(model) if not isinstance(field, derived)]

    def copy_fields(self, model):
        """Copies of the fields; only the record's key is queried, so only it is indexed."""
        fields = super().copy_fields(model)
        for name, field in fields.items():
            field.db_index = name == model._meta.pk.name
        return fields

    def post_save(self, instance, created, using=None, update_fields=None, **options):
        """Records the change unless it only touched fields that are not kept, such as the time of a sign-in."""
        kept = {field.name for field in self.fields_included(instance)}
        if update_fields is None or kept & set(update_fields):
            super().post_save(instance, created, using=using, **options)

    def get_change_reason_for_object(self, instance, history_type, using):
        return super().get_change_reason_for_object(instance, history_type, using) or cause()[0]

    def get_history_user(self, instance):
        return _cause.get()[1] or super().get_history_user(instance)


def cause():
    """The (reason, user) of the current `because` block."""
    return _cause.get()


def note_created(records):
    """Writes the history of records of one model that were created in bulk."""
    _note(records, is_update=False)


def note_changed(records):
    """Writes the history of records of one model that were updated in bulk."""
    _note(records, is_update=True)


def _note(records, is_update):
    if not records:
        return
    kept = type(records[0]).history
    rows = kept.bulk_history_create(
        records,
        batch_size=BATCH_SIZE,
        update=is_update,
        default_change_reason=_cause.get()[0],
        default_date=timezone.now(),
    )
    note_links(rows)


def note_links(rows):
    """Copies the records' current many-to-many links into these history rows, all of one model."""
    for field in rows[0]._history_m2m_fields if rows else ():
        for start in range(0, len(rows), BATCH_SIZE):
            _note_links(field, {row.id: row for row in rows[start : start + BATCH_SIZE]})


def _note_links(field, rows):
    """Copies the current links of one field; `rows` is {record key: history row}."""
    kept, through = Tracked.m2m_models[field], field.remote_field.through
    own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    links = through.objects.filter(**{f"{own}__in": list(rows)}).values("id", own, other)
    kept.objects.bulk_create([kept(history=rows[link[own]], **link) for link in links], batch_size=BATCH_SIZE)


def is_tracked(model):
    """Whether the model's history is kept."""
    return hasattr(model._meta, "simple_history_manager_attribute")


def tracked_models():
    """The models whose history is kept."""
    return [model for model in apps.get_models() if is_tracked(model)]


def tracked_fields(model):
    """The fields kept in the model's history, without the column that holds others sealed."""
    return [field for field in model.history.model.tracked_fields if not isinstance(field, SealedFactsField)]


def links_at(model, keys):
    """{history key: {many-to-many field: [linked keys]}} for history rows of one model."""
    found = {key: {} for key in keys}
    for field in model.history.model._history_m2m_fields:
        other = f"{field.m2m_reverse_field_name()}_id"
        rows = Tracked.m2m_models[field].objects.filter(history__in=found).order_by(other)
        for key in found:
            found[key][field] = []
        for key, linked in rows.values_list("history_id", other):
            found[key][field].append(linked)
    return found


def kind_of(model):
    """A model's name as used in URLs: `assisted_youth`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def tracked_model(kind):
    """The tracked model of this URL name whose manager has `visible_to`; None where there is none."""
    for model in apps.get_models():
        if is_tracked(model) and kind_of(model) == kind and hasattr(model._default_manager, "visible_to"):
            return model
    return None


def may_come(user, model):
    """Whether the user may open the model's detail or update page, and so its histories and attachments."""
    return any(user.may_open(f"{kind_of(model)}_{page}") for page in ("detail", "update"))


def reached(model, user):
    """The rows whose content the user may see, not only their names."""
    rows = model._default_manager.visible_to(user)
    return rows.kept_by(user) if hasattr(rows, "kept_by") else rows


def may_change(user, record):
    """Whether the user may change the record: not every visible row of a model with `changeable_by`."""
    rows = type(record)._default_manager
    is_open = user.may_open(f"{kind_of(type(record))}_update")
    return is_open and (not hasattr(rows, "changeable_by") or rows.changeable_by(user).filter(pk=record.pk).exists())
