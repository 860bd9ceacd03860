"""Asks for known vulnerabilities of every locked package: `python -m yl_district.advisories [address]`.

The source is the batch query of OSV (https://google.github.io/osv.dev/post-v1-querybatch/), which knows Python and npm
packages alike. Exit code 0 where it names none, 1 where it names some, 3 where no source answered: then nothing is
known, which is not the same as nothing found.
"""

import json
import re
import sys
import urllib.request
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
PYTHON_LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-node.txt"]
NODE_LOCK = "package-lock.json"
SOURCE = "https://api.osv.dev/v1/querybatch"
ANSWER_SECONDS = 30
LONGEST_ANSWER = 32 * 1024 * 1024
LOCKED = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
NONE_KNOWN, SOME_KNOWN, NOT_ANSWERED = 0, 1, 3


class LockedPackage(NamedTuple):
    """A package as a lock names it."""

    ecosystem: str
    name: str
    version: str

    def __str__(self):
        return f"{self.name} {self.version}（{self.ecosystem}）"


# Of which vulnerabilities have been known for years: a source that names none of it knows nothing.
KNOWN_VULNERABLE = LockedPackage("PyPI", "jinja2", "2.4.1")


class NoAnswer(Exception):
    """The source did not answer, or not what was asked."""


def locked_packages(folder=CHECKOUT):
    """Returns every package that the locks name, each once."""
    texts = [(folder / name).read_text("utf-8") for name in PYTHON_LOCKS]
    found = {LockedPackage("PyPI", *named) for text in texts for named in LOCKED.findall(text)}
    packages = json.loads((folder / NODE_LOCK).read_text("utf-8"))["packages"]
    found |= {
        LockedPackage("npm", path.rpartition("node_modules/")[2], one["version"])
        for path, one in packages.items()
        if path
    }
    return sorted(found)


def known_vulnerabilities(packages, address):
    """Returns {package: [identifiers]} of those with known vulnerabilities; raises NoAnswer."""
    asked = [KNOWN_VULNERABLE, *packages]
    queries = [{"package": {"ecosystem": one.ecosystem, "name": one.name}, "version": one.version} for one in asked]
    try:
        request = urllib.request.Request(
            address, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            results = json.loads(answer.read(LONGEST_ANSWER))["results"]
        found = [[one["id"] for one in result.get("vulns", ())] for result in results]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise NoAnswer(str(error) or type(error).__name__) from None
    if len(found) != len(asked) or not found[0]:
        raise NoAnswer("所答非所问")
    return {one: names for one, names in zip(packages, found[1:], strict=True) if names}


def main(address=SOURCE):
    """Says what is known of the locked packages, and returns the exit code."""
    packages = locked_packages()
    try:
        found = known_vulnerabilities(packages, address)
    except NoAnswer as error:
        print(f"没有查成：{address} 没有回答（{error}）。", file=sys.stderr)
        print(f"{len(packages)} 个程序包是否有已知漏洞，仍然不知道，这不算通过。", file=sys.stderr)
        print("请在能访问该网址的机器上再运行 make audit。", file=sys.stderr)
        return NOT_ANSWERED
    for package, names in found.items():
        print(f"{package} 有已知漏洞：{'、'.join(names)}", file=sys.stderr)
    if found:
        print("详情见 https://osv.dev/；运行 make lock UPGRADE=1 升级，再运行 make test。", file=sys.stderr)
        return SOME_KNOWN
    print(f"{len(packages)} 个程序包都没有已知漏洞（来源：{address}）。")
    return NONE_KNOWN


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
