"""Kills large imports at random moments: `python -m benchmarks.kills sqlite` or `postgresql`.

Promise F1: each of 100 killed imports of 10,000 rows has written all of its rows or none.
"""

import argparse
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", choices=["sqlite", "postgresql"])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    return parser.parse_args()


def main():
    """Creates a throw-away database, kills imports into it, and prints the outcomes."""
    chosen, folder = arguments(), Path(tempfile.mkdtemp(prefix="yl-"))
    cluster = None
    try:
        if chosen.database == "postgresql":
            from tests.databases import Cluster

            cluster = Cluster(folder)
            cluster.start()
            url = f"postgres://postgres@/{folder}/postgres"
        else:
            url = f"sqlite:///{folder / 'db.sqlite3'}"
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "yl_district.settings"}
        kill(chosen, folder)
    finally:
        if cluster:
            cluster.stop()
        shutil.rmtree(folder)


def kill(chosen, folder):
    """Kills the imports one after the other; exits with 1 if one was written in part."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests import kills
    from tests.rosters import make_branches, member_rows
    from tests.workbooks import workbook

    call_command("migrate", verbosity=0)
    make_branches()
    path = folder / "名单.xlsx"
    path.write_bytes(workbook({"团员": member_rows(chosen.rows)}))
    found, began = Counter(), time.monotonic()
    with kills.Server() as server:
        for outcome in kills.outcomes(server, path, chosen.kills, random.Random(1)):
            found += kills.verdicts([outcome], chosen.rows)
            print(dict(found), flush=True)
    minutes = (time.monotonic() - began) / 60
    told = ", ".join(f"{count} left {what}" for what, count in sorted(found.items()))
    print(f"F1 ({chosen.database}): {chosen.kills} kills of an import of {chosen.rows} rows: {told}; {minutes:.0f} min")
    if found["between"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
