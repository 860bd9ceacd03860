"""manage.py verify_audit_log [--whole] [--expect CODE ...] [--witness FILE ...]"""

from django.core.management import CommandError

from yl_district.audit.access_log import operating_system_user
from yl_district.audit.verification import note_checkpoint, verify
from yl_district.audit.witnesses import witness_of, witnesses_of_file
from yl_district.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "核对访问日志是否完整；有改动、缺失或顺序不符时指出第一处，退出码为 1。"

    def add_arguments(self, parser):
        parser.add_argument("--whole", action="store_true", help="全部核对，而不是从上次的核对点起")
        parser.add_argument(
            "--expect",
            metavar="CODE",
            action="append",
            default=[],
            help="此前抄下的凭证或摘要，仍应在日志中（可发现末尾被删去、日志被重写）；可写多次",
        )
        parser.add_argument(
            "--witness",
            metavar="FILE",
            action="append",
            default=[],
            help="写有凭证的文件：文本文件、系统日志的摘录或签发的 Word 文件；可写多次",
        )

    def handle(self, *, whole, expect, witness, **options):
        verdict = verify({*stated(expect), *kept(witness)}, whole=whole)
        self.stdout.write(str(verdict))
        if not verdict.is_whole:
            raise SystemExit(1)
        # Two lines: the last checkpoint, and what it verified.
        if verdict.number > verdict.since + 1:
            note_checkpoint(verdict, who=operating_system_user())


def stated(codes):
    """Yields the Witnesses of `--expect`; raises CommandError for what is none."""
    for code in filter(None, map(str.strip, codes)):
        try:
            yield witness_of(code)
        except ValueError:
            raise CommandError(
                f"“{code}”不是日志凭证：应为 1234-8f3a-12bc-09de-77aa-41c2 的样子，或 64 位的摘要，请核对后重新输入。"
            ) from None


def kept(paths):
    """Yields the Witnesses of `--witness`; raises CommandError for a file without any."""
    for path in paths:
        try:
            yield from witnesses_of_file(path)
        except OSError as error:
            raise CommandError(f"不能读取 {path}：{error.strerror}。请核对路径后重试。") from None
        except ValueError as error:
            raise CommandError(
                f"{path}：{error}。应为写有日志凭证的文本文件或 Word 文件；PDF 和纸质文件上的凭证请用 --expect 输入。"
            ) from None
