"""Targets, platform entries, and the documents that the office writes, explains and signs."""

from .documents import Report, ReportQuerySet, ReportReachQuerySet, Section, SectionQuerySet
from .editions import CountedFigure, Edition, EditionQuerySet
from .explanations import EXPLAINERS, Explanation, ExplanationQuerySet
from .platform_entries import PlatformEntry, PlatformEntryQuerySet
from .targets import StaffQuerySet, Target, TargetQuerySet
from .word_layouts import WordLayout, WordLayoutQuerySet

__all__ = [
    "EXPLAINERS",
    "CountedFigure",
    "Edition",
    "EditionQuerySet",
    "Explanation",
    "ExplanationQuerySet",
    "PlatformEntry",
    "PlatformEntryQuerySet",
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
