"""Tables of links and contacts."""

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from members.models import Person
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


def drawn_bar(value, whole, label):
    """A drawn bar of `value` in `whole`, with both as numbers."""
    drawn = '<progress max="{}" value="{}" aria-label="{}"></progress><span>{}/{}</span>'
    told = '<span class="bar"><span class="bar-label">{}</span>{}</span>'
    return format_html(told, label, format_html(drawn, whole or 1, min(value, whole or 1), label, value, whole))


class LinkProgressTable(PageTable):
    """Serving cadres with how far they have come, as the board adds it to them."""

    phone_columns = ("standing_links", "reached_links")

    name = tables.Column("团干部", accessor="shown_name", order_by="name_sort", attrs={"td": {"class": "record"}})
    places = tables.Column("组织", accessor="board_posts", orderable=False)
    liaisons = tables.Column("联系委员", accessor="board_posts", orderable=False)
    standing_links = tables.Column("联系/指标")
    bound_links = tables.Column("已绑定")
    reached_links = tables.Column("本季度已联系")
    short_links = tables.Column("未达联系要求")

    class Meta(PageTable.Meta):
        model = Person
        fields = ["name", "places", "liaisons", "standing_links", "bound_links", "reached_links", "short_links"]

    def render_name(self, value, record):
        """Returns the cadre's name, leading to the links where these are open."""
        address = table_address(self, "link_list")
        return format_html('<a href="{}?cadre={}">{}</a>', address, record.pk, value) if address else value

    def render_places(self, value):
        """Returns the names of the organisations in which the cadre serves."""
        return "、".join(dict.fromkeys(post.organisation.name for post in value))

    def render_liaisons(self, value):
        """Returns the names of those who look after these organisations."""
        people = (liaison.person for post in value for liaison in post.organisation.board_liaisons)
        return "、".join(dict.fromkeys(person.shown_name for person in people)) or "—"

    def render_standing_links(self, value, record):
        """Returns a bar of the links against the quota."""
        return drawn_bar(value, record.quota, "联系")

    def render_bound_links(self, value, record):
        """Returns a bar of the bound links."""
        return drawn_bar(value, record.standing_links, "已绑定")

    def render_reached_links(self, value, record):
        """Returns a bar of the links reached this quarter."""
        return drawn_bar(value, record.standing_links, "本季度")

    def render_short_links(self, value):
        """Returns how many links are short of the norm."""
        return f"{value} 名" if value else "—"


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


class MarkedContactTable(ContactTable):
    """Contacts with their marks, of contacts `with_marks`."""

    marks = tables.Column("提示", orderable=False, default="", attrs={"td": {"class": "told"}})

    class Meta(PageTable.Meta):
        model = Contact
        fields = [*ContactTable.Meta.fields, "marks"]

    def render_marks(self, value):
        """Returns the marks as badges."""
        return format_html_join(" ", '<span class="badge bg-orange-lt">{}</span>', ((mark,) for mark in value))
