"""Exports of lists without masks, for committee staff who have just confirmed their identity and state a reason."""

from inspect import unwrap

from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from members.views import member_export, post_export
from orgs.accounts.reauthentication import recently_confirmed
from orgs.views import unit_export
from orgs.whole_exports import whole_export_page
from outreach.views import contact_export, link_export
from yl_district.importing.kinds import noted_book
from yl_district.pages.list_exports import list_of
from yl_district.sheets.columns import Book
from youthhubs.views import volunteer_export

from ..platforms.views import platform_entry_export
from .kinds import KINDS

# The lists with masked columns. In those with names, namesakes get a distinguishing reference.
WITH_NUMBERS = {"member": member_export, "post": post_export, "unit": unit_export}
WITH_NAMES = {
    "volunteer": volunteer_export,
    "link": link_export,
    "contact": contact_export,
    "platform_entry": platform_entry_export,
}


@require_http_methods(["GET", "POST"])
@recently_confirmed
def list_full_export(request, kind):
    """Exports a list that can be imported again without a difference; nothing in it reveals who is assisted."""
    [what] = [one.label for one in KINDS.values() if one.list_name == f"{kind}_list" and one.on_page]

    def hand_out(told):
        book = Book(timezone.localdate(), with_cases=False)
        if kind in WITH_NAMES:
            book = noted_book(book)
        # The list's own address is only fetched; here the form is sent.
        export = unwrap((WITH_NUMBERS | WITH_NAMES)[kind])
        return export(request, book=book, told=told)

    return whole_export_page(request, what, hand_out, back=list_of(request))


urlpatterns = [
    path(f"exports/full/{kind}/", list_full_export, {"kind": kind}, name=f"{kind}_full_export")
    for kind in [*WITH_NUMBERS, *WITH_NAMES]
]
