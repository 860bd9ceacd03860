"""What lies below all kinds of records: imports, attachments, the access log, and forms carried out."""

from .access_log import AccessEntry
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
    "Submission",
]
