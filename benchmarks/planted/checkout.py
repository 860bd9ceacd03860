"""A private copy of the checkout in which faults are planted."""

import base64
import secrets
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The files that git ignores, for a checkout without git.
IGNORED = shutil.ignore_patterns(
    ".git", ".venv", ".local", "build", "node_modules", "media", "db.sqlite3*", "__pycache__", "*.py[cod]", ".*_cache",
    ".hypothesis", "test-results",
)  # fmt: skip
# Build products of make that tests read, and the databases they have kept.
BUILT = ("build/static", "build/assets.json", "build/prepared", "node_modules")


def copy_checkout(target):
    """Copies the checkout's files to the empty folder `target`, with keys of its own."""
    names = tracked()
    if names is None:
        shutil.copytree(ROOT, target, ignore=IGNORED, dirs_exist_ok=True)
    for name in names or ():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place)
    for name in filter(lambda name: (ROOT / name).exists(), BUILT):
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).symlink_to(ROOT / name)
    write_keys(target / ".local")


def tracked():
    """Returns the names of files that git tracks or would add, or None without git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    names = done.stdout.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def write_keys(folder):
    """Writes random keys that protect nothing."""
    folder.mkdir(mode=0o700)
    keys = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("k1", "index")}
    (folder / "secret_key").write_text(secrets.token_urlsafe(64))
    (folder / "field_keys").write_text("".join(f"{name} {key}\n" for name, key in keys.items()))
    for path in folder.iterdir():
        path.chmod(0o600)
