"""manage.py verify_audit_log [--expect DIGEST]"""

from yl_district.audit.access_log import verify
from yl_district.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "核对访问日志是否完整；有改动、缺失或顺序不符时指出第一处，退出码为 1。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--expect", metavar="DIGEST", default="", help="此前抄下的摘要，仍应在日志中（可发现末尾被删去）"
        )

    def handle(self, *, expect, **options):
        verdict = verify(expect.strip().lower())
        self.stdout.write(str(verdict))
        if not verdict.is_whole:
            raise SystemExit(1)
