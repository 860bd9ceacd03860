"""manage.py load_sample_year: the sample district's year and the demo accounts, where the database is still empty."""

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from orgs.models import Organisation, Role, User
from reports.figures import root_organisation
from reports.ledger import import_ledger
from yl_district.commands import DatabaseCommand

SAMPLE = Path(__file__).resolve().parents[2] / "sample" / "ledger-2017.xlsx"
PASSWORD = "Gaobeidian-2017"
ACCOUNTS = [
    ("zhuangan", "委机关专干", Role.Kind.STAFF, None),
    ("gaojing", "高井社区团支部书记", Role.Kind.CADRE, "高井社区团支部"),
]


class Command(DatabaseCommand):
    help = "数据库为空时载入示例地区 2016、2017 年的台账，并建立演示账号。"

    def handle(self, **options):
        if Organisation.objects.exists():
            self.stdout.write("数据库中已有记录，不载入示例。")
        else:
            self.load()
        for name, title, _, _ in ACCOUNTS:
            if User.objects.filter(username=name, is_active=True).exists():
                self.stdout.write(f"演示账号　{title}：用户名 {name}，密码 {PASSWORD}")

    @transaction.atomic
    def load(self):
        report = import_ledger(SAMPLE.read_bytes(), SAMPLE.name, timezone.localdate())
        assert report.written, report.errors
        for name, title, kind, organisation in ACCOUNTS:
            user = User.objects.create_user(name, password=PASSWORD, name=title)
            place = Organisation.objects.get(name=organisation) if organisation else root_organisation()
            Role.objects.create(user=user, organisation=place, kind=kind)
        self.stdout.write(f"已载入示例台账，共 {report.new} 条记录。")
