"""Texts that stay as they are once a plan is signed."""

from yl_district.privacy.encryption import Sealed, SealedModel


class SignedText(SealedModel):
    """A record with texts that are fixed by a signature; `fixed_texts` names them, and `noted` what else is remembered.

    What was left empty may still be copied from the paper.
    """

    fixed_texts: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values):
        """The row, with a note of what it holds."""
        row = super().from_db(db, field_names, values)
        row.note_read()
        return row

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        """Reads the row anew, from which on changes are told."""
        super().refresh_from_db(using, fields, from_queryset)
        self.note_read()

    def note_read(self):
        """Notes what the row holds, texts still sealed."""
        self.__dict__["_as_read"] = {name: self.__dict__.get(name) for name in (*self.fixed_texts, *self.noted)}

    @property
    def as_read(self):
        """{name: value} as the row was read; empty for a new one."""
        return self.__dict__.get("_as_read", {})

    def texts_rewritten(self):
        """The names of the texts that were not empty when the row was read, and are others now."""
        found = []
        for name in self.fixed_texts:
            kept = self.as_read.get(name)
            if not kept or self.__dict__.get(name) is kept:
                continue
            before = self._meta.get_field(name).read(kept, self) if isinstance(kept, Sealed) else kept
            if getattr(self, name) != before:
                found.append(name)
        return found
