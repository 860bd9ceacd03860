"""What lies below all kinds of records: imports, the access log, and forms carried out."""

from .access_log import AccessEntry
from .imports import ImportAlias, ImportBatch, ImportHeading, ImportPart
from .submissions import Submission

__all__ = ["AccessEntry", "ImportAlias", "ImportBatch", "ImportHeading", "ImportPart", "Submission"]
