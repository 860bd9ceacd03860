"""The last digits of encrypted numbers, by which these are found: a keyed digest that many numbers share."""

from itertools import islice

from django.db import connection

from ..pinyin import SearchTextField, keeps_sealed
from . import keys
from .encryption import REWRITE_BATCH, Sealed
from .unreadable import UnreadableText

END_DIGITS = 4
# So many hexadecimal digits of the digest are kept, that two or three ends of numbers have the same.
DIGEST_DIGITS = 3


class NumberEndField(SearchTextField):
    """A digest of the last END_DIGITS digits of the encrypted column `source`, too short to tell which they are.

    Derived on every write, bulk writes included; blank in a row that is sealed, and where there is no number.
    """

    def __init__(self, source, **options):
        super().__init__(source, **options)
        self.verbose_name = "号码末位"

    def contribute_to_class(self, cls, name, **options):
        super().contribute_to_class(cls, name, **options)
        self.label = f"{cls._meta.db_table}.{self.source}"

    def short_digest(self, digits):
        """The digest of the last digits of a number."""
        text = f"{self.label}|{digits}"
        return keys.derived_mac("number end").hexdigest(text.encode())[:DIGEST_DIGITS]

    def derived(self, instance):
        """The value of the column; as stored where the number was never decrypted, and so cannot have changed."""
        stored = instance.__dict__.get(self.attname)
        if stored and isinstance(instance.__dict__.get(self.source), Sealed) and not keeps_sealed(instance):
            return stored
        return super().derived(instance)

    def worked_out(self, instance):
        """The digest of the instance's current number."""
        number = getattr(instance, self.source)
        if isinstance(number, UnreadableText):
            return instance.__dict__.get(self.attname, "")
        return self.short_digest(number[-END_DIGITS:]) if number else ""

    def ends_so(self, record, digits):
        """Whether the record's number, decrypted, ends with these digits."""
        number = getattr(record, self.source)
        return bool(number) and not isinstance(number, UnreadableText) and number.endswith(digits)

    def keys_by_end(self, digits):
        """The keys of the rows whose number ends with these digits, without those that are sealed."""
        alike = self.model._base_manager.filter(**{self.name: self.short_digest(digits)}).only("seal", self.source)
        return [record.pk for record in alike if self.ends_so(record, digits)]


def store_number_ends(rows, field):
    """Fills the field in stored rows, none of them sealed, for the migration that adds it."""
    meta = rows.model._meta
    update = f'UPDATE "{meta.db_table}" SET "{field.column}" = %s WHERE "{meta.pk.column}" = %s'
    for batch in batched(rows.only("seal", field.source).order_by("pk").iterator(REWRITE_BATCH), REWRITE_BATCH):
        with connection.cursor() as cursor:
            cursor.executemany(update, [(field.worked_out(row), row.pk) for row in batch])


def batched(rows, size):
    """Yields the rows in lists of `size`."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
