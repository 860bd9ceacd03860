"""Slips with one-time links, for printing: each link is shown on the one page that answers the act that made it."""

from dataclasses import dataclass
from datetime import datetime

import segno
from django.shortcuts import render
from django.utils.html import format_html

QUIET_ZONE = 4


@dataclass(frozen=True)
class Slip:
    """What is handed to one user: the account, where it works and its one-time link."""

    account: object
    places: str
    link: str
    expires_at: datetime

    @property
    def qr_code(self):
        """The link as a QR code, drawn as SVG."""
        return qr_code(self.link, "一次性链接的二维码")


def qr_code(text, label):
    """Returns the QR code of a text as an SVG element: one path, a unit of which is a module, dark ones alone.

    `label` is what it is called where nobody sees it.
    """
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=QUIET_ZONE))
    dark = " ".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return format_html(
        '<svg class="slip-code" viewBox="0 0 {0} {0}" shape-rendering="crispEdges" role="img"'
        ' aria-label="{2}"><path d="{1}"/></svg>',
        len(rows),
        dark,
        label,
    )


def slip_of(request, account, path):
    """Returns the slip of an account for the path of its new one-time link."""
    expires_at = account.invitations.newest().get().expires_at
    places = "、".join(dict.fromkeys(str(role.organisation) for role in account.roles.select_related("organisation")))
    return Slip(account, places, request.build_absolute_uri(path), expires_at)


def slips_page(request, slips, passed_over, back):
    """The page of slips; whoever was passed over is named above them with the reason."""
    context = {"title": f"邀请单（{len(slips)} 人）", "slips": slips, "passed_over": passed_over, "back": back}
    return render(request, "orgs/invitation_slips.html", context)
