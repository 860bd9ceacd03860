"""manage.py verify_editions [--whole]"""

from reports.editions.seals import problems_of_editions
from reports.models import Edition
from yl_district.audit.verification import verify
from yl_district.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "核对每份定稿与签发时写入访问日志的摘要是否一致；指出被改动、没有签发记录和被删除的定稿，退出码为 1。"

    def add_arguments(self, parser):
        parser.add_argument("--whole", action="store_true", help="所依据的访问日志全部核对，而不是从上次的核对点起")

    def handle(self, *, whole, **options):
        verdict = verify(whole=whole)
        self.stdout.write(str(verdict))
        problems = list(problems_of_editions())
        for problem in problems:
            self.stdout.write(problem)
        count = Edition.objects.count()
        if not problems:
            self.stdout.write(f"定稿共 {count} 份，均与签发时一致。")
        if problems or not verdict.is_whole:
            raise SystemExit(1)
