"""Creates reports from an earlier text, and reorders their sections."""

from yl_district.history.tracking import note_changed, note_created

from ..figures.scopes import scope_of
from ..models import Report, Section
from ..text import Style, Vocabulary, default_drafts


def earlier_report(report):
    """The latest earlier report of the same form, organisation and hub, or None."""
    same = Report.objects.filter(form=report.form, organisation=report.organisation, hub=report.hub)
    return same.filter(ends_on__lt=report.starts_on).order_by("-ends_on").first()


def begin_report(report, style=""):
    """Saves a new report with the text of the latest earlier one; returns that report, or None.

    Where there is none, or a style is asked for, it begins with the default text.
    """
    report.save()
    earlier, scope = None if style else earlier_report(report), scope_of(report)
    drafts = earlier.sections.all() if earlier else default_drafts(scope, Vocabulary(scope), style or Style.FULL)
    sections = [
        Section(
            report=report,
            position=position,
            heading=each.heading,
            body=each.body,
            is_about_cases=each.is_about_cases,
        )
        for position, each in enumerate(drafts, 1)
    ]
    note_created(Section.objects.bulk_create(sections))
    return earlier


def move_section(section, is_up, seen):
    """Moves a section past its neighbour among those `seen`; does nothing at either end."""
    keys = list(seen.filter(report=section.report).values_list("pk", flat=True))
    place = keys.index(section.pk) + (-1 if is_up else 1)
    if not 0 <= place < len(keys):
        return
    sections = list(section.report.sections.all())
    moved = next(each for each in sections if each.pk == section.pk)
    sections.remove(moved)
    neighbour = [each.pk for each in sections].index(keys[place])
    sections.insert(neighbour + (not is_up), moved)
    changed = [each for place, each in enumerate(sections, 1) if each.position != place]
    for position, each in enumerate(sections, 1):
        each.position = position
    Section.objects.bulk_update(changed, ["position"])
    note_changed(changed)
