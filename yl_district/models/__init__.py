"""What lies below all kinds of records: imports, attachments, the access log, forms carried out, rows written once."""

from .access_log import AccessEntry
from .attachments import Attachment, AttachmentPart, AttachmentQuerySet
from .imports import ImportAlias, ImportBatch, ImportHeading, ImportPart
from .kept_once import KeptOnce
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
