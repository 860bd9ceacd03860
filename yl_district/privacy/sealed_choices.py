"""Choices of which even the stored length tells nothing."""

from django.db import models

from .encryption import EncryptedMixin


class EncryptedChoiceField(EncryptedMixin, models.CharField):
    """One of several choices, stored encrypted, all of them in one length."""

    def opened(self, sealed, instance):
        """The decrypted choice of a cell of this row."""
        return super().opened(sealed, instance).rstrip()

    def closed(self, value, instance):
        """The choice encrypted for this row."""
        return super().closed(str(value).ljust(self.max_length), instance)
