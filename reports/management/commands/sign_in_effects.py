"""manage.py sign_in_effects YEAR [--apply] [--json]: proposes what follows from the lists of a past year."""

import json

from django.db import transaction
from django.utils import timezone

from activities.actions import confirm_as_proposed
from activities.models import Activity
from orgs.models import Organisation
from outreach.models import Contact
from reports.figures.closed_years import names_read, reads, said
from reports.figures.counting import results_of
from reports.figures.lines import all_figures
from reports.figures.scopes import Scope
from yl_district.commands import DatabaseCommand
from yl_district.history.tracking import because
from yl_district.periods import Period

from .annual_summary import year_named

LISTS_REASON = "补计活动名单的联系"


class Command(DatabaseCommand):
    help = "说明一个年度尚未确认的签到名单各应计入哪些 1+100 联系、会改动哪些统计；--apply 逐一确认并写入。"

    def add_arguments(self, parser):
        parser.add_argument("year", metavar="YEAR", help="年度，如 2017")
        parser.add_argument("--apply", action="store_true", help="确认这些名单，写入由它们得出的联系")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, year, apply, **options):
        period = Period.of_year(year_named(year))
        with transaction.atomic(), because(LISTS_REASON):
            before = contact_figures(period)
            lists = list(unconfirmed_lists(period))
            confirm_as_proposed(lists, timezone.localdate())
            told = effects_as_dict(period.start.year, apply, lists, moved(before, contact_figures(period)))
            if not apply:
                transaction.set_rollback(True)
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.writelines(f"{line}\n" for line in told_in_lines(told))


def unconfirmed_lists(period):
    """The activities of a period on whose lists somebody came, and from which nothing follows yet, in their order."""
    activities = Activity.objects.held_during(period).filter(sign_in_count__gt=0, list_confirmed_on=None)
    return activities.select_related("type").order_by("held_on", "pk")


def contact_figures(period):
    """{(organisation, key of a figure): (label, amount)}, everywhere, of the figures that read contacts."""
    names = names_read(Contact)
    figures = [figure for figure in all_figures().values() if reads(figure, Contact, names)]
    scopes = [Scope(one, period) for one in Organisation.objects.order_by("path")]
    asked = [(figure, scope) for scope in scopes for figure in figures]
    results = zip(asked, results_of(asked), strict=True)
    return {(scope.organisation, figure.key): (figure.label, said(result)) for (figure, scope), result in results}


def moved(before, after):
    """The figures that differ, as the JSON output represents them."""
    return [
        {"organisation": place.name, "figure": label, "before": was, "after": after[place, key][1]}
        for (place, key), (label, was) in before.items()
        if after[place, key][1] != was
    ]


def effects_as_dict(year, is_applied, lists, figures):
    """What follows from the lists, as the JSON output represents it; youths are counted and not named."""
    contacts = Contact.objects.filter(activity__in=lists).with_youths_reached().select_related("cadre", "activity")
    told = [
        {
            "activity": contact.activity.name,
            "held_on": str(contact.held_on),
            "cadre": contact.cadre.name,
            "form": contact.get_form_display(),
            "youths": contact.youths_reached,
        }
        for contact in contacts.order_by("held_on", "activity", "pk")
    ]
    return {
        "year": year,
        "is_closed": year < timezone.localdate().year,
        "applied": is_applied,
        "lists": len(lists),
        "contacts": told,
        "youths": sum(one["youths"] for one in told),
        "figures": figures,
    }


def told_in_lines(told):
    """Yields the same as lines of text."""
    yield f"{told['year']}年有 {told['lists']} 份签到名单尚未确认。"
    yield f"由它们得出 {len(told['contacts'])} 条联系、{told['youths']} 人次。"
    for one in told["contacts"]:
        yield f"  {one['held_on']} {one['activity']}：{one['cadre']} {one['form']} {one['youths']} 人"
    if told["figures"]:
        verb = "已改动" if told["applied"] else "会改动"
        yield f"{verb}{'已结束' if told['is_closed'] else ''}年度的统计："
        for one in told["figures"]:
            yield f"  {one['organisation']} {one['figure']}：{one['before']} → {one['after']}"
    yield "已确认并写入。" if told["applied"] else "没有写入任何记录；--apply 确认这些名单并写入。"
