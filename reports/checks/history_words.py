"""Words for the keys of figures, checks and records in the histories of targets and explanations."""

from yl_district.pages.log_words import subjects_in_words

from ..figures.lines import NO_LONGER_COUNTED, figure_choices
from .lines import CHECKS

NO_LONGER_CHECKED = "已不再核对的项目"


def figure_words():
    """Returns the function from a figure's key to its label."""
    labels = dict(figure_choices())
    return lambda key: labels.get(key, NO_LONGER_COUNTED)


def check_words():
    """Returns the function from a check's key to its label."""
    labels = {check.key: check.label for check in CHECKS}
    return lambda key: labels.get(key, NO_LONGER_CHECKED)


def subject_words():
    """Returns the function from the subject of a finding to its words: of a figure, a whole check or a record."""
    figures, checks = figure_words(), check_words()

    def words(subject):
        kind, _, key = subject.partition(":")
        return {"figure": figures, "check": checks}.get(kind, lambda key: subjects_in_words(subject))(key)

    return words
