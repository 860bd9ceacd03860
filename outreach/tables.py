"""Tables of links and contacts."""

import django_tables2 as tables

from yl_district.pages.tables import MaskedColumn, PageTable, RecordColumn

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


class ContactTable(PageTable):
    """Contacts of cadres with their linked youths."""

    related = ("cadre",)
    prefetched = ("links__youth",)

    held_on = RecordColumn()
    cadre = tables.Column(accessor="cadre__shown_name", order_by="cadre__name_sort", verbose_name="团干部")
    youths = tables.Column("联系青年", accessor="youth_names", orderable=False)

    class Meta(PageTable.Meta):
        model = Contact
        fields = ["held_on", "cadre", "form", "youths", "content"]
