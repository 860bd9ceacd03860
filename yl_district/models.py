"""Models of this app: imports, attachments, the access log, the installation, kept results, submissions."""

from .attachments.models import Attachment, AttachmentPart, AttachmentQuerySet
from .audit.models import AccessEntry
from .audit.write_once_model import KeptOnce
from .importing.models import ImportAlias, ImportBatch, ImportHeading, ImportPart
from .installation.models import InstallationFact
from .kept.models import KeptResult, RegisterChange
from .pages.models import Submission
from .sheets.models import AwaitedCell, DatabaseTag

__all__ = [
    "AccessEntry",
    "Attachment",
    "AttachmentPart",
    "AttachmentQuerySet",
    "AwaitedCell",
    "DatabaseTag",
    "ImportAlias",
    "ImportBatch",
    "ImportHeading",
    "ImportPart",
    "InstallationFact",
    "KeptOnce",
    "KeptResult",
    "RegisterChange",
    "Submission",
]
