"""Acts on a member's page that a round of verification led to, which note in it what was found."""

from django.contrib import messages
from django.urls import reverse

from yl_district.pages.record_choices import is_key

from .models import VerificationRound

# What the address of such a page names the round by.
ROUND_PARAMETER = "verification"


def round_named(request):
    """The open round that the address names; None without one.

    Says so where it has been closed meanwhile: then nothing is noted in it.
    """
    key = request.GET.get(ROUND_PARAMETER, "")
    if not is_key(key):
        return None
    found = VerificationRound.objects.visible_to(request.user).filter(pk=key).first()
    if found and not found.is_open:
        messages.warning(request, f"“{found}”已于 {found.closed_on} 结束，这里的改动照常保存，但不再记入那一轮核实。")
        return None
    return found


def answers_address(verification_round):
    """The address of the page on which the user's only branch answers."""
    return reverse("verification_round_answer", args=[verification_round.pk])


def answer_address(verification_round, branch_key):
    """The address of the page on which a branch answers."""
    return f"{answers_address(verification_round)}?branch={branch_key}"


def noting_form(request, form_class, result, branch_key):
    """(form, where to go on) of a page that saves a member: as given without a round, else noting `result` in it."""
    found = round_named(request)
    if found is None:
        return form_class, None

    class NotingForm(form_class):
        """The form, which notes the result in the round."""

        def save(self, commit=True):
            """Saves the member, and notes the result."""
            member = super().save(commit)
            found.answer(member, result, self.user, self.day)
            return member

    return NotingForm, answer_address(found, branch_key) if is_key(str(branch_key)) else found.get_absolute_url()


def noting_act(request, act, member, result, day):
    """(act, where to go on) of a page of an act on a member: as given without a round, else noting `result` in it."""
    found = round_named(request)
    if found is None:
        return act, None

    def done(**asked):
        act(**asked)
        found.answer(member, result, request.user, day)

    return done, answer_address(found, member.branch_id)
