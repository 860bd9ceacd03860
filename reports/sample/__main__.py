"""Writes the sample year's ledger workbook: `python -m reports.sample [PATH]`."""

import os
import sys
from pathlib import Path

import django


def main(*path):
    """Writes the workbook to `path`, or else over the committed file."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    django.setup()
    # The ledger's columns come from the resources, which need Django's app registry.
    from .ledger import COMMITTED, write_ledger

    write_ledger(Path(*path) if path else COMMITTED)


main(*sys.argv[1:2])
