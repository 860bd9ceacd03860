"""The measured steps of an import, each variant in a process of its own: ours, the stock one, and a lower bound."""

import json
import os
import random
import sys
import time
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent
PAGE = 50  # rows of the outcome on one page
POLLED = 0.2  # seconds, as of a page that nobody reloads
FIRST = 1_000_000  # number of the first member in a file
DAY = "%Y-%m-%d"


def start_django():
    """Sets Django up on the database of DATABASE_URL."""
    sys.path[:0] = [str(ROOT)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yl_district.settings")
    import django

    django.setup()


def step(name):
    """Reports the end of a step to the measuring process, and waits until it has read its meter."""
    print(json.dumps({"step": name}), flush=True)
    sys.stdin.readline()


# Test data


def write_files(folder, rows):
    """Writes a file of new members with all 20 columns, and one that changes two columns of every row.

    Their numbers count from FIRST, which nobody has of those whom `fill` registers.
    """
    from benchmarks.members import FAMILIES, GIVEN
    from members.resources import MemberResource
    from yl_district.spreadsheets.workbooks import write_typed_workbook

    chance = random.Random(7)
    names = ["".join([chance.choice(FAMILIES), *chance.choices(GIVEN, k=2)]) for _ in range(int(rows))]
    headings = [item.column_name for item in MemberResource.columns]
    for file, is_update in (("new.xlsx", False), ("update.xlsx", True)):
        with open(Path(folder) / file, "wb") as stream:
            lines = (file_row(number, name, is_update) for number, name in enumerate(names, FIRST))
            write_typed_workbook(stream, [("团员", headings, lines)])


def file_row(number, name, is_update):
    """Returns the cells of an invented member, valid in every column; an update changes employer and remark."""
    from benchmarks.members import BRANCHES, a_member, a_person
    from members.resources import MemberResource
    from yl_district.validators import identity_number_birth_date, identity_number_gender

    chance = random.Random(number)
    # Nobody is too young to have joined.
    person = a_person(chance, number)
    person.identity_number = adult_number(number)
    person.birth_date = identity_number_birth_date(person.identity_number)
    person.name, person.gender = name, identity_number_gender(person.identity_number)
    member = a_member(chance, number, person, None)
    if is_update:
        member.employer, member.remark = f"云帆科技有限公司第{number % 89}分公司", f"第{number}号，电话核实"
    known = {"所在团支部": f"春晖第{number % BRANCHES + 1}社区团支部"}
    cells = [known.get(item.column_name) or cell_of(member, item) for item in MemberResource.columns]
    return [cell or None for cell in cells]


def adult_number(number):
    """Returns an identity number of a person born in the nineties."""
    from datetime import date, timedelta

    from benchmarks.members import identity_number

    return identity_number(number % 4000, date(1990, 1, 1) + timedelta(days=number // 4000 * 7))


def cell_of(member, item):
    """Returns the ledger's cell of a member in a column; None for the branch."""
    if item.attribute == "branch":
        return None
    value = member
    for name in item.attribute.split("__"):
        value = getattr(value, name)
    return item.widget.render(value)


def prepare():
    """Migrates the database and creates the branches."""
    from django.core.management import call_command

    from benchmarks.members import make_district

    call_command("migrate", verbosity=0)
    make_district()


def fill(members):
    """Registers this number of members in the branches."""
    from benchmarks.members import make_members
    from orgs.models import Organisation

    make_members(int(members), list(Organisation.objects.filter(category="branch").order_by("pk")))


# Ours


def import_ours(file):
    """Opens, checks and commits a file as the import pages do, in the background if it is large."""
    from reports.ledger.kinds import KINDS
    from yl_district.importing.steps import begin_check, begin_commit, open_import

    batch, _ = open_import(KINDS["members"], Path(file).read_bytes(), Path(file).name)
    step("open")
    begin_check(batch)
    first = first_page(batch)
    print(json.dumps({"first": first}), flush=True)
    wait_for(batch)
    step("check")
    assert not any(batch.counts.get(tag) for tag in "edw"), batch.counts
    begin_commit(batch)
    wait_for(batch)
    step("commit")


def first_page(batch):
    """Waits until the first page of the outcome can be read, reads it, and returns the time."""
    from yl_district.importing.models import ImportPart

    while True:
        parts = ImportPart.objects.filter(batch=batch).exclude(tags="").order_by("number")
        part = parts.first()
        if part is not None:
            assert len(list(zip(part.rows[:PAGE], part.tags[:PAGE], strict=True))) and part.told is not None
            return time.monotonic()
        stop_if_broken_off(batch)
        time.sleep(POLLED)


def wait_for(batch):
    """Waits until no work on the import is in progress."""
    while True:
        batch.refresh_from_db()
        if batch.state not in batch.BUSY:
            return
        stop_if_broken_off(batch)
        time.sleep(POLLED)


def stop_if_broken_off(batch):
    """Exits where the work on the import has broken off."""
    batch.refresh_from_db()
    if batch.is_broken_off:
        sys.exit("the work on the import broke off")


# django-import-export


def import_stock(file):
    """Previews and confirms a file as the admin of django-import-export does, which reads it twice."""
    from import_export.formats.base_formats import XLSX

    for name, is_preview in (("check", True), ("commit", False)):
        dataset = XLSX().create_dataset(Path(file).read_bytes())
        result = stock_resource().import_data(dataset, dry_run=is_preview, raise_errors=False)
        wrong = [one.error for one in result.base_errors] + [row.error for row in result.invalid_rows]
        wrong += [errors[0].error for _, errors in result.row_errors()]
        assert not wrong, wrong[0]
        step(name)


def stock_resource():
    """Returns a resource as in the documentation of django-import-export, for the ledger's columns."""
    from import_export.fields import Field
    from import_export.resources import ModelResource
    from import_export.widgets import DateWidget, ForeignKeyWidget

    from members.models import Member, Person
    from members.resources import MemberResource
    from orgs.models import Organisation
    from yl_district.sheets.cells import MonthWidget

    own = [item for item in MemberResource.columns if "__" not in item.attribute and item.attribute != "branch"]
    values = {item.column_name: {} for item in MemberResource.columns if item.choices}

    class StockResource(ModelResource):
        person = Field("person", "身份证号", ForeignKeyWidget(Person))
        branch = Field("branch", "所在团支部", ForeignKeyWidget(Organisation, "name"))

        class Meta:
            model = Member
            fields = ["person", "branch", *(item.attribute for item in own)]
            import_id_fields = ["person"]
            clean_model_instances = True

        def before_import_row(self, row, **options):
            """The documented recipe for a related record in the row itself: get or create."""
            for heading, known in values.items():
                text = row[heading]
                if text not in known:
                    known[text] = resource.meanings[heading].clean(text)
                row[heading] = known[text]
            number = row["身份证号"]
            person = Person.objects.with_identity_number(number).first()
            if person is None:
                person = Person(
                    name=row["姓名"], gender=row["性别"], birth_date=row["出生日期"], mobile=row["手机号码"]
                )
                person.identity_number = number
                person.full_clean()
                person.save()
            row["身份证号"] = person.pk

    resource = StockResource()
    resource.meanings = {item.column_name: item.widget for item in MemberResource.columns if item.choices}
    for item in own:
        field = resource.fields[item.attribute]
        field.column_name = item.column_name
        if item.attribute.endswith("_on"):
            field.widget = DateWidget("%Y-%m" if isinstance(item.widget, MonthWidget) else DAY)
    return resource


# Lower bound


def import_floor(file):
    """Reads a file and writes its cells and their history rows, without checks or encryption."""
    from django.db import transaction
    from python_calamine import CalamineWorkbook

    from members.models import Member, Person
    from yl_district.history.bulk_sql import insert_history, insert_rows, update_rows

    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()[1:]
    is_update = Path(file).name.startswith("update")
    people, members = plain_rows(rows, is_update)
    with transaction.atomic():
        if is_update:
            update_rows(Member, ["employer", "remark"], members)
        else:
            insert_rows(Person, people)
            insert_history(Person, people, "+")
            insert_rows(Member, members)
        insert_history(Member, members, "~" if is_update else "+")
    step("commit")


def plain_rows(rows, is_update):
    """Returns the rows of Person and Member; keys count from FIRST, as in the first file."""
    import uuid

    from members.models import Member, Person
    from members.resources import MemberResource
    from orgs.models import Organisation

    items = {item.column_name: item for item in MemberResource.columns}
    places = {item.attribute: place for place, item in enumerate(items.values())}
    branches = dict(Organisation.objects.values_list("name", "pk"))
    people, members = [], []
    for key, row in enumerate(rows, FIRST):
        cells = {attribute: row[place] or None for attribute, place in places.items()}
        for item in items.values():
            if item.choices and cells[item.attribute]:
                cells[item.attribute] = item.widget.clean(cells[item.attribute])
        cells |= {"person": key, "id": key, "branch": branches[cells["branch"]], "left_on": None}
        cells["joined_league_on"] += "-01"
        cells["roll_begin"] = cells["listed_on"] or cells["intake_on"] or cells["joined_league_on"]
        told = {"id": key, "seal": uuid.uuid4().hex, "search_text": "", "name_key": ""}
        told |= {"identity_number_index": str(key), "mobile_index": str(key)}
        person = {f.name: told.get(f.name, cells.get(f"person__{f.name}")) for f in Person._meta.concrete_fields}
        people.append([stored(f, person[f.name]) for f in Person._meta.concrete_fields])
        members.append([stored(f, cells.get(f.name)) for f in Member._meta.concrete_fields])
    return people, members


def stored(field, value):
    """Returns what a column holds of a cell, an empty text where it cannot be null."""
    return "" if value is None and not field.null else value


# Reading alone, and a concurrent writer


def read_only(file):
    """Reads a file as every import does, without keeping anything."""
    from yl_district.spreadsheets.workbooks import stream_workbook

    for _ in stream_workbook(Path(file).read_bytes(), file):
        pass
    step("read")


def write_beside(pause):
    """Saves a small record every `pause` seconds until STOP_FILE exists.

    Prints the duration of each save and the number of failures.
    """
    from django.db import OperationalError

    from yl_district.importing.models import ImportHeading

    stopped = SimpleNamespace(when=time.monotonic() + 3600)
    record, waits, failures = ImportHeading.objects.create(kind="benchmark", heading="标题"), [], 0
    while time.monotonic() < stopped.when and not Path(os.environ["STOP_FILE"]).exists():
        began = time.monotonic()
        try:
            record.column = str(len(waits))
            record.save()
        except OperationalError:
            failures += 1
        waits.append(time.monotonic() - began)
        time.sleep(float(pause))
    print(json.dumps({"waits": sorted(waits), "failures": failures}), flush=True)


ACTS = {
    "prepare": prepare,
    "fill": fill,
    "files": write_files,
    "ours": import_ours,
    "stock": import_stock,
    "floor": import_floor,
    "read": read_only,
    "write": write_beside,
}


def main(act, *arguments):
    """Runs one of ACTS in this process."""
    start_django()
    step("ready")
    ACTS[act](*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
