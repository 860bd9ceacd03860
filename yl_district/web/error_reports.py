"""What an error leaves behind: where it happened, never what was typed, read or held at that moment."""

import logging
import re

from django.utils.html import format_html
from django.views.debug import ExceptionReporter

from ..privacy.masking import masked

NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")
# The code of an invitation, with which anybody could set the password of the account.
CODE = re.compile(r"(/invitations/[^/\s]+/)[^/\s]+")


def discreet(text):
    """The text with identity numbers and mobile numbers masked, and the codes of invitations left out."""
    return CODE.sub(r"\1***", NUMBER.sub(lambda found: masked(found.group()), text))


class DiscreetFormatter(logging.Formatter):
    """Writes the lines of the log, tracebacks included, without whole numbers."""

    def format(self, record):
        return discreet(super().format(record))


class DiscreetReporter(ExceptionReporter):
    """Reports an error by its traceback alone: nothing of the request, and no variable of the code."""

    def get_traceback_text(self):
        if self.exc_type is None:
            return discreet(str(self.exc_value))
        return discreet(logging.Formatter().formatException((self.exc_type, self.exc_value, self.tb)))

    def get_traceback_html(self):
        return format_html("<pre>{}</pre>", self.get_traceback_text())
