"""Runs several manage.py commands, each in a fork of one process that has imported the product already.

Each fork reads the settings from its own environment, as a new process would; only the imports are shared. The program
reads the commands from standard input and writes their output to standard output, both as JSON.
"""

import json
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANAGE = str(ROOT / "manage.py")


def answers(commands, folder):
    """For each command, a list of arguments and changes of the environment: exit code, standard output and error."""
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(commands),
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"DATABASE_URL": "sqlite://:memory:", "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return [tuple(answer) for answer in json.loads(done.stdout)]


def import_all():
    """Imports the product, as a command does before it looks at the database."""
    import django
    from django.core.management import get_commands
    from django.urls import get_resolver

    django.setup()
    get_commands()
    assert get_resolver().url_patterns


def answer(arguments, environment):
    """Runs one command in a fork: its exit code and what it wrote."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        child = os.fork()
        if not child:
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            run(arguments, environment)
        _, status = os.waitpid(child, 0)
        return [os.waitstatus_to_exitcode(status), *map(text_of, (output, errors))]


def run(arguments, environment):
    """Runs manage.py with settings read anew, and ends the process."""
    from django.conf import settings
    from django.db import connections
    from django.utils.functional import empty

    os.environ |= environment
    sys.argv = [MANAGE, *arguments]
    sys.modules.pop(settings.SETTINGS_MODULE)
    settings._wrapped = empty
    connections._settings = None
    del connections.settings, connections["default"]
    code = 1
    try:
        runpy.run_path(MANAGE, run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
        if not isinstance(end.code, int):
            print(end.code, file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def text_of(file):
    """What a fork wrote to a file that it shares."""
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "yl_district.settings"
    import_all()
    json.dump([answer(*command) for command in json.load(sys.stdin)], sys.stdout)
