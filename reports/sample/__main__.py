"""Writes the sample year's ledger workbook: `python -m reports.sample [PATH]`."""

import sys
from pathlib import Path

from .ledger import COMMITTED, write

write(Path(sys.argv[1]) if len(sys.argv) > 1 else COMMITTED)
