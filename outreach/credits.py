"""The contacts that follow from who came to an activity: of each credited cadre with the linked youths who came."""

from collections import defaultdict
from dataclasses import dataclass

from django import forms
from django.db import transaction
from django.db.models import Prefetch

from activities.effects import ListEffect
from activities.models import SignIn
from members.models import Person, Post
from yl_district.days import has_ended
from yl_district.pages.forms import prepare_field
from yl_district.pinyin import person_order

from .models import Contact, Credit, Link

AGAIN = "他们当天已手工登记过与其中青年的联系：说的就是这次活动的，不要勾选，不会重复计；确是另外一次的，请勾选。"
FORMS_BY_TYPE = {"volunteering": Contact.Form.VOLUNTEERING}


@dataclass(frozen=True)
class CreditProposal:
    """A cadre with whom an activity may count as a contact.

    - `links`: the links to the youths who came.
    - `takes_part`: whether the cadre came as well, or held a post in the host on the day.
    - `is_reached`: whether the cadre logged a contact of that day with some of these youths by hand.
    - `credit`: what was chosen before, None where nothing was.
    """

    cadre: Person
    links: list[Link]
    takes_part: bool
    is_reached: bool
    credit: Credit | None

    @property
    def label(self):
        """The cadre, and the youths by name."""
        names = [str(link.youth) for link in self.links]
        more = f"等 {len(names)} 人" if len(names) > Contact.NAMES_SHOWN else f"（{len(names)} 人）"
        return f"{self.cadre}：{'、'.join(names[: Contact.NAMES_SHOWN])}{more}"

    def keep(self, activity, form, *, counts_again=False):
        """Credits the cadre with the activity."""
        credit = self.credit or Credit(activity=activity, cadre=self.cadre)
        credit.form, credit.counts_again = form, counts_again
        credit.full_clean()
        credit.save()


def credit_proposals(activity, links):
    """Returns the CreditProposals of an activity for the cadres of `links`, those who take part first."""
    came = set(activity.sign_ins.present().values_list("person", flat=True))
    of_cadre = defaultdict(list)
    for link in links.as_of(activity.held_on).filter(youth__in=came).select_related("cadre", "youth"):
        of_cadre[link.cadre].append(link)
    reached = reached_by_hand(of_cadre, [activity.held_on])
    posts = Post.objects.as_of(activity.held_on).filter(organisation=activity.host_id, person__in=of_cadre)
    hosts = set(posts.values_list("person", flat=True))
    credits = {credit.cadre_id: credit for credit in activity.credits.all()}
    found = [
        CreditProposal(
            cadre,
            sorted(own, key=lambda link: person_order(str(link.youth))),
            cadre.pk in came or cadre.pk in hosts,
            any(link.pk in reached[cadre.pk, activity.held_on] for link in own),
            credits.get(cadre.pk),
        )
        for cadre, own in of_cadre.items()
    ]
    return sorted(found, key=lambda one: (not one.takes_part, person_order(str(one.cadre)), one.cadre.pk))


def usual_form(activity):
    """The form of the contacts that an activity of this type gives."""
    return FORMS_BY_TYPE.get(activity.type.key, Contact.Form.THEME)


def reached_by_hand(cadres, days):
    """Returns {(key of a cadre, day): keys of the links that contacts logged by hand reached}, empty for others."""
    contacts = Contact.objects.by_hand().filter(cadre__in=cadres, held_on__in=days).prefetch_related("links")
    links, reached = links_by_cadre(cadres), defaultdict(set)
    for contact in contacts:
        named = contact.links.all()
        if contact.with_everyone:
            named = [link for link in links[contact.cadre_id] if is_in_force(link, contact.held_on)]
        reached[contact.cadre_id, contact.held_on] |= {link.pk for link in named}
    return reached


def links_by_cadre(cadres):
    """Returns {key of a cadre: all links}, in the order of their keys."""
    links = defaultdict(list)
    for link in Link.objects.filter(cadre__in=cadres).order_by("pk"):
        links[link.cadre_id].append(link)
    return links


def is_in_force(link, day):
    """Whether the link is in force on `day`."""
    return link.started_on <= day and not has_ended(link, day)


@transaction.atomic
def settle_credits(activities):
    """Makes the contacts of the activities with these keys those that follow from their lists.

    One of which nobody is left goes, unless somebody added a text or a file: it then stays, as logged by hand once the
    list is open again. What it reads does not grow with the activities.
    """
    wanted = wanted_links(activities)
    links = Prefetch("links", Link.objects.order_by("pk"))
    contacts = Contact.objects.filter(activity__in=activities).select_related("activity").order_by("pk")
    for contact in contacts.prefetch_related(links, "attachments"):
        credit, links = wanted.pop((contact.activity_id, contact.cadre_id), (None, []))
        if links and contact.form != credit.form:
            contact.form = credit.form
            contact.save()
        if links or (contact.is_worked_on and contact.activity.is_confirmed):
            if [link.pk for link in contact.links.all()] != links:
                contact.links.set(links)
        elif contact.is_worked_on:
            contact.activity = None
            contact.save()
        else:
            contact.delete()
    for credit, links in wanted.values():
        if links:
            day = credit.activity.held_on
            contact = Contact(activity=credit.activity, cadre_id=credit.cadre_id, held_on=day, form=credit.form)
            contact.full_clean()
            contact.save()
            contact.links.set(links)


def wanted_links(activities):
    """Returns {(key of an activity, key of a cadre): (credit, keys of links)} of the credits of confirmed lists.

    Youths whom the cadre reached that day by hand are left out, unless the credit counts again.
    """
    credits = list(
        Credit.objects.filter(activity__in=activities, activity__list_confirmed_on__isnull=False).select_related(
            "activity"
        )
    )
    cadres, days = {one.cadre_id for one in credits}, {one.activity.held_on for one in credits}
    if not credits:
        return {}
    came = defaultdict(set)
    for activity, person in SignIn.objects.present().filter(activity__in=activities).values_list("activity", "person"):
        came[activity].add(person)
    links, reached = links_by_cadre(cadres), reached_by_hand(cadres, days)
    wanted = {}
    for credit in credits:
        day = credit.activity.held_on
        beside = set() if credit.counts_again else reached[credit.cadre_id, day]
        own = [
            link.pk
            for link in links[credit.cadre_id]
            if link.youth_id in came[credit.activity_id] and is_in_force(link, day) and link.pk not in beside
        ]
        wanted[credit.activity_id, credit.cadre_id] = credit, own
    return wanted


def count_beside(contacts):
    """Has these contacts, which follow from lists, count beside what is logged of the same day by hand."""
    for contact in contacts:
        for credit in Credit.objects.filter(activity=contact.activity_id, cadre=contact.cadre_id, counts_again=False):
            credit.counts_again = True
            credit.save()


class CreditEffect(ListEffect):
    """Offers the cadres whose links the user sees, and writes their contacts."""

    def offer(self, form):
        """Adds the choice of cadres, those who take part chosen, and of those who logged that day's contact by hand."""
        proposals = credit_proposals(form.activity, Link.objects.visible_to(form.user))
        if not proposals:
            return
        known = [one for one in proposals if one.credit]
        is_chosen = (lambda one: one.credit) if known else (lambda one: one.takes_part)
        labels = [(one.cadre.pk, one.label) for one in proposals]
        several = {"required": False, "widget": forms.CheckboxSelectMultiple, "coerce": int}
        form.fields["credited"] = forms.TypedMultipleChoiceField(label="计入谁的联系", choices=labels, **several)
        form.fields["credited"].help_text = "主办组织的团干部和到场的团干部已经勾选。"
        form.fields["contact_form"] = forms.ChoiceField(label="联系形式", choices=Contact.Form)
        form.initial["credited"] = [one.cadre.pk for one in proposals if is_chosen(one)]
        form.initial["contact_form"] = known[0].credit.form if known else usual_form(form.activity)
        names = ["credited", "contact_form"]
        if doubles := [one for one in proposals if one.is_reached]:
            labels = [(one.cadre.pk, str(one.cadre)) for one in doubles]
            form.fields["again"] = forms.TypedMultipleChoiceField(label="另计一次", choices=labels, **several)
            form.fields["again"].help_text = AGAIN
            form.initial["again"] = [one.cadre.pk for one in doubles if one.credit and one.credit.counts_again]
            names.append("again")
        for name in names:
            prepare_field(form.fields[name])
        form.groups = [*form.groups, ("1+100 联系", *names)]

    def confirm(self, activity, user, chosen):
        """Keeps a credit of each cadre chosen and none of those offered and left out; others' stay as they are."""
        credited, again = chosen.get("credited", []), chosen.get("again", [])
        for one in credit_proposals(activity, Link.objects.visible_to(user)):
            if one.cadre.pk in credited:
                one.keep(activity, chosen["contact_form"], counts_again=one.cadre.pk in again)
            elif one.credit:
                one.credit.delete()

    def confirm_as_proposed(self, activity):
        """Keeps a credit of each cadre who takes part, beside those there are."""
        for one in credit_proposals(activity, Link.objects.all()):
            if one.takes_part and not one.credit:
                one.keep(activity, usual_form(activity))

    def settle(self, activities):
        """Writes the contacts."""
        settle_credits(activities)

    def taken_back(self, activity, user):
        """How many contacts go, and how many stay because somebody added to them."""
        contacts = list(Contact.objects.visible_to(user).filter(activity=activity).prefetch_related("attachments"))
        kept = sum(contact.is_worked_on for contact in contacts)
        lines = [f"{len(contacts) - kept} 条联系记录将移除。"] if len(contacts) > kept else []
        return [*lines, f"{kept} 条联系记录有人补充过内容或附件，保留为手工登记。"] if kept else lines
