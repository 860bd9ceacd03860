"""Rosters as offices send them, the outcome of importing them, and the resulting rows. All data are invented."""

import random
from datetime import date, timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import ProtectedError

from orgs.models import Organisation
from reports.ledger.kinds import KINDS
from tests.workbooks import workbook
from yl_district.importing.check import ASIDE, TAG_KEYS
from yl_district.importing.findings import take_in_rows
from yl_district.importing.models import ImportBatch
from yl_district.privacy.sealed_facts import SealedFactsField

FAMILIES = (
    "章陆顾秦白韩林沈褚卫蒋尤许何吕施孔曹严金魏陶姜戚谢邹喻柏窦云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐𡈽䶮"
)
GIVEN = "一知秋远清朗露笑伟文博思雨子涵欣怡浩然梓轩佳宁晨曦雅静志明海燕𠮷喆淼"
WHOLE = [
    "阿依古丽·买买提",
    "迪丽热巴·艾合买提江",
    "欧阳知秋",
    "司马朗",
    "完颜清露",
    "旺姆",
    "扎西·次仁",
    "Ａｎｎａ Ｌｉ",
]
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
BRANCH = "柳林社区团支部"
OTHER_BRANCH = "高井社区团支部"
OFFICE = "orgs members youthhubs activities assistance outreach reports".split()  # the apps whose tables hold records


def identity_number(number, born=date(1998, 5, 4)):
    """The identity number of the `number`th person born on a day, right to its check digit."""
    body = f"110105{born:%Y%m%d}{number % 1000:03}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def member_row(number, branch=BRANCH, **cells):
    """One member's row, the same for the same number."""
    chance, born = random.Random(number), date(1990, 1, 1) + timedelta(days=number // 500)
    name = WHOLE[number // 50 % len(WHOLE)] if number % 50 == 49 else chance.choice(FAMILIES)
    if len(name) == 1:
        name += "".join(chance.choices(GIVEN, k=chance.choice([1, 2, 2, 2])))
    identity = identity_number(number % 500, born)
    row = {
        "姓名": name,
        "性别": "男" if int(identity[16]) % 2 else "女",
        "民族": chance.choice(["汉族", "回族", "满族", "蒙古族", "维吾尔族"]),
        "出生日期": born.isoformat(),
        "身份证号": identity,
        "入团年月": f"{born.year + 15}-{1 + number % 12:02}",
        "所在团支部": branch,
        "手机号码": f"1{chance.randrange(3 * 10**9, 10**10 - 1):010}",
        "文化程度": chance.choice(["大学本科", "大学专科", "普通高中"]),
        "备注": f"第{number}号",
    }
    return row | cells


def member_rows(count, **cells):
    """So many members' rows."""
    return [member_row(number, **cells) for number in range(count)]


def make_branches(*names):
    """A root with branches below it, by name."""
    root = Organisation.objects.add_root(
        instance=Organisation(name="清河地区团工委", category="working_committee", domain="office")
    )
    for name in names or (BRANCH, OTHER_BRANCH):
        root.refresh_from_db()
        Organisation.objects.add_child(root, instance=Organisation(name=name, category="branch", domain="community"))
    return {one.name: one for one in Organisation.objects.all()}


def take(kind, rows, name="名单.xlsx", **options):
    """What taking in a list does, given as rows, as sheets or as bytes."""
    sheets = rows if isinstance(rows, dict) else {KINDS[kind].label: rows}
    data = rows if isinstance(rows, bytes) else workbook(sheets)
    return take_in_rows(KINDS[kind], data, name, **options)


def tally(batch):
    """The counts of an import's check that are not 0, by name, but for lines that are no rows."""
    counts = batch.counts
    return {name: counts[tag] for tag, name in TAG_KEYS.items() if counts.get(tag) and tag != ASIDE}


def written(kind, rows, **options):
    """The import of a list that is taken in as it is."""
    found = take(kind, rows, **options)
    assert (found.errors, found.said, found.is_written) == ([], "", True)
    return ImportBatch.objects.get(pk=found.batch.pk)


def problems(found):
    """What the check found wrong, each as (sheet, row, column, found, expected, remedy)."""
    return [tuple(problem.as_dict().values()) for problem in found.errors]


def records():
    """Every stored record with the values of all its columns, what is ciphertext as what it says.

    A link of two records is known by these two, whatever its own key.
    """
    models = [model for model in apps.get_models(include_auto_created=True) if is_record(model)]
    stored = [(model, one) for model in models for one in model._default_manager.all()]
    return {(model._meta.label, key_of(one)): columns_of(one) for model, one in stored}


def columns_of(record):
    """The values of a record's columns; of a link of two records without its own key."""
    told = [field for field in record._meta.concrete_fields if not isinstance(field, SealedFactsField)]
    fields = [field for field in told if not (is_link(record) and field.primary_key)]
    return {field.attname: getattr(record, field.attname) for field in fields}


def key_of(record):
    """By what a record is known."""
    return tuple(columns_of(record).values()) if is_link(record) else record.pk


def is_link(record):
    """Whether a row only links two records, as those of many-to-many fields do."""
    return bool(record._meta.auto_created)


def is_record(model):
    """Whether a table holds the office's records, not their history, what they are found by, nor notes of exports."""
    is_noted = model._meta.model_name.startswith(("historical", "wholeexport", "namepiece", "unwrittenname"))
    return model._meta.app_label in OFFICE and not is_noted


def histories():
    """The number of states kept of each kind of records."""
    models = [model for model in apps.get_models() if model._meta.model_name.startswith("historical")]
    return {model._meta.model_name: count for model in models if (count := model.objects.count())}


class RolledBack(Exception):
    """Ends a trial, so that the next one finds the district as it was."""


def in_trial(act):
    """What `act` returns; what it writes is gone afterwards."""
    try:
        with transaction.atomic():
            found = act()
            raise RolledBack
    except RolledBack:
        return found


def remove(record):
    """Deletes a record, and first what keeps it from being deleted."""
    try:
        with transaction.atomic():
            record.delete()
    except ProtectedError as error:
        for one in error.protected_objects:
            remove(one)
        record.delete()
