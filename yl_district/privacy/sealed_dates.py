"""Dates as far as they are known, stored encrypted."""

from ..fields import PartialDateField
from ..partial_dates import stored_date
from .encryption import EncryptedMixin


class EncryptedPartialDateField(EncryptedMixin, PartialDateField):
    """A date known to the day, the month or only the year, stored encrypted."""

    def opened(self, sealed, instance):
        """The decrypted date of a cell of this row."""
        return stored_date(super().opened(sealed, instance))
