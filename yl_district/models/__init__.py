"""What lies below all kinds of records: imports, attachments, the access log, forms carried out, rows written once."""

from ..audit.models import AccessEntry
from ..audit.write_once_model import KeptOnce
from .attachments import Attachment, AttachmentPart, AttachmentQuerySet
from .imports import ImportAlias, ImportBatch, ImportHeading, ImportPart
from .submissions import Submission

__all__ = [
    "AccessEntry",
    "Attachment",
    "AttachmentPart",
    "AttachmentQuerySet",
    "ImportAlias",
    "ImportBatch",
    "ImportHeading",
    "ImportPart",
    "KeptOnce",
    "Submission",
]
