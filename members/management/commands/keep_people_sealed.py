"""manage.py keep_people_sealed: seals people known by nothing but a case, and opens those who are known openly."""

from django.core.management.base import CommandError
from django.db import transaction

from members.models import Person
from yl_district.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "核验每个人的资料是否按规则封存，并改正；--check 只核验，不改动。"

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="只核验；有不符时退出码为 1")

    @transaction.atomic
    def handle(self, check, **options):
        keys = list(Person.objects.wrongly_sealed_or_open().values_list("pk", flat=True))
        if check and keys:
            raise CommandError(f"有 {len(keys)} 人的资料没有按规则封存或打开，请运行 manage.py keep_people_sealed。")
        Person.objects.keep_sealed(keys)
        self.stdout.write(f"改正 {len(keys)} 人，现封存 {Person.objects.sealed().count()} 人。")
