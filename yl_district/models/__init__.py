"""What lies below all kinds of records: imports, the access log, forms carried out, rows that are written once."""

from .access_log import AccessEntry
from .imports import ImportAlias, ImportBatch, ImportHeading, ImportPart
from .kept_once import KeptOnce
from .submissions import Submission

__all__ = ["AccessEntry", "ImportAlias", "ImportBatch", "ImportHeading", "ImportPart", "KeptOnce", "Submission"]
