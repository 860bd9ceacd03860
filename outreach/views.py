"""Pages of links and contacts, and of the end of a post, which leaves links behind."""

from functools import partial

from django.db.models import Exists
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from members.models import Person
from members.views import visible_post
from orgs.roles import RoleKind
from yl_district.pages.acts_for_many import refuse_bound
from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import (
    configured_table,
    delete_page,
    end_page,
    form_page,
    list_page,
    rows_response,
    wants_fragment,
)
from yl_district.periods import Period

from .actions import delete_contact, end_post, hand_over
from .filters import ContactFilter, LinkFilter
from .forms import (
    ContactForm,
    CreditedContactForm,
    LinkBindForm,
    LinkEndForm,
    LinkForm,
    LinkHandOverForm,
    OwnContactForm,
    PostEndForm,
)
from .models import Contact, Link, cadres_with_links
from .resources import ContactResource, LinkResource
from .tables import ContactTable, LinkContactTable, LinkTable, MarkedContactTable


def link_list(request):
    """The list of links; by default those in force today, for cadres those first whom they have yet to reach."""
    links = Link.objects.visible_to(request.user)
    if request.user.holds(RoleKind.STAFF):
        links = links.with_last_contact()
    else:
        links = links.not_reached_first(Period.of_quarter(timezone.localdate()))
    return list_page(request, LinkContactTable, LinkFilter, links, title="1+100 联系")


def own_link_list(request):
    """A cadre's own youths, those not reached this quarter first, with the form of a contact with some of them."""
    day = timezone.localdate()
    cadre = cadres_with_links(day).in_office(day).filter(user=request.user.pk).first()
    context = {"title": "我的联系", "cadre": cadre}
    if cadre is None or not cadre.standing_links:
        return render(request, "outreach/own_link_list.html", context)
    return form_page(
        request,
        OwnContactForm,
        instance=Contact(cadre=cadre),
        message="已登记联系记录。",
        after=reverse("own_link_list"),
        **context,
    )


@require_GET
def link_export(request, **options):
    """Exports the list of links."""
    links = Link.objects.visible_to(request.user)
    return export_page(request, LinkResource, LinkTable, LinkFilter, links, **options)


def link_detail(request, pk):
    """One link with the contacts that reached its youth."""
    link = visible_link(request, pk)
    contacts = Contact.objects.visible_to(request.user).with_link(link).with_marks()
    context = {"title": str(link), "link": link, "table": configured_table(request, MarkedContactTable, contacts)}
    return rows_response(request, "outreach/link_detail.html", "outreach/_contacts.html", context)


def link_create(request):
    """Registers a link."""
    return form_page(request, LinkForm, title="登记联系青年", message="已登记联系青年。", initial=request.GET.dict())


def link_update(request, pk):
    """Corrects or completes a link."""
    link = visible_link(request, pk)
    return form_page(
        request, LinkForm, instance=link, title=f"修改联系青年：{link.youth}", message="已保存联系青年资料。"
    )


def link_bind(request, pk):
    """Registers that a link was bound on the platform, and what the youth agreed to."""
    link = visible_link(request, pk)

    def bind(**asked):
        refuse_bound(link)
        link.bind(**asked)

    return end_page(
        request,
        LinkBindForm,
        link,
        bind,
        title=f"登记绑定：{link.youth}",
        message="已登记绑定。",
        initial={"day": timezone.localdate()},
    )


def link_end(request, pk):
    """Ends a link."""
    link = visible_link(request, pk)
    return end_page(request, LinkEndForm, link, link.end, title=f"结束联系：{link}", message="已结束联系，记录保留。")


def link_hand_over(request, cadre_pk):
    """Hands over or ends all links of a cadre, such as of one who has left."""
    links = Link.objects.visible_as(request.user, RoleKind.STAFF).filter(cadre=cadre_pk)
    cadre = get_object_or_404(Person.objects.visible_to(request.user).filter(Exists(links)), pk=cadre_pk)
    return end_page(
        request,
        partial(LinkHandOverForm, cadre=cadre),
        cadre,
        lambda links_on, **asked: hand_over(cadre, links_on, **asked),
        title=f"移交联系青年：{cadre}",
        message="已办理移交，原联系和联系记录保留。",
        after=f"{reverse('link_list')}?cadre={cadre.pk}&standing=",
    )


def post_end(request, pk):
    """Ends a post, and hands over or ends the links of its holder."""
    post = visible_post(request, pk)
    liaisons = post.person.liaisons.visible_to(request.user).owed_to(post).as_of(timezone.localdate())
    return end_page(
        request,
        partial(PostEndForm, post=post),
        post,
        partial(end_post, post),
        title=f"办理离任：{post.person}",
        message="已办理离任，记录保留。",
        liaisons=liaisons.select_related("organisation").order_by("organisation__path"),
    )


def visible_link(request, pk):
    """Returns the link if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(Link.objects.visible_to(request.user).select_related("cadre", "youth"), pk=pk)


def contact_list(request):
    """The list of contacts, latest first."""
    contacts = Contact.objects.visible_to(request.user).with_marks()
    return list_page(request, MarkedContactTable, ContactFilter, contacts, title="联系记录")


@require_GET
def contact_export(request, **options):
    """Exports the list of contacts."""
    contacts = Contact.objects.visible_to(request.user)
    return export_page(request, ContactResource, ContactTable, ContactFilter, contacts, **options)


def contact_detail(request, pk):
    """One contact."""
    contact = visible_contact(request, pk)
    links = contact.links.select_related("youth")
    context = {"title": str(contact), "contact": contact, "links": links}
    return render(request, "outreach/contact_detail.html", context)


def contact_create(request):
    """Logs a contact; an htmx request gets the youths to choose from for the cadre and day in the query string."""
    if request.method == "GET" and wants_fragment(request):
        return links_fragment(request)
    after = reverse("link_list") if request.GET.get("links") else None
    return form_page(
        request, ContactForm, title="登记联系", message="已登记联系记录。", initial=request.GET.dict(), after=after
    )


def contact_update(request, pk):
    """Corrects or completes a contact."""
    contact = visible_contact(request, pk)
    if request.method == "GET" and wants_fragment(request):
        return links_fragment(request, contact)
    form_class = CreditedContactForm if contact.activity else ContactForm
    return form_page(
        request, form_class, instance=contact, title=f"修改联系记录：{contact}", message="已保存联系记录。"
    )


def contact_delete(request, pk):
    """Deletes a contact logged by mistake."""
    contact = visible_contact(request, pk)
    return delete_page(
        request,
        contact,
        title="删除联系记录",
        message="已删除联系记录。",
        act=partial(delete_contact, contact),
    )


def visible_contact(request, pk):
    """Returns the contact if the user may see it; raises Http404 otherwise."""
    contacts = Contact.objects.visible_to(request.user).with_marks().select_related("cadre", "activity")
    return get_object_or_404(contacts, pk=pk)


def links_fragment(request, contact=None):
    """Renders the youths to choose from for the cadre and day currently in the form."""
    chosen = {name: request.GET.get(name, "") for name in ("cadre", "held_on")}
    form = ContactForm(instance=contact, initial=chosen, user=request.user, day=timezone.localdate())
    return render(request, "outreach/_links.html", {"form": form})
