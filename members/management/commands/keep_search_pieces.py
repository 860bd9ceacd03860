"""manage.py keep_search_pieces: compares the pieces by which people are found with their names; mends them."""

from django.core.management.base import CommandError

from members.models.pieces import PIECES_OF_PEOPLE
from yl_district.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "核验检索所用的姓名片段是否与人员一致，并改正；--check 只核验，不改动。"

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="只核验；有不符时退出码为 1")

    def handle(self, check, **options):
        missing, foreign = PIECES_OF_PEOPLE.differences()
        are_kept = PIECES_OF_PEOPLE.are_kept()
        if are_kept and not missing and not foreign:
            self.stdout.write("姓名片段与人员一致。")
            return
        found = f"姓名片段少 {missing} 处，多 {foreign} 处" + ("。" if are_kept else "，数据库的触发器不全。")
        if check:
            raise CommandError(f"{found}请运行 manage.py keep_search_pieces。")
        PIECES_OF_PEOPLE.keep()
        self.stdout.write(f"{found}已全部重写。")
