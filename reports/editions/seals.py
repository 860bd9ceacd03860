"""Seals: a keyed digest of a whole signed edition in the access log, with which the edition is compared later."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from yl_district.audit.access_log import FORMER_SCHEME, PRESENT_SCHEME, Action, record
from yl_district.audit.models import AccessEntry
from yl_district.audit.verification import scheme_of
from yl_district.audit.witnesses import lost, witnesses_in
from yl_district.audit.write_once import missing_triggers
from yl_district.privacy.keys import derived_key

from ..models import Edition

EDITION_SUBJECT = "reports.edition:"
# Behind a remark of the log on the clock, if any.
EDITION_SEAL = re.compile(r"(?:〔[^〕]*〕)?(升级时补记，)?(.*)，内容摘要 ([0-9a-f]{64})", re.DOTALL)
AFTERWARDS = "升级时补记，"
# The line after those that were written at the upgrade.
CLOSING_SUBJECT = "reports.edition"
CLOSING = re.compile(r"补记 ([0-9]+) 份，此后不再补记")


@dataclass(frozen=True)
class SealLine:
    """A line of the access log with the seal of an edition; `words` name the edition as it was signed."""

    number: int
    seal: str
    words: str


def edition_seal(edition):
    """The HMAC-SHA256 over all that an edition and its figures say, its file included, and over what it is about."""
    report = edition.report
    said = {
        "report": [report.pk, report.form, report.organisation_id, report.hub_id, report.starts_on, report.ends_on],
        "edition": [edition.pk, edition.number, edition.reason, edition.signed_by_id, edition.signed_at.isoformat()],
        "days": [edition.counted_on, edition.dated],
        "text": [edition.title, edition.signature, edition.blocks, edition.open_blocks, edition.witness],
        "file": [edition.sha256, hashlib.sha256(edition.document).hexdigest()],
        "figures": list(edition.figures.order_by("position", "pk").values_list(*FIGURE_FIELDS)),
    }
    # PostgreSQL keeps the keys of JSON in an order of its own.
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return hmac.digest(derived_key("signed editions"), text.encode(), "sha256").hex()


FIGURE_FIELDS = ("pk", "position", "key", "label", "unit", "definition", "value", "quality", "target", "records")


def record_seal(edition, *, note="", **by):
    """Writes the seal of a stored edition into the access log; `by` says who signed it, as for `record`."""
    words = f"{edition.title}（第 {edition.number} 稿）"
    detail = f"{note}{words}，内容摘要 {edition_seal(edition)}"
    return record(Action.SIGN, f"{EDITION_SUBJECT}{edition.pk}", detail=detail, **by)


def seal_editions_of_before(editions):
    """Writes, at the upgrade to a version with seals, those of the editions stored already, and a closing line.

    Only in a log that began before that version, and only once: what is stored later may have been changed since.
    """
    first = AccessEntry.objects.order_by("number").first()
    if first and (scheme_of(first) != FORMER_SCHEME or closing_lines().exists()):
        return
    count = 0
    for edition in editions.order_by("pk").iterator(chunk_size=10):
        record_seal(edition, note=AFTERWARDS)
        count += 1
    if first or count:
        record(Action.SIGN, CLOSING_SUBJECT, detail=f"升级以前签发的定稿：补记 {count} 份，此后不再补记")


def closing_lines():
    """The lines that close what was written at an upgrade, of which only the first one counts."""
    return AccessEntry.objects.filter(action=Action.SIGN, subject=CLOSING_SUBJECT).order_by("number")


def problems_of_editions() -> Iterator[str]:
    """Yields what is wrong with the signed editions: changed, without their line of the log, added or gone.

    That the log itself is sound is for `verify` to say.
    """
    lines, problems = seal_lines()
    yield from problems
    witnesses = set()
    for edition in Edition.objects.select_related("report__organisation", "report__hub").iterator(chunk_size=10):
        line = lines.pop(edition.pk, None)
        named = f"{edition}（编号 {edition.pk}）"
        if line is None:
            yield f"{named}：访问日志中没有它的签发记录，不是在系统中签发的。"
        elif not hmac.compare_digest(line.seal, edition_seal(edition)):
            yield f"{named}：内容与签发时（日志第 {line.number} 条）不符，已被改动。"
        witnesses |= witnesses_in(edition.witness)
    for line in lines.values():
        yield f"日志第 {line.number} 条签发的{line.words}：定稿已不在数据库中，被删除。"
    for witness in lost(witnesses):
        yield f"定稿上印的日志凭证 {witness}：日志中没有这一条，日志的末尾被删去或日志被重写。"
    for name in missing_triggers(connection):
        yield f"数据库中防止修改定稿的触发器 {name} 缺失、停用或被改动，请由管理员核查后重新建立。"


def seal_lines():
    """The SealLine of each edition by its key, and what is wrong with such lines."""
    lines, problems, at_upgrade = {}, [], numbers_of_upgrade()
    for entry in AccessEntry.objects.filter(action=Action.SIGN, subject__startswith=EDITION_SUBJECT).order_by("number"):
        found, key = EDITION_SEAL.fullmatch(entry.detail), entry.subject.removeprefix(EDITION_SUBJECT)
        if scheme_of(entry, PRESENT_SCHEME) is None or not found or not key.isdecimal():
            problems.append(f"日志第 {entry.number} 条（签发记录）的内容被改动。")
        elif int(key) in lines:
            problems.append(f"日志第 {entry.number} 条：编号 {key} 的定稿在此前已有签发记录。")
        elif found[1] and entry.number not in at_upgrade:
            problems.append(f"日志第 {entry.number} 条：签发记录不是在升级时补记的。")
        else:
            lines[int(key)] = SealLine(entry.number, found[3], found[2])
    return lines, problems


def numbers_of_upgrade():
    """The numbers of the lines that were written at the upgrade, by what the first closing line says."""
    closing, first = closing_lines().first(), AccessEntry.objects.order_by("number").first()
    stated = closing and scheme_of(closing, PRESENT_SCHEME) and CLOSING.search(closing.detail)
    if not stated:
        return range(0)
    numbers = range(closing.number - int(stated[1]), closing.number)
    return numbers if scheme_of(first) == FORMER_SCHEME or first.number in numbers else range(0)
