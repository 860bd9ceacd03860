"""The history of every change: each model says `history = Tracked()`, and bulk writes say what they wrote."""

import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.apps import apps
from django.db import models
from django.utils import timezone
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

from ..pinyin import SearchTextField

BATCH = 500
_cause = ContextVar("cause", default=(None, None))


@contextmanager
def because(reason, user=None):
    """Gives the changes made within it a reason, and a user where no request tells one."""
    token = _cause.set((reason, user or _cause.get()[1]))
    try:
        yield
    finally:
        _cause.reset(token)


def all_states(record, rows, user):
    """Every state of a record, whoever reads."""
    return rows


class StateManager(HistoryManager):
    """The states of a record, or of all records of a model."""

    # The library would make this class anew each time that somebody asks for a history.
    from_queryset = classmethod(cache(HistoryManager.from_queryset.__func__))


class Tracked(HistoricalRecords):
    """Keeps every state of a model's rows.

    `excluded_fields` are not kept; `look` is the act that the access log notes where somebody reads the history;
    `told` gives a column that means nothing by itself its label and a function of the rows and the reader; what is in
    `by_acts` is changed by acts with rules of their own, and never set back from the history; `narrow` leaves of the
    states of a record, which it is given with the reader, those that the reader may know.
    """

    def __init__(self, look=None, told=None, by_acts=(), narrow=all_states, **options):
        self.look, self.told, self.by_acts, self.narrow = look, told or {}, by_acts, narrow
        super().__init__(history_id_field=models.BigAutoField(), history_manager=StateManager, **options)

    def contribute_to_class(self, cls, name):
        super().contribute_to_class(cls, name)
        cls.history_look, cls.history_told = self.look, self.told
        cls.history_by_acts, cls.history_narrowed = self.by_acts, self.narrow

    def fields_included(self, model):
        """All fields but those derived from others."""
        return [field for field in super().fields_included(model) if not isinstance(field, SearchTextField)]

    def copy_fields(self, model):
        """Copies of the fields; only the record's key is searched for, so only it has an index."""
        fields = super().copy_fields(model)
        for name, field in fields.items():
            field.db_index = name == model._meta.pk.name
        return fields

    def post_save(self, instance, created, using=None, update_fields=None, **options):
        """A write of nothing that is kept, such as the time of a sign-in, changes nothing."""
        kept = {field.name for field in self.fields_included(instance)}
        if update_fields is None or kept & set(update_fields):
            super().post_save(instance, created, using=using, **options)

    def get_change_reason_for_object(self, instance, history_type, using):
        return super().get_change_reason_for_object(instance, history_type, using) or cause()[0]

    def get_history_user(self, instance):
        return _cause.get()[1] or super().get_history_user(instance)


def cause():
    """The reason and the user given to the changes being made."""
    return _cause.get()


def note_created(records):
    """Writes the history of new records of one kind that were stored in bulk."""
    _note(records, is_update=False)


def note_changed(records):
    """Writes the history of records of one kind that were changed in bulk."""
    _note(records, is_update=True)


def _note(records, is_update):
    if not records:
        return
    kept = type(records[0]).history
    rows = kept.bulk_history_create(
        records,
        batch_size=BATCH,
        update=is_update,
        default_change_reason=_cause.get()[0],
        default_date=timezone.now(),
    )
    note_links(rows)


def note_links(rows):
    """Copies into these history rows, of one kind, what their records are linked to at present."""
    for field in rows[0]._history_m2m_fields if rows else ():
        for start in range(0, len(rows), BATCH):
            _note_links(field, {row.id: row for row in rows[start : start + BATCH]})


def _note_links(field, rows):
    """Copies what the records of these rows are linked to at present."""
    kept, through = Tracked.m2m_models[field], field.remote_field.through
    own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    links = through.objects.filter(**{f"{own}__in": list(rows)}).values("id", own, other)
    kept.objects.bulk_create([kept(history=rows[link[own]], **link) for link in links], batch_size=BATCH)


def is_tracked(model):
    """Whether the model keeps its history."""
    return hasattr(model._meta, "simple_history_manager_attribute")


def tracked_models():
    """The models whose history is kept."""
    return [model for model in apps.get_models() if is_tracked(model)]


def tracked_fields(model):
    """The fields whose states are kept."""
    return model.history.model.tracked_fields


def links_at(model, keys):
    """{key of a history row: {many-to-many field: the keys it links to}} of these rows of one kind of records."""
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
    """A model's name as addresses write it: `assisted_youth`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def model_of(kind):
    """The tracked model of this name whose rows are reached through `visible_to`, or None."""
    for model in apps.get_models():
        if is_tracked(model) and kind_of(model) == kind and hasattr(model._default_manager, "visible_to"):
            return model
    return None


def may_come(user, model):
    """Whether the user may come to the pages of this model, and so to what is told about their records."""
    return any(user.may_open(f"{kind_of(model)}_{page}") for page in ("detail", "update"))


def reached(model, user):
    """The rows whose facts the user sees."""
    rows = model._default_manager.visible_to(user)
    return rows.kept_by(user) if hasattr(rows, "kept_by") else rows


def may_change(user, record):
    """Whether the user may change the record; of a kind of which more is seen than may be changed, not each one."""
    rows = type(record)._default_manager
    is_open = user.may_open(f"{kind_of(type(record))}_update")
    return is_open and (not hasattr(rows, "changeable_by") or rows.changeable_by(user).filter(pk=record.pk).exists())
