"""Tables of organisations, units, contacts and supplies."""

import django_tables2 as tables

from yl_district.counts import told_number
from yl_district.pages.tables import PageTable, RecordColumn, named_with_end

from .models import Organisation, Supply, Unit, UnitChange, UnitContact


class OrganisationTable(PageTable):
    """Organisations."""

    name = RecordColumn(order_by="name_sort")

    class Meta(PageTable.Meta):
        model = Organisation
        fields = ["name", "category", "domain", "founded_on", "last_election_on"]

    def render_name(self, record, value):
        """Returns the name, with the end announced for the organisation."""
        return named_with_end(record, value)


class OrganisationTreeTable(OrganisationTable):
    """Organisations indented as a tree, with what `listed_for` adds."""

    rows_per_page = 50
    phone_columns = ("category", "member_count")

    name = RecordColumn(order_by="name_sort", attrs={"td": {"class": lambda record: f"record depth-{record.depth}"}})
    parent_name = tables.Column(
        "上级组织", order_by=("parent_path", "path"), attrs={"th": {"class": "parent"}, "td": {"class": "parent"}}
    )
    member_count = tables.Column("团员（含下级）", attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    cadre_count = tables.Column("在任团干部", attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    liaison = tables.Column("联系委员", accessor="present_liaisons", order_by="liaison_order")

    class Meta(PageTable.Meta):
        model = Organisation
        fields = ["name", "parent_name", "category", "domain", "member_count", "cadre_count", "liaison"]
        exclude = ["founded_on", "last_election_on"]

    def render_member_count(self, value):
        """Returns the number, or that it is more than is counted."""
        return told_number(value)

    render_cadre_count = render_member_count

    def render_liaison(self, value):
        """Returns the name of whoever looks after the organisation today."""
        return "、".join(str(liaison.person) for liaison in value) or "—"


class UnitTable(PageTable):
    """Two-new organisations."""

    related = ("branch",)
    phone_columns = ("branch", "status")

    name = RecordColumn(order_by="name_sort")

    class Meta(PageTable.Meta):
        model = Unit
        fields = ["name", "kind", "league_form", "branch", "league_founded_on", "task_year", "status", "verified_on"]


class UnitChangeTable(PageTable):
    """Changes of two-new organisations."""

    related = ("unit",)

    happened_on = RecordColumn(default="一直如此")
    unit = tables.Column(order_by="unit__name_sort")
    remark = tables.Column(attrs={"td": {"class": "long"}})

    class Meta(PageTable.Meta):
        model = UnitChange
        fields = ["happened_on", "unit", "kind", "remark"]


class UnitContactTable(PageTable):
    """Contacts with two-new organisations."""

    related = ("unit",)

    held_on = RecordColumn()
    unit = tables.Column(order_by="unit__name_sort")
    content = tables.Column(attrs={"td": {"class": "long"}})

    class Meta(PageTable.Meta):
        model = UnitContact
        fields = ["held_on", "unit", "form", "contact_name", "content"]


class SupplyTable(PageTable):
    """Supplies issued."""

    related = ("organisation",)

    issued_on = RecordColumn()
    quantity = tables.Column(attrs={"th": {"class": "number"}, "td": {"class": "number"}})

    class Meta(PageTable.Meta):
        model = Supply
        fields = ["issued_on", "organisation", "item", "quantity"]
