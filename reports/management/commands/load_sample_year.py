"""manage.py load_sample_year: makes an empty database a demonstration, with the sample district's year and accounts."""

from datetime import timedelta
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.core.management import CommandError
from django.db import transaction
from django.utils import timezone

from assistance.models import AssistedYouth, CaseGrant
from members.models import Person, Post
from orgs.accounts.second_factor import DEMO_SECRET
from orgs.models import Organisation, Role, User
from orgs.roles import SECOND_FACTOR_DEMANDED
from reports.figures.counting import root_organisation
from reports.ledger.workbook import import_ledger
from reports.sample.done_in_app import (
    conclude_sample_assessment,
    enter_sample_platforms,
    pledge_sample_pairings,
    sign_sample_receipts,
    verify_sample_rosters,
)
from yl_district.audit.models import AccessEntry
from yl_district.commands import DatabaseCommand
from yl_district.installation.facts import is_demo, mark_as_demo

SAMPLE_LEDGER = Path(__file__).resolve().parents[2] / "sample" / "ledger-2017.xlsx"
SAMPLE_PASSWORD = "Gaobeidian-2017"
ACCOUNTS = [
    ("zhuangan", "委机关专干", Role.Kind.STAFF, None),
    ("gaojing", "高井社区团支部书记", Role.Kind.CADRE, "高井社区团支部"),
    ("guanli", "系统管理员", Role.Kind.ADMINISTRATOR, None),
    ("qingnianhui", "八里庄社区青年汇负责人", Role.Kind.HUB_OPERATOR, "八里庄社区团总支"),
    ("gean", "个案专员", Role.Kind.CASEWORKER, None),
    ("lingdao", "主管领导", Role.Kind.LEADER, None),
    ("shenji", "审计员", Role.Kind.AUDITOR, None),
]
ON_ACTS = "其他账号在签发、导入、完整导出、审批前，按页面提示启用动态口令；页面所问的口令也由 demo_code 显示。"

NOT_EMPTY = (
    "这个数据库中已有记录，也没有“演示数据”的标记，不载入示例：示例账号的密码是公开的。"
    "要看演示请运行 make run，它使用自己的数据库；要启动本单位的系统请运行 make serve。"
)


class Command(DatabaseCommand):
    help = "把空的数据库做成演示：载入示例地区 2016、2017 年的台账，并建立演示账号。"

    def handle(self, **options):
        if is_demo():
            self.stdout.write("演示数据库中已有示例，不再载入。")
        elif is_in_use():
            raise CommandError(NOT_EMPTY)
        else:
            self.load()
        names = set(User.objects.active().values_list("username", flat=True))
        for account in ACCOUNTS:
            if account[0] in names:
                self.stdout.write(account_line(*account))
        self.stdout.write(ON_ACTS)

    @transaction.atomic
    def load(self):
        mark_as_demo()
        report = import_ledger(SAMPLE_LEDGER.read_bytes(), SAMPLE_LEDGER.name, timezone.localdate())
        assert report.written, report.errors
        for account in ACCOUNTS:
            make_account(*account)
        grant_cases()
        do_in_app()
        self.stdout.write(f"已载入示例台账，共 {report.new} 条记录。")


def is_in_use():
    """Whether anybody has put anything into the database, or signed in."""
    return any(model.objects.exists() for model in (Organisation, Person, User, AccessEntry))


def grant_cases():
    """Opens two case files to the caseworker, and adds a request for the staff to decide."""
    caseworker, staff = (User.objects.get(username=name) for name in ("gean", "zhuangan"))
    today = timezone.localdate()
    decision = {"is_approved": True, "decided_by": staff, "decided_at": timezone.now()}
    for number, youth in enumerate(AssistedYouth.objects.as_of(today)[:3]):
        is_decided = number < 2
        CaseGrant.objects.create(
            user=caseworker,
            name=youth.person.name,
            birth_date=youth.person.birth_date,
            organisation_id=youth.organisation_id,
            reason="年度走访慰问，更新服务计划书",
            **(decision | {"person": youth.person, "expires_on": today + timedelta(days=90)} if is_decided else {}),
        )


def do_in_app():
    """Does what no sheet tells of: the assessment's result, volunteers' pledges, receipts, and what is in platforms."""
    conclude_sample_assessment(*(User.objects.get(username=name) for name in ("zhuangan", "lingdao")))
    pledge_sample_pairings(timezone.localdate())
    sign_sample_receipts()
    verify_sample_rosters(User.objects.get(username="zhuangan"))
    enter_sample_platforms(User.objects.get(username="zhuangan"), timezone.localdate())


def account_line(name, title, kind, organisation):
    """The line on how to sign in to a demo account."""
    code = (
        f"，动态口令密钥 {DEMO_SECRET}（当前口令：.venv/bin/python manage.py demo_code）"
        if kind in SECOND_FACTOR_DEMANDED
        else ""
    )
    return f"演示账号　{title}：用户名 {name}，密码 {SAMPLE_PASSWORD}{code}"


def make_account(name, title, kind, organisation):
    """Creates a demo account; that of a record keeper is linked to a person serving in the organisation."""
    user = User.objects.create_user(name, password=SAMPLE_PASSWORD, name=title)
    place = Organisation.objects.get(name=organisation) if organisation else root_organisation()
    Role.objects.create(user=user, organisation=place, kind=kind)
    if kind in SECOND_FACTOR_DEMANDED:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(DEMO_SECRET)})
    serving = Post.objects.as_of(timezone.localdate()).filter(organisation=place).order_by("pk").first()
    if serving and kind in (Role.Kind.STAFF, Role.Kind.CADRE):
        Person.objects.filter(pk=serving.person_id).update(user=user)
