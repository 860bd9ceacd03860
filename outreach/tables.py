"""Tables of links and contacts."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html

from yl_district.days import has_ended
from yl_district.pages.tables import DayColumn, MaskedColumn, PageTable, RecordColumn, table_address

from .models import Contact, Link


class LinkTable(PageTable):
    """Links of cadres to youths."""

    related = ("youth", "cadre")

    youth = RecordColumn(accessor="youth__shown_name", order_by="youth__name_sort")
    cadre = tables.Column(accessor="cadre__shown_name", order_by="cadre__name_sort", verbose_name="团干部")
    mobile = MaskedColumn(accessor="youth__mobile")

    class Meta(PageTable.Meta):
        model = Link
        fields = ["youth", "cadre", "mobile", "sector", "employer", "started_on", "bound_on", "ended_on"]


class LinkContactTable(LinkTable):
    """Links with the day of the latest contact and the way to log one, of links with `reached_on`."""

    phone_columns = ("reached_on",)

    reached_on = DayColumn("最近联系", default="尚未联系")
    contact = tables.Column("办理", accessor="pk", orderable=False, attrs={"td": {"class": "row-act"}})

    class Meta(PageTable.Meta):
        model = Link
        fields = [*LinkTable.Meta.fields[:2], "reached_on", *LinkTable.Meta.fields[2:], "contact"]
        sequence = fields

    def render_contact(self, record):
        """Returns the link to a contact's form for this youth, none once the link has ended."""
        address = table_address(self, "contact_create")
        if not address or has_ended(record, timezone.localdate()):
            return ""
        words = '<a class="btn btn-sm" href="{}?cadre={}&amp;links={}">登记联系</a>'
        return format_html(words, address, record.cadre_id, record.pk)


class ContactTable(PageTable):
    """Contacts of cadres with their linked youths."""

    related = ("cadre",)
    prefetched = ("links__youth",)
    phone_columns = ("form", "youths")

    held_on = RecordColumn()
    cadre = tables.Column(accessor="cadre__shown_name", order_by="cadre__name_sort", verbose_name="团干部")
    youths = tables.Column("联系青年", accessor="youth_names", orderable=False)

    class Meta(PageTable.Meta):
        model = Contact
        fields = ["held_on", "cadre", "form", "youths", "content"]

    def render_form(self, record, value):
        """Returns the form, with a badge where the contact follows from a list of who came."""
        return format_html('{} <span class="badge bg-blue-lt">名单</span>', value) if record.activity_id else value
