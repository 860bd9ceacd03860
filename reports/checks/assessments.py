"""Assessments whose self-rating is still to be given."""

from itertools import groupby
from operator import attrgetter

from orgs.roles import RoleKind
from yl_district.audit.access_log import subject_of

from ..models import AssessmentItem
from ..models.assessments import open_words
from .inspection import RawFinding


def assessments_open(inspection):
    """Yields for the staff the assessments with items to be rated."""
    scope, user = inspection.scope, inspection.user
    if user and not user.reaches_as(scope.organisation, RoleKind.STAFF):
        return
    items = AssessmentItem.objects.to_be_filled(scope.organisation, scope.year)
    for assessment, own in groupby(inspection.opened(items), attrgetter("assessment")):
        waiting = [item for item in own if item.is_to_be_rated]
        if waiting:
            late = "，已过期" if inspection.until > assessment.deadline else ""
            found = f"{open_words(waiting)}，截止 {assessment.deadline}{late}"
            url = inspection.page("assessment_detail", assessment.pk)
            yield RawFinding(subject_of(assessment), str(assessment), found, url, is_open=waiting[0].is_open)
