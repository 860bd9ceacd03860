"""Writes the sample year's ledger workbook: `python -m reports.sample [PATH]`."""

import os
import sys
from pathlib import Path

import django


def main(*path):
    """Writes the workbook to `path`, else over the committed file."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    django.setup()
    # The ledger's columns are those of resources, which Django has to know first.
    from .ledger import COMMITTED, write

    write(Path(*path) if path else COMMITTED)


main(*sys.argv[1:2])
