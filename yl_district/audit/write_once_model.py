"""The abstract model of write-once rows."""

from django.core.exceptions import ValidationError
from django.db import models


class KeptOnce(models.Model):
    """A row that is immutable once saved; the triggers of `write_once` enforce that in the database."""

    refusal = "这条记录只能增加，不能修改或删除。"

    class Meta:
        abstract = True

    def save(self, *args, **options):
        """Inserts a new row; raises ValidationError for a stored one."""
        if not self._state.adding:
            raise ValidationError(self.refusal)
        super().save(*args, **options)

    def delete(self, *args, **options):
        """Always raises ValidationError."""
        raise ValidationError(self.refusal)
