"""Foreign keys that a copy of the database does not tell without the keys.

The column of a SealedForeignKey holds a keyed digest of the key that it refers to, by which rows about the same record
meet in the database; the key itself stands encrypted in the SealedKeyField beside it, and is decrypted on first use.
Code reads and sets `.person` and `.person_id` as of any foreign key, filters by `person=…` and `person__in=…` with
records, keys or sealed keys of the same label, and loads many by `prefetch_related`. What would join the record in SQL
raises FieldError. The database does not hold such a key to an existing record: SealedLinkModel and the import do.
"""

from typing import Any

from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, models, transaction
from django.db.models.expressions import Col
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.lookups import Exact, In, IsNull
from django.db.models.sql import Query

from . import keys
from .encryption import (
    REWRITE_BATCH,
    DamagedCellError,
    EncryptedMixin,
    PlaintextError,
    Sealed,
    SealedModel,
    decrypt,
    encrypt,
    readable,
    store_columns,
)
from .unreadable import note_unreadable

DIGITS_OF_KEY = 20  # of a key's text before it is encrypted, so that its length tells nothing


class KeyDigest(str):
    """The digest of a key as the database stores it."""

    __slots__ = ()


class SealedLookup:
    """A comparison of a sealed key with records, keys, or sealed keys of the same label."""

    def process_rhs(self, compiler, connection):
        """Raises FieldError where the column on the other side holds anything but digests of the same label."""
        columns = self.rhs.select if isinstance(self.rhs, Query) else [self.rhs]
        own = self.lhs.output_field
        for column in columns if isinstance(self.rhs, (Query, Col)) else ():
            if getattr(getattr(column, "target", None), "label", None) != own.label:
                raise FieldError(f"{own} is a digest, which only sealed keys of the label {own.label!r} can equal.")
        return super().process_rhs(compiler, connection)

    def get_db_prep_lookup(self, value, connection):
        values = value if self.get_db_prep_lookup_value_is_iterable else [value]
        return "%s", list(map(str, values))


class SealedExact(SealedLookup, Exact):
    """Whether a row refers to a record."""


class SealedIn(SealedLookup, In):
    """Whether a row refers to one of several records."""


class SealedKeyAttribute(ForeignKeyDeferredAttribute):
    """The attribute of the key, which is decrypted on first access."""

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, KeyDigest):
            value = instance.__dict__[self.field.attname] = self.field.opened(value, instance)
            instance.__dict__.setdefault("_links_stored", {})[self.field.attname] = value
        return value


class SealedForeignKey(models.ForeignKey[Any, Any]):
    """A foreign key of which the database holds a digest, the key itself being encrypted in the column `sealed_in`.

    Rows of models whose keys have the same `label` meet by equality.
    """

    descriptor_class = SealedKeyAttribute
    lookups = {"exact": SealedExact, "in": SealedIn, "isnull": IsNull}

    def __init__(self, to, on_delete, *, sealed_in, label, **options):
        self.sealed_in, self.label = sealed_in, label
        super().__init__(to, on_delete, **options | {"db_constraint": False, "serialize": False})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["db_constraint"], options["serialize"]
        return name, path, args, options | {"sealed_in": self.sealed_in, "label": self.label}

    def db_type(self, connection):
        """The type of a column of digests."""
        return models.CharField(max_length=64).db_type(connection)

    def cast_db_type(self, connection):
        return self.db_type(connection)

    def from_db_value(self, value, expression, connection):
        return value and KeyDigest(value)

    def digest(self, key):
        """The digest of a record's key; None for None."""
        if key is None:
            return None
        text = f"{self.label}|{key}"
        return KeyDigest(keys.derived_mac("blind index").hexdigest(text.encode()))

    def opened(self, digest, instance):
        """The key that a stored row refers to; raises DamagedCellError where it is not the one of the digest."""
        key = int(readable(getattr(instance, self.sealed_in)) or 0)
        if self.digest(key) != digest:
            raise DamagedCellError(f"{self} 的一处内容未通过校验，可能被改动或移动过，或密钥有误。")
        return key

    def cells(self, key, seal):
        """(digest, ciphertext) by which the row with this seal refers to a key, as the database stores them."""
        if key is None:
            return None, None
        field = self.model._meta.get_field(self.sealed_in)
        return str(self.digest(key)), encrypt(key_text(key), field.label, seal).stored

    def derived(self, instance):
        """The digest of the key that the row refers to."""
        value = instance.__dict__.get(self.attname)
        return value if isinstance(value, KeyDigest) else self.digest(getattr(instance, self.attname))

    def pre_save(self, instance, add):
        return self.derived(instance)

    def get_prep_value(self, value):
        """The digest to compare rows with, of a record, a key or a digest."""
        if value is None or isinstance(value, KeyDigest):
            return value
        key = value.pk if isinstance(value, models.Model) else self.target_field.get_prep_value(value)
        return self.digest(key) or KeyDigest("")

    def get_db_prep_value(self, value, connection, prepared=False):
        return self.get_prep_value(value)

    def get_db_prep_save(self, value, connection):
        """The stored digest; raises PlaintextError for a key that did not pass `pre_save`, as in `QuerySet.update`."""
        if value is None or isinstance(value, KeyDigest):
            return value and str(value)
        raise PlaintextError(f"{self} is stored as a digest only: save the record instead of updating rows.")

    def get_lookup(self, lookup_name):
        """Raises FieldError for comparisons other than equality."""
        if lookup_name in self.lookups:
            return self.lookups[lookup_name]
        raise FieldError(f"{self} is a digest, which {lookup_name!r} cannot compare.")

    def get_col(self, alias, output_field=None):
        """The column; raises FieldError where a field of the record is meant, such as `person__pk`."""
        if output_field not in (None, self):
            raise FieldError(f"{self} is a digest, and no {output_field}: compare it with records or their keys.")
        return models.Field.get_col(self, alias, self)

    def get_extra_restriction(self, alias, related_alias):
        """Raises FieldError: the database cannot join what it cannot read."""
        raise FieldError(f"{self} is a digest, by which the record cannot be joined: load it by prefetch_related.")


def key_text(key):
    """A key as the text that is encrypted."""
    return f"{key:0{DIGITS_OF_KEY}}"


class SealedKeyField(EncryptedMixin, models.TextField):
    """The encrypted key to which the SealedForeignKey `link` of the same row refers."""

    def __init__(self, link="", verbose_name=None, **options):
        self.link, self.sources = link, (link,)
        super().__init__(verbose_name, **options | {"null": True, "blank": True, "editable": False})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["null"], options["blank"], options["editable"]
        return name, path, args, options | {"link": self.link}

    def pre_save(self, instance, add):
        """The cell to be stored: that of the key as it is set now; one that was never decrypted stays as it is."""
        key = instance.__dict__.get(instance._meta.get_field(self.link).attname, KeyDigest())
        if isinstance(key, KeyDigest):
            return super().pre_save(instance, add)
        text = instance.__dict__[self.attname] = None if key is None else key_text(key)
        return text and self.closed(text, instance)


def sealed_keys(model):
    """The model's sealed foreign keys."""
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedForeignKey)]


def keys_referred_to(rows, path):
    """The keys to which the rows refer by the sealed foreign key at the end of a path of relations.

    One that is damaged is left out, and noted.
    """
    *owners, name = path.split("__")
    for owner in owners:
        model = rows.model._meta.get_field(owner).related_model
        rows = model._base_manager.filter(pk__in=rows.order_by().values(owner))
    link = rows.model._meta.get_field(name)
    sealed = rows.model._meta.get_field(link.sealed_in)
    found: dict[str, int] = {}
    for digest, cell, seal, pk in rows.order_by().values_list(name, sealed.name, "seal", "pk"):
        if digest and digest not in found:
            try:
                key = int(decrypt(cell or Sealed(""), sealed.label, seal))
            except DamagedCellError:
                key = 0
            if link.digest(key) == digest:
                found[digest] = key
            else:
                note_unreadable(rows.model._meta.verbose_name, pk, sealed.verbose_name)
    return list(found.values())


def links_of(model, steps=3):
    """Yields (path, whether it is sealed) of the relations by which a row must refer to others, by so many steps."""
    for field in model._meta.concrete_fields:
        if isinstance(field, SealedForeignKey):
            yield field.name, True
        elif isinstance(field, models.ForeignKey) and not field.null and steps:
            yield field.name, False
            for path, is_sealed in links_of(field.related_model, steps - 1):
                yield f"{field.name}__{path}", is_sealed


def with_related(rows):
    """The rows with the records that they refer to, each kind of these loaded for all rows at once."""
    plain = [path for path, is_sealed in links_of(rows.model) if not is_sealed]
    sealed = [path for path, is_sealed in links_of(rows.model) if is_sealed]
    return (rows.select_related(*plain) if plain else rows).prefetch_related(*sealed)


def hold_records(model, wanted):
    """Keeps records from being deleted until the transaction ends, as a database does for keys that it can read.

    Raises IntegrityError where one of these keys is gone.
    """
    wanted, found = sorted(set(wanted) - {None}), 0
    for start in range(0, len(wanted), REWRITE_BATCH):
        some = wanted[start : start + REWRITE_BATCH]
        if connection.vendor == "postgresql":
            table, column = model._meta.db_table, model._meta.pk.column
            with connection.cursor() as cursor:
                rows = f'SELECT 1 FROM "{table}" WHERE "{column}" = ANY(%s) ORDER BY "{column}"'
                cursor.execute(f"{rows} FOR KEY SHARE", [some])
                found += len(cursor.fetchall())
        else:
            found += model._base_manager.filter(pk__in=some).count()
    if found < len(wanted):
        raise IntegrityError(f"{model._meta.label} referred to is gone")


class SealedLinkModel(SealedModel):
    """A model with sealed foreign keys, which refer to records that exist."""

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **options):
        """Saves the encrypted key together with its digest, while the record that it refers to is held."""
        links = sealed_keys(type(self))
        if update_fields is not None:
            links = [field for field in links if {field.name, field.attname} & {*update_fields}]
            update_fields = {*update_fields, *(field.sealed_in for field in links)}
        changed = [field for field in links if self._is_set(field)]
        if not changed:
            super().save(*args, update_fields=update_fields, **options)
            return
        with transaction.atomic(savepoint=False):
            for field in changed:
                hold_records(field.related_model, [getattr(self, field.attname)])
            super().save(*args, update_fields=update_fields, **options)
        stored = {field.attname: getattr(self, field.attname) for field in changed}
        self.__dict__.setdefault("_links_stored", {}).update(stored)

    def _is_set(self, field):
        """Whether the row refers to another record than the one stored."""
        key = self.__dict__.get(field.attname, KeyDigest())
        if isinstance(key, KeyDigest):
            return False
        return self._state.adding or self.__dict__.get("_links_stored", {}).get(field.attname) != key


def seal_rows(model, links=(), texts=()):
    """Fills sealed keys from plain ones and encrypts plain texts, for the migration that seals them.

    `links` are pairs (plain foreign key, sealed one), `texts` the encrypted fields whose columns are still plain.
    """
    rows, last = model._base_manager.order_by("pk"), 0
    names = [name for _, link in links for name in (link, model._meta.get_field(link).sealed_in)]
    while batch := list(rows.filter(pk__gt=last)[:REWRITE_BATCH]):
        for row in batch:
            for plain, link in links:
                setattr(row, f"{link}_id", getattr(row, f"{plain}_id"))
            for name in texts:
                cell = row.__dict__[name]
                setattr(row, name, cell and cell.stored)
        store_columns(model, batch, [*names, *texts])
        last = batch[-1].pk


def unseal_rows(model, links=(), texts=()):
    """Fills the plain columns again, for the reverse migration of `seal_rows`."""
    rows, last = model._base_manager.order_by("pk"), 0
    while batch := list(rows.filter(pk__gt=last)[:REWRITE_BATCH]):
        for row in batch:
            for plain, link in links:
                setattr(row, f"{plain}_id", getattr(row, f"{link}_id"))
            for name in texts:
                text = getattr(row, name)
                row.__dict__[name] = Sealed(str(text)) if text else text
        store_columns(model, batch, [*(plain for plain, _ in links), *texts])
        last = batch[-1].pk


def forget_former_values(schema_editor, *models_changed):
    """Has the database overwrite what its files still hold of former values, unless it is in a transaction."""
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.in_atomic_block:
            return
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute("VACUUM")
        for model in models_changed if schema_editor.connection.vendor == "postgresql" else ():
            cursor.execute(f'VACUUM FULL "{model._meta.db_table}"')
