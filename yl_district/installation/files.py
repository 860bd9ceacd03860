"""Files that nobody else may read or write: made so from the beginning, and looked at before anything starts."""

import os
import pwd
import shlex
import stat
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BITS_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
FOLDER_MODE, FILE_MODE = 0o700, 0o600
# What SQLite keeps beside a database.
SQLITE_ENDINGS = ("", "-wal", "-shm", "-journal")


class UnsafeInstallation(ImproperlyConfigured):
    """Nothing may start: what was found, what was expected, and what to do."""


def keep_to_oneself(temporary):
    """Has this process, and all that it starts, make files for its own user alone, temporary ones in this folder."""
    os.umask(BITS_OF_OTHERS)
    try:
        temporary.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        remedy = "请核对上级目录的权限，或用 TEMPORARY_FOLDER 指定另一个目录"
        raise UnsafeInstallation(f"不能建立临时文件的目录 {temporary}：{error.strerror}。{remedy}。") from None
    tempfile.tempdir = str(temporary)
    os.environ["TMPDIR"] = os.environ["SQLITE_TMPDIR"] = str(temporary)


def refuse_exposed_files(local, temporary, database):
    """Raises UnsafeInstallation where others can read or write the keys, the temporary files or the database.

    `database` is the path of an SQLite file, or None.
    """
    kept = [path for path in [local, temporary] if path.exists()]
    kept += [path for path in sorted(local.glob("*")) if path.is_file()]
    kept += [path for path in map(Path, (f"{database}{end}" for end in SQLITE_ENDINGS if database)) if path.is_file()]
    problems = [problem for path in dict.fromkeys(kept) for problem in exposures(path)]
    if database and Path(database).parent.is_dir():
        problems += open_folder(Path(database).resolve().parent)
    if problems:
        raise UnsafeInstallation("\n".join(["有文件没有只留给本系统自己，已停止，什么也没有改动。", *problems]))


def exposures(path):
    """Yields what is wrong with the owner and the mode of a file or folder."""
    found, own = path.stat(), os.geteuid()
    place = shlex.quote(str(path))
    if found.st_uid != own:
        yield (
            f"{path} 属于用户 {user_name(found.st_uid)}，应属于运行本系统的用户 {user_name(own)}。"
            f"请改用 {user_name(found.st_uid)} 运行，或由管理员执行：chown {user_name(own)} {place}"
        )
    mode, expected = stat.S_IMODE(found.st_mode), FOLDER_MODE if path.is_dir() else FILE_MODE
    if mode & BITS_OF_OTHERS:
        yield (
            f"{path} 的权限是 {mode:o}，本机其他用户可以{acts(mode)}，应为 {expected:o}。请先核查有无他人读过或改过，"
            f"再执行：chmod {expected:o} {place}"
        )


def open_folder(folder):
    """Yields what is wrong with a database's folder in which others could put another file in its place."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        yield (
            f"数据库所在的目录 {folder} 的权限是 {mode:o}，本机任何用户都可以换掉数据库，应不让其他用户写入。"
            f"请执行：chmod o-w {shlex.quote(str(folder))}"
        )


def acts(mode):
    """What others may do with a file of this mode."""
    can = {"读取": 0o044, "改写": 0o022, "进入": 0o011}
    return "、".join(word for word, bits in can.items() if mode & bits)


def user_name(number):
    """A user's name, else the number."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
