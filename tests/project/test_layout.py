"""Properties of the checkout as a whole."""

import importlib.util
import json
import os
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
NAMELESS = {"utils", "helpers", "common", "services", "managers"}


def project_files():
    """Every file that is or would be committed, found without git: the tree may have been unpacked from an archive."""
    lines = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    ignored = [".git", *(line.strip("/") for line in lines if line and not line.startswith("#"))]

    def kept(names):
        return [name for name in names if not any(fnmatch(name, pattern) for pattern in ignored)]

    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = kept(folders)
        found += [Path(folder, name) for name in kept(names)]
    return found


def test_files_say_what_they_hold():
    files = project_files()
    assert ROOT / "manage.py" in files
    assert [path for path in files if path.stem in NAMELESS] == []


def test_files_are_read_alike_in_every_locale():
    """Where no encoding is named, that of the machine counts, which need not know Chinese."""
    code = [path for path in project_files() if path.suffix == ".py" and ROOT / "tests" not in path.parents]
    assert code
    assert [str(path) for path in code if re.search(r"\.read_text\(\)", path.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-node.txt"])
def test_python_lock_holds_hashes_and_no_address(name):
    text = (ROOT / name).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    assert [
        entry for entry in entries if not re.match(r"[\w.-]+==.*--hash=sha256:[0-9a-f]{64}", entry, re.DOTALL)
    ] == []
    assert "://" not in text


def test_node_lock_holds_hashes_and_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    del packages[""]
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package or "integrity" not in package] == []


def test_hooks_before_a_commit_run_what_make_lint_runs():
    lint = (ROOT / "Makefile").read_text("utf-8").replace("$(VENV)", ".venv/bin/python")
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    entries = re.findall(r"entry: (.+?)(?: --force-exclude)?$", hooks, re.MULTILINE)
    assert [entry for entry in entries if f"\n\t{entry}" in lint] == entries != []


def test_postgresql_driver_is_psycopg2():
    """Django would silently prefer psycopg 3 over the driver that production uses."""
    assert importlib.util.find_spec("psycopg2")
    assert importlib.util.find_spec("psycopg") is None
    locks = [path.read_text("utf-8") for path in ROOT.glob("requirements*.txt")]
    assert not any(re.search(r"^psycopg\b", text, re.MULTILINE) for text in locks)


@pytest.mark.parametrize(
    "pattern", [r"\son[a-z]+\s*=", r"\sstyle\s*=", r"<style\b", r"<script(?![^>]*\bsrc=)(?![^>]*json)"]
)
def test_templates_fit_a_strict_content_policy(pattern):
    templates = [path for path in project_files() if path.suffix == ".html"]
    assert templates
    assert [str(path) for path in templates if re.search(pattern, path.read_text("utf-8"))] == []


def test_templates_load_nothing_from_elsewhere():
    templates = [path for path in project_files() if path.suffix == ".html"]
    assert templates
    loading = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)=["'](?:https?:)?//""")
    assert [str(path) for path in templates if loading.search(path.read_text("utf-8"))] == []


def test_postgres_plugin_decides_before_settings(request):
    chosen = request.config.getoption("database")
    assert (
        settings.DATABASES["default"]["ENGINE"] == f"django.db.backends.{'sqlite3' if chosen == 'sqlite' else chosen}"
    )
    assert Path(settings.DATABASES["default"]["NAME"]) != ROOT / "db.sqlite3"
