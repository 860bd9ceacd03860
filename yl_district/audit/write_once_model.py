"""Rows that are written once."""

from django.core.exceptions import ValidationError
from django.db import models


class KeptOnce(models.Model):
    """A row that never changes once it is written; `write_once` has the database refuse it as well."""

    refusal = "这条记录只能增加，不能修改或删除。"

    class Meta:
        abstract = True

    def save(self, *args, **options):
        """Writes the row, if it is not written yet; raises ValidationError otherwise."""
        if not self._state.adding:
            raise ValidationError(self.refusal)
        super().save(*args, **options)

    def delete(self, *args, **options):
        """Raises ValidationError."""
        raise ValidationError(self.refusal)
