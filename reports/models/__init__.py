"""Targets, assessments, platform entries, and documents that the office writes and signs, with what is asked."""

from .assessments import (
    Assessment,
    AssessmentItem,
    AssessmentItemQuerySet,
    AssessmentQuerySet,
    AssessmentStep,
)
from .comments import Comment, CommentEntry, CommentQuerySet
from .documents import Report, ReportQuerySet, ReportReachQuerySet, Section, SectionQuerySet
from .editions import CountedFigure, Edition, EditionQuerySet
from .explanations import EXPLAINERS, Explanation, ExplanationQuerySet
from .platform_batches import PlatformBatch, PlatformBatchQuerySet, PlatformBatchRow, PlatformBatchRowQuerySet
from .platform_entries import BOUND_AT_HOME, RECORDS, PlatformEntry, PlatformEntryManager, PlatformEntryQuerySet
from .platform_layouts import PlatformLayout, PlatformLayoutQuerySet
from .reconciliations import Reconciliation, ReconciliationQuerySet, ReconciliationRow, ReconciliationRowQuerySet
from .targets import StaffQuerySet, Target, TargetQuerySet
from .word_layouts import WordLayout, WordLayoutQuerySet

__all__ = [
    "BOUND_AT_HOME",
    "EXPLAINERS",
    "RECORDS",
    "Assessment",
    "AssessmentItem",
    "AssessmentItemQuerySet",
    "AssessmentQuerySet",
    "AssessmentStep",
    "Comment",
    "CommentEntry",
    "CommentQuerySet",
    "CountedFigure",
    "Edition",
    "EditionQuerySet",
    "Explanation",
    "ExplanationQuerySet",
    "PlatformBatch",
    "PlatformBatchQuerySet",
    "PlatformBatchRow",
    "PlatformBatchRowQuerySet",
    "PlatformEntry",
    "PlatformEntryManager",
    "PlatformEntryQuerySet",
    "PlatformLayout",
    "PlatformLayoutQuerySet",
    "Reconciliation",
    "ReconciliationQuerySet",
    "ReconciliationRow",
    "ReconciliationRowQuerySet",
    "Report",
    "ReportQuerySet",
    "ReportReachQuerySet",
    "Section",
    "SectionQuerySet",
    "StaffQuerySet",
    "Target",
    "TargetQuerySet",
    "WordLayout",
    "WordLayoutQuerySet",
]
