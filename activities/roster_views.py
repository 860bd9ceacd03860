"""The page on which those who came to an activity are ticked on the roster of its host."""

from functools import partial

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from members.models import Person
from yl_district.pages.filters import LONGEST_SEARCH
from yl_district.pages.forms import ActionForm
from yl_district.pages.pages import carry_out, confirm_saved
from yl_district.pages.record_choices import SeveralChoiceField
from yl_district.pages.submit_once import new_token

from .actions import add_sign_ins
from .rosters import LONGEST_ROSTER, Roster, searched_by, told_apart
from .views import visible_activity


class RosterForm(ActionForm):
    """Who of the roster came."""

    people = SeveralChoiceField(
        Person.objects.none(),
        label="谁来了",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "所选的人不在这次活动的名单中，请刷新页面后重新勾选。",
        },
    )

    def __init__(self, *args, roster, **options):
        super().__init__(*args, **options)
        self.fields["people"].queryset = roster.people
        self.fields["people"].error_messages["required"] = "请勾选到场的人；一个也没有来的，不用登记。"

    @property
    def ticked(self):
        """The keys ticked, as typed."""
        return set(self["people"].data or ()) if self.is_bound else set()


def activity_roster(request, pk):
    """Signs in those ticked on the roster; whoever is signed in already stays so."""
    activity = visible_activity(request, pk)
    if not activity.is_held:
        messages.info(request, "登记为已举办后，才能登记谁来了。")
        return redirect(activity)
    text = request.GET.get("search", "").strip()[:LONGEST_SEARCH]
    roster = Roster(activity, request.user)

    def build(data=None):
        form = RosterForm(data, roster=roster, user=request.user, day=timezone.localdate())
        form.submission = new_token(request.user)
        return form

    form = build()
    if request.method == "POST":
        form, target = carry_out(request, build, partial(sign_in_ticked, activity, roster), after=activity)
        if target:
            confirm_saved(request, form, "" if form.repeated else f"已登记 {form.added} 人到场。")
            return redirect(target)
    return roster_page(request, activity, form, Roster(activity, request.user, text) if text else roster, text)


def sign_in_ticked(activity, roster, form):
    """Signs in those whom the form names and notes how many were new."""
    people = form.cleaned_data["people"]
    form.added = add_sign_ins(activity, people, roster.capacities(people))


def roster_page(request, activity, form, roster, text):
    """Renders the roster, without those signed in; none of it where it is too long to be ticked."""
    signed = set(activity.sign_ins.values_list("person", flat=True))
    people = roster.people.exclude(pk__in=signed)
    number = people.count()
    shown = list(people) if number <= LONGEST_ROSTER else []
    names = told_apart(shown)
    context = {
        "title": f"谁来了：{activity.name}",
        "activity": activity,
        "form": form,
        "rows": [(person.pk, names[person.pk], searched_by(person), str(person.pk) in form.ticked) for person in shown],
        "number": number,
        "signed": len(signed),
        "is_too_long": number > LONGEST_ROSTER,
        "text": text,
        "back": activity.get_absolute_url(),
    }
    return render(request, "activities/activity_roster.html", context, status=form.http_status)
