"""Pages of the proofs, other than sign-ins, that a campaign has reached people."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from members.models import Person
from yl_district.pages.filters import LONGEST_SEARCH
from yl_district.pages.pages import act_form, carry_out, confirm_saved, delete_page, form_page
from yl_district.pinyin import NAME_ORDER

from .actions import add_proofs
from .campaign_views import CampaignReach, visible_campaign
from .forms import CampaignProofForm, CampaignProofsForm
from .models import CampaignProof
from .rosters import LONGEST_ROSTER, rows_to_tick


def campaign_proofs_create(request, campaign_pk):
    """Registers the same proof for those ticked of whom the campaign has not reached yet."""
    campaign = visible_campaign(request, campaign_pk)
    reach = CampaignReach(campaign, request.user, timezone.localdate())
    if not reach.is_counted:
        messages.info(request, "这一专项还没有开始，或不统计覆盖，不用登记证明。")
        return redirect(campaign)
    # Whoever was reached meanwhile is passed over when the form is taken, not refused.
    everybody = Person.objects.filter(pk__in=reach.people(reach.everybody))
    build = partial(act_form, request, CampaignProofsForm, people=everybody, initial={"proved_on": reach.day})
    form = build()
    if request.method == "POST":
        form, target = carry_out(request, build, partial(prove_ticked, campaign), after=campaign)
        if target:
            confirm_saved(request, form, "" if form.repeated else f"已登记 {form.added} 人的覆盖证明。")
            return redirect(target)
    return proofs_page(request, campaign, form, reach)


def prove_ticked(campaign, form):
    """Registers the proof for those whom the form names, and notes how many were new."""
    fields = dict(form.cleaned_data)
    form.added = add_proofs(
        campaign, fields.pop("people"), **{name: fields[name] for name in ("proved_on", "kind", "note")}
    )


def proofs_page(request, campaign, form, reach):
    """Renders those not reached to be ticked; none of them where they are too many."""
    text = request.GET.get("search", "").strip()[:LONGEST_SEARCH]
    people = Person.objects.filter(pk__in=reach.people(reach.unreached))
    people = (people.search(text) if text else people).order_by(*NAME_ORDER)
    number = people.count()
    shown = list(people) if number <= LONGEST_ROSTER else []
    context = {
        "title": f"登记覆盖证明：{campaign}",
        "campaign": campaign,
        "form": form,
        "rows": list(rows_to_tick(shown, {one.pk for one in shown}, form.ticked).values()),
        "number": number,
        "is_too_long": number > LONGEST_ROSTER,
        "text": text,
        "back": campaign.get_absolute_url(),
    }
    return render(request, "activities/campaign_proofs_create.html", context, status=form.http_status)


def campaign_proof_detail(request, pk):
    """One proof with the files attached to it."""
    proof = visible_proof(request, pk)
    context = {"title": f"{proof.person.shown_name}：{proof.campaign}", "proof": proof}
    return render(request, "activities/campaign_proof_detail.html", context)


def campaign_proof_update(request, pk):
    """Corrects a proof."""
    proof = visible_proof(request, pk)
    return form_page(
        request,
        CampaignProofForm,
        instance=proof,
        title=f"修改覆盖证明：{proof.person.shown_name}",
        message="已保存覆盖证明。",
    )


def campaign_proof_delete(request, pk):
    """Removes a proof; whoever did not come to an activity of the campaign either is then not reached."""
    proof = visible_proof(request, pk)
    return delete_page(
        request,
        proof,
        title=f"移除覆盖证明：{proof.person.shown_name}",
        message="已移除覆盖证明。",
        after=proof.campaign.get_absolute_url(),
    )


def visible_proof(request, pk):
    """Returns the proof if the user may see it; raises Http404 otherwise."""
    proofs = CampaignProof.objects.visible_to(request.user).select_related("campaign", "person")
    return get_object_or_404(proofs, pk=pk)
