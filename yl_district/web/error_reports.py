"""Error reports and log lines without personal data: where an error happened, never the data involved."""

import logging
import re

from django.utils.html import format_html
from django.views.debug import ExceptionReporter

from ..privacy.masking import masked

PERSONAL_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")
# An invitation's code, with which anybody could set the account's password, and that of an activity's sign-in.
CODE = re.compile(r"(/invitations/[^/\s]+/|/scan/)[^/\s]+")


def redacted(text):
    """The text with identity and mobile numbers masked and the codes of addresses removed."""
    return CODE.sub(r"\1***", PERSONAL_NUMBER.sub(lambda found: masked(found.group()), text))


class DiscreetFormatter(logging.Formatter):
    """Formats log records, tracebacks included, through `redacted`."""

    def format(self, record):
        return redacted(super().format(record))


class DiscreetReporter(ExceptionReporter):
    """Reports an error by its traceback alone, without the request and local variables."""

    def get_traceback_text(self):
        if self.exc_type is None:
            return redacted(str(self.exc_value))
        return redacted(logging.Formatter().formatException((self.exc_type, self.exc_value, self.tb)))

    def get_traceback_html(self):
        return format_html("<pre>{}</pre>", self.get_traceback_text())
