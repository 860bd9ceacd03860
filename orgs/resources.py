"""The ledger's sheets 团组织, 两新组织, 两新联络 and 物资配发."""

from yl_district.cells import CellError
from yl_district.imports import LogResource, Named, SheetResource, column

from .models import Organisation, Supply, Unit, UnitContact

ORGANISATION_SHEET = "团组织"


class OrganisationResource(SheetResource):
    """One row is a league organisation; parents may stand below their children."""

    sheet = ORGANISATION_SHEET
    columns = [
        column(Organisation, "name", required=True),
        column(Organisation, "category", required=True),
        column(Organisation, "domain", required=True),
        Named("上级组织", None, Organisation, ORGANISATION_SHEET),
        column(Organisation, "founded_on"),
        column(Organisation, "last_election_on"),
        column(Organisation, "liaison"),
        column(Organisation, "chat_kind"),
        column(Organisation, "chat_number"),
        column(Organisation, "address"),
        column(Organisation, "dissolved_on"),
        column(Organisation, "remark"),
    ]

    class Meta(SheetResource.Meta):
        model = Organisation

    def load(self):
        self.known = self.book.named(Organisation)
        self.by_path = {organisation.path: organisation for organisation in self.known.values()}
        self.root = next((one for one in self.known.values() if one.is_root()), None)

    def ordered(self, headings, rows):
        """Parents before children; a row without a parent comes first when it can be the root."""
        positions = {heading: place for place, heading in enumerate(headings)}
        name_at, parent_at = positions["组织名称"], positions.get("上级组织")
        if parent_at is None:
            return rows
        waiting, placed = {}, []
        for row in rows:
            waiting.setdefault(str(row[1][name_at] or "").strip(), []).append(row)
        parents = {str(row[1][parent_at] or "").strip() for row in rows}

        def place(name):
            for row in waiting.pop(name, []):
                place(str(row[1][parent_at] or "").strip())
                placed.append(row)

        orphans = [row for row in rows if not str(row[1][parent_at] or "").strip()]
        for row in sorted(orphans, key=lambda row: str(row[1][name_at] or "").strip() not in parents):
            place(str(row[1][name_at] or "").strip())
        for name in list(waiting):
            place(name)
        return placed

    def find(self, row):
        return self.known.get(row["组织名称"])

    def apply(self, record, row):
        parent = row.get("上级组织", self.root)
        if record.pk is None:
            record.parent_to_be = parent
            return []
        now = self.by_path.get(record.path[: -Organisation.steplen])
        if "上级组织" not in row or parent is now:
            return []
        if record.is_root() or parent is record or parent.is_descendant_of(record):
            raise CellError("本组织以外、不在其下的组织", "上下级不能循环，请核对上级组织", "上级组织")
        record.parent_to_be = parent
        return [("上级组织", now.name, parent.name)]

    def accept(self, record):
        """Writes the organisation at once, since the rows below it need its place in the tree."""
        if record.parent_to_be is None:
            Organisation.objects.add_root(instance=record)
            self.root = record
        else:
            record.parent_to_be.refresh_from_db(fields=["path", "depth", "numchild"])
            Organisation.objects.add_child(record.parent_to_be, instance=record)
        self.known[record.name] = self.by_path[record.path] = record

    def write(self):
        for record in self.changed:
            record.save()
            if hasattr(record, "parent_to_be"):
                Organisation.objects.move(record, record.parent_to_be, pos="last-child")
        if any(hasattr(record, "parent_to_be") for record in self.changed):
            for record in self.known.values():
                record.refresh_from_db(fields=["path", "depth", "numchild"])

    def rows_for_export(self, records):
        return records.with_parent_name()

    def value_for_export(self, record, heading, item):
        return record.parent_name if heading == "上级组织" else super().value_for_export(record, heading, item)


class UnitResource(SheetResource):
    """One row is a two-new organisation: the same name, else the same credit code."""

    sheet = "两新组织"
    columns = [
        column(Unit, "name", required=True),
        column(Unit, "credit_code"),
        column(Unit, "kind", required=True),
        column(Unit, "has_party_branch"),
        column(Unit, "employees"),
        column(Unit, "youths"),
        column(Unit, "league_form"),
        Named("团支部", "branch", Organisation, ORGANISATION_SHEET),
        column(Unit, "league_founded_on"),
        column(Unit, "task_year"),
        column(Unit, "is_contact_point"),
        column(Unit, "status", required=True),
        column(Unit, "status_on"),
        column(Unit, "verified_on"),
        column(Unit, "address"),
        column(Unit, "contact_name"),
        column(Unit, "contact_phone"),
        column(Unit, "remark"),
    ]

    class Meta(SheetResource.Meta):
        model = Unit

    def load(self):
        self.known = self.book.named(Unit)
        self.by_code = {unit.credit_code: unit for unit in self.known.values() if unit.credit_code}
        self.book.attach(self.known.values(), "branch", Organisation)

    def find(self, row):
        unit, same_code = self.known.get(row["单位名称"]), self.by_code.get(row.get("统一社会信用代码"))
        if unit and same_code and unit is not same_code:
            remedy = f"该代码已登记在“{same_code.name}”名下，请核对代码"
            raise CellError("本单位的统一社会信用代码", remedy, "统一社会信用代码")
        return unit or same_code

    def accept(self, record):
        self.known[record.name] = record
        if record.credit_code:
            self.by_code[record.credit_code] = record

    def rows_for_export(self, records):
        return records.select_related("branch").order_by("pk")


class UnitContactResource(LogResource):
    """One row is one contact with a two-new organisation."""

    sheet = "两新联络"
    columns = [
        Named("单位名称", "unit", Unit, UnitResource.sheet, required=True),
        column(UnitContact, "held_on", required=True),
        column(UnitContact, "form", required=True),
        column(UnitContact, "contact_name"),
        column(UnitContact, "content"),
    ]

    class Meta(SheetResource.Meta):
        model = UnitContact

    def rows_for_export(self, records):
        return records.select_related("unit").order_by("held_on", "pk")


class SupplyResource(LogResource):
    """One row is supplies issued to an organisation."""

    sheet = "物资配发"
    columns = [
        column(Supply, "issued_on", required=True),
        Named("组织", "organisation", Organisation, ORGANISATION_SHEET, required=True),
        column(Supply, "item", required=True),
        column(Supply, "quantity", required=True),
    ]

    class Meta(SheetResource.Meta):
        model = Supply

    def rows_for_export(self, records):
        return records.select_related("organisation").order_by("issued_on", "pk")
