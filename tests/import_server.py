"""A program that runs `manage.py import_rows members FILE` in a fresh process for each file named on its input.

It has loaded Django already and opens no connection itself, so that an import starts at once. It prints the id of the
process that works on the file, and on the next line its exit. With the argument `unsafe` a commit is not one
transaction: the counterpart with which the tests of kills prove that they would detect a partial import.
"""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).parents[1]


class EveryStatementByItself:
    """What stands in for django.db.transaction."""

    @staticmethod
    def atomic():
        return nullcontext()


def take_away_the_transaction():
    """Has every statement of a commit written at once."""
    from yl_district.importing import commit

    commit.transaction = EveryStatementByItself
    commit.ImportBatch.objects.select_for_update = lambda: commit.ImportBatch.objects


def work_on(path):
    """Takes a file in, in the process that was begun for it."""
    from django.core.management import call_command

    os.setsid()
    with open(os.devnull, "w") as nowhere:
        call_command("import_rows", "members", path, stdout=nowhere)


def main():
    """Serves until the input ends."""
    import django

    django.setup()
    if "unsafe" in sys.argv:
        take_away_the_transaction()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                work_on(line.strip())
            except BaseException as error:
                print(repr(error), file=sys.stderr)
                os._exit(1)
            os._exit(0)
        print(child, flush=True)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    main()
