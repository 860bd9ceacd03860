"""What the records offer for one section of a report, to be taken into its text: nothing is made up, words are fixed.

A section's field is that of the figures that its text names. Everything offered is a piece of the text's own language,
so that a number that is taken in stays a number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, F

from ..checks.counted_findings import LEFT_OPEN, counted_groups
from ..documents.actions import earlier_report
from ..figures.figure import Subject
from ..figures.scopes import scope_of
from ..models import Section
from ..text import TextWriter
from ..text.activity_words import VISITS_APART, phrase_of, praise_in, title_of_activity
from ..text.defaults import escaped
from ..text.parsing import unified
from ..text.writing import Draft

MOST_ACTIVITIES = 12
MOST_FIGURES = 24
# Fields of work of which each figure belongs to activities of one type.
BY_TYPE = (Subject.TYPES, Subject.EDUCATION)


@dataclass(frozen=True)
class Offer:
    """Something to take in: how it reads now, what it is, and its source."""

    text: str
    hint: str
    source: str
    url: str = ""
    # The number of pictures and papers of the record.
    files: int = 0


def keys_of_section(writer, section):
    """The figures that a section's text names."""
    readings = [readings for draft, *readings in writer.readings if draft.record == section]
    return {key for heading_and_body in readings for reading in heading_and_body for key in reading.keys}


def activities_to_name(writer, keys) -> list[Offer]:
    """The best attended activities of the types that a section is about, each as a sentence of its own."""
    kinds = {key.partition(".")[2] for key in keys if key.partition(".")[0] in ("sessions", "attendances")} - {""}
    if "education_sessions" in keys:
        kinds |= {kind.key for kind in writer.sentences.types if kind.is_education_on(writer.scope.day)}
    if not writer.with_cases:
        kinds.discard(VISITS_APART)
    result = writer.sentences.results.get("sessions")
    if result is None or not kinds:
        return []
    rows = result.figure.rows(writer.scope).filter(type__key__in=kinds).exclude(content="", attendance=None)
    rows = rows.select_related("type", "hub").annotate(file_count=Count("attachments"))
    best = rows.order_by(F("attendance").desc(nulls_last=True), "held_on", "pk")[:MOST_ACTIVITIES]
    return [activity_offer(activity) for activity in best]


def activity_offer(activity) -> Offer:
    """One activity as a sentence: its day, place and name, the first phrase of its content, and recorded praise."""
    name = title_of_activity(activity.name, activity.type.name) or activity.name
    where = f"在{activity.hub.name}" if activity.hub else f"在{activity.venue}" if activity.venue else ""
    clauses = [f"{activity.held_on.month}月{activity.held_on.day}日{where}举办{name}"]
    clauses += filter(None, [phrase_of(activity.content), praise_in(activity.content)])
    text = f"{'，'.join(clauses)}。"
    came = f"{activity.attendance}人次" if activity.attendance is not None else "人次未统计"
    return Offer(text, f"{activity.type.name}，{came}", escaped(text), activity.get_absolute_url(), activity.file_count)


def paragraphs_of_before(user, report, section, with_cases) -> list[Offer]:
    """The paragraphs of the same section in the latest earlier report, as they read then."""
    earlier = earlier_report(report)
    if earlier is None or section is None:
        return []
    same = Section.objects.visible_to(user).filter(report=earlier, heading=section.heading).first()
    if same is None:
        return []
    scope = scope_of(earlier)
    writer = TextWriter(scope, [Draft(same.heading, same.body, same.is_about_cases, same)], with_cases)
    return [
        Offer(block.text, f"{earlier.period.name}的写法，取来以后数字换成本期的", source)
        for block, source in paragraphs_with_source(writer, unified(same.body))
        if block.parts
    ]


def paragraphs_with_source(writer, body):
    """Yields the blocks of the only section's paragraphs, headings left out, with the source of each."""
    (draft, _, reading), *_ = writer.readings
    for paragraph in reading.paragraphs:
        if not paragraph.is_heading:
            yield writer.written(paragraph, draft), body[paragraph.start : paragraph.end]


def figures_unused(writer, keys) -> Iterator[Offer]:
    """Yields the figures of a section's fields that no section names yet and that are not zero."""
    figures, vocabulary = writer.vocabulary.figures, writer.vocabulary
    fields = {figures[key].subject for key in keys if key in figures}
    if not fields:
        fields = set(Subject) - set(BY_TYPE)
    left = [
        (key, result)
        for key, result in writer.sentences.results.items()
        if key not in writer.mentioned and result.value and result.figure.subject in fields
    ]
    for key, result in left[:MOST_FIGURES]:
        name = vocabulary.names.name(key)
        yield Offer(f"{result.amount}{result.unit}", result.figure.label, f"{{{name}}}")


def findings_touching(user, writer, keys, today):
    """The groups of open findings that affect a figure which a section names."""
    found = counted_groups(writer.scope, writer.sentences.results, user, today)
    return [
        group
        for group in found
        if any(keys.intersection(figures) for figures in group.states[LEFT_OPEN].figures) and group.open_count
    ]
