"""Exports of lists without masks, for committee staff who have just confirmed their identity."""

from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from members.views import member_export, post_export
from orgs.accounts.reauthentication import recently_confirmed
from orgs.views import unit_export
from outreach.views import contact_export, link_export
from yl_district.importing.kinds import noted_book
from yl_district.sheets.columns import Book
from youthhubs.views import volunteer_export

from ..platforms.views import platform_entry_export

# The lists with masked columns. In those with names, namesakes get a distinguishing reference.
WITH_NUMBERS = {"member": member_export, "post": post_export, "unit": unit_export}
WITH_NAMES = {
    "volunteer": volunteer_export,
    "link": link_export,
    "contact": contact_export,
    "platform_entry": platform_entry_export,
}


@require_GET
@recently_confirmed
def list_full_export(request, kind):
    """Exports a list that can be imported again without a difference; nothing in it reveals who is assisted."""
    book = Book(timezone.localdate(), with_cases=False)
    if kind in WITH_NAMES:
        return WITH_NAMES[kind](request, book=noted_book(book))
    return WITH_NUMBERS[kind](request, book=book)


urlpatterns = [
    path(f"exports/full/{kind}/", list_full_export, {"kind": kind}, name=f"{kind}_full_export")
    for kind in [*WITH_NUMBERS, *WITH_NAMES]
]
