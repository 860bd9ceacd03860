"""Template tags and filters of the workbench, available in every template."""

import re
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html, format_html_join, linebreaks, strip_tags
from django.utils.safestring import mark_safe

from yl_district import days
from yl_district.attachments.models import Attachment
from yl_district.counts import told_number
from yl_district.days import announcement, is_announced
from yl_district.fields import date_format, is_masked, is_phone
from yl_district.history.tracking import kind_of, may_change, may_come, reached
from yl_district.installation.facts import is_known_demo
from yl_district.pages.addresses import open_address
from yl_district.privacy.masking import masked
from yl_district.privacy.unreadable import untold_places
from yl_district.sheets.models import AwaitedCell

register = template.Library()
# What stands between the digits of a phone number.
PHONE_MARKS = re.compile(r"[\s()（）-]")


register.filter("masked", masked)
register.filter("told_number", told_number)
register.simple_tag(untold_places)


@register.simple_tag
def icon(name):
    """One icon of the sprite, hidden from screen readers."""
    return icon_at(static("vendor/icons.svg"), name)


@lru_cache(maxsize=1000)
def icon_at(sprite, name):
    """The markup of an icon, which is on a page many times."""
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', sprite, name)


@register.filter
def waiting(navigation, tab):
    """How many records wait for the user on the pages of a tab or an entry of the menu."""
    return sum(navigation.counts.get(name, 0) for name in tab.url_names)


@register.simple_tag(takes_context=True)
def not_done(context):
    """What a refused form has not done, in the words of the page's own button: `没有导出`."""
    submit = context.render_context[BLOCK_CONTEXT_KEY].get_block("submit")
    return f"没有{strip_tags(submit.nodelist.render(context)).strip()}"


@register.inclusion_tag("_demo_banner.html")
def demo_banner():
    """The words on every page of a demonstration."""
    return {"is_demo": is_known_demo()}


@register.inclusion_tag("_record_links.html", takes_context=True)
def record_links(context, record):
    """Links to a record's viewers and history, each if the user may open it."""
    user, model = context["request"].user, type(record)
    names = [name for name in ("record_readers", "record_history") if may_come(user, model) and user.may_open(name)]
    return {name: reverse(name, args=[kind_of(model), record.pk]) for name in names}


@register.inclusion_tag("_attachments.html", takes_context=True)
def attachments(context, record):
    """The files attached to a record, with links to add and delete files for users who may change the record."""
    user = context["request"].user
    add = may_change(user, record)
    return {
        "attachments": Attachment.objects.told_of(record, user).select_related("uploaded_by"),
        "add": add and reverse("attachment_create", args=[kind_of(type(record)), record.pk]),
    }


@register.inclusion_tag("_awaited_cells.html", takes_context=True)
def awaited_cells(context, record):
    """What an import could not read in the record's row, until the fields have values or somebody dismisses it."""
    awaited, user = AwaitedCell.objects.still_of(record), context["request"].user
    found, kind = {"awaited": awaited, "csrf_token": context.get("csrf_token")}, kind_of(type(record))
    for cell in awaited:
        cell.unmask = unmask_address(user, cell.owner_in(record))
    if awaited and may_change(user, record):
        update = reverse(f"{kind}_update", args=[record.pk])
        found["update"] = update if update != context["request"].path else ""
        found["dismiss"] = reverse("awaited_cell_dismiss", args=[kind, record.pk])
    return found


def unmask_address(user, owner):
    """The URL that shows the masked values of a record in full; "" for None, and for users who may not see them."""
    is_open = owner is not None and user.may_open("record_unmask")
    is_open = is_open and reached(type(owner), user).filter(pk=owner.pk).exists()
    return reverse("record_unmask", args=[owner._meta.model_name, owner.pk]) if is_open else ""


@register.filter
def may_open(user, url_name):
    """Whether the access table admits the user to the URL of this name."""
    return user.may_open(url_name)


@register.filter("has_ended")
def has_ended_today(record):
    """Whether the record's end has come; one that is only announced has not."""
    return days.has_ended(record, timezone.localdate())


@register.filter
def ending(record):
    """The day of the record's end, or how it is announced; "" without one."""
    return shown(record, days.end_of(record)) or ""


@register.filter
def model_name(record):
    """A record's model name."""
    return record._meta.model_name


@register.simple_tag(takes_context=True)
def link(context, target, *args, text=None, css="", query=""):
    """A link to a page, given by its URL name or as a record's own, for users who may open it; else the mere text.

    A record's text is its name; without a text there is nothing for whoever may not open the page.
    """
    if target is None:
        return ""
    address = open_address(context.request.user, target, *args)
    words = target if text is None and not isinstance(target, str) else text
    kind = format_html(' class="{}"', css) if css else ""
    if address:
        return format_html('<a{} href="{}{}">{}</a>', kind, address, f"?{query}" if query else "", words)
    return format_html("<span{}>{}</span>", kind, words) if css else conditional_escape(words)


@register.simple_tag(takes_context=True)
def open_url(context, target, *args):
    """The address of a page, given by its URL name or as a record's own, for users who may open it; "" for others."""
    return open_address(context.request.user, target, *args)


def shown_whole(record, field):
    """The value of a field without its mask; a phone number as a link by which it is called."""
    value = getattr(record, field.name)
    number = PHONE_MARKS.sub("", value or "") if is_phone(field) else ""
    is_number = number.removeprefix("+").isdecimal() and number.isascii()
    return format_html('<a href="tel:{}">{}</a>', number, value) if is_number else value


@register.inclusion_tag("_facts.html", takes_context=True)
def facts(context, record, *names):
    """A definition list of a record's fields, in the order named.

    `person.mobile` follows a relation; `left_on?` is omitted when empty, others are shown as missing.
    """
    user = context.request.user
    shown = [(name, fact(record, name.rstrip("?"), user)) for name in names]
    return {"facts": [each for name, each in shown if each["value"] not in (None, "") or not name.endswith("?")]}


def fact(record, name, user):
    """{label, value} of one field."""
    *steps, last = name.split(".")
    for step in steps:
        record = getattr(record, step)
    if last == "shown_name":
        return {"label": "姓名", "value": record.shown_name}
    field = record._meta.get_field(last)
    return {"label": field.verbose_name, "value": shown(record, field, user)}


def shown_record(record, user=None):
    """A record by its name, linked to its page where a user is given who may open it."""
    address = open_address(user, record) if user else ""
    return format_html('<a href="{}">{}</a>', address, record) if address else str(record)


def shown(record, field, user=None):
    """Display value of a field: choices by their label, dates in the ledger's format, empty values unchanged.

    Other records are linked to their pages where a user is given who may open them.
    """
    value = getattr(record, f"shown_{field.name}", None) or getattr(record, field.name)
    if field.many_to_many:
        return format_html_join("、", "{}", [(shown_record(one, user),) for one in value.all()])
    if field.choices:
        return getattr(record, f"get_{field.name}_display")()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, get_user_model()):
        return str(value)
    if isinstance(value, Model):
        return shown_record(value, user)
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date) and is_announced(field) and value > timezone.localdate():
        return announcement(field, value)
    if isinstance(value, date):
        return formats.date_format(value, date_format(field))
    if is_masked(field):
        return masked(value)
    if field.get_internal_type() == "TextField" and value:
        return mark_safe(linebreaks(value, autoescape=True))
    return value
