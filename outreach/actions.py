"""Actions on several links: handing them over, with the end of a post, by themselves, or with an account."""

from django.db import transaction
from django.db.models import Q

from yl_district.validators import problem

from .models import Contact, Link

HANDED_OVER = "移交继任团干"


@transaction.atomic
def end_post(post, day, links_on=None, successor=None, reason=""):
    """Ends a post in the month of `day`; with `links_on` also hands over or ends its holder's links on that day."""
    post.end(day)
    if links_on:
        hand_over(post.person, links_on, successor, reason)


@transaction.atomic
def hand_over(cadre, day, successor=None, reason=""):
    """Ends the cadre's links that had not ended by `day`, and begins the same links of the successor, if any.

    The ended links are kept, with the reason in their remark. Contacts stay with the cadre who made them; those with
    everybody from `day` on name the youths whom they reached, who would no longer be everybody.
    """
    for contact in Contact.objects.filter(cadre=cadre, with_everyone=True, held_on__gte=day):
        contact.name_everyone()
    note = "，".join(filter(None, [reason, HANDED_OVER if successor else ""]))
    links = Link.objects.select_for_update(no_key=True).filter(cadre=cadre).not_ended_by(day)
    for link in list(links.order_by("pk")):
        begin, until = max(day, link.started_on), link.ended_on
        link.end(begin, note)
        if successor:
            take_over(link, successor, begin, until)


def take_over(link, successor, begin, until):
    """Begins the same link of another cadre, unless that cadre has one to the youth or is the youth."""
    if successor.pk == link.youth_id or has_link(successor, link.youth_id, begin):
        return
    taken = Link(cadre=successor, youth_id=link.youth_id, sector=link.sector, employer=link.employer)
    taken.started_on, taken.ended_on = begin, until
    taken.full_clean()
    taken.save()


def has_link(cadre, youth, day):
    """Whether the cadre has a link to the youth that had not ended by `day`, or one that started on it."""
    links = Link.objects.filter(cadre=cadre, youth=youth)
    return links.filter(Q(pk__in=links.not_ended_by(day)) | Q(started_on=day)).exists()


@transaction.atomic
def log_contact(link, held_on, form, content=""):
    """Logs one contact with the youth of a link, and returns it.

    Raises ValidationError where the link was not in force that day, or a contact of that form reached the youth on it,
    or one that follows from a list of who came.
    """
    if not Link.objects.as_of(held_on).filter(pk=link.pk).exists():
        raise problem(f"{held_on} 在联系的青年", "这一天还没有开始联系或已经结束，请核对日期")
    same_day = Contact.objects.with_link(link).filter(held_on=held_on)
    if same_day.filter(form=form).exists():
        raise problem("尚未登记的联系", f"{held_on} 以这种形式联系这名青年，已经登记过")
    if credited := same_day.of_lists_alone().select_related("activity").first():
        remedy = f"活动“{credited.activity.name}”的名单已计入与这名青年的联系；确是另外一次的，请单独登记"
        raise problem("尚未计入的联系", remedy)
    contact = Contact(cadre_id=link.cadre_id, held_on=held_on, form=form, content=content)
    contact.full_clean()
    contact.save()
    contact.links.set([link])
    return contact


def delete_contact(contact):
    """Deletes a contact logged by mistake; raises ValidationError for one that follows from a list of who came."""
    if contact.activity:
        expected = "手工登记的联系记录（这一条由活动的签到名单得出）"
        raise problem(expected, f"请在活动“{contact.activity.name}”的名单中更正，或撤销确认")
    contact.delete()


def hand_over_links(user, successor, day, by):
    """Hands over the links of the person whose account is closed on `day` to the successor's person, if any."""
    cadre, heir = (getattr(account, "person", None) for account in (user, successor))
    if cadre:
        hand_over(cadre, day, heir, "离岗")
