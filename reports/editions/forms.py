"""The forms for signing a report."""

from django import forms

from yl_district.pages.forms import ActionForm


class SignForm(ActionForm):
    """Signs a first edition; `seen` is the digest of the text that the signer has read."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    groups = [("", "seen")]


class AmendForm(SignForm):
    """Signs an amendment."""

    reason = forms.CharField(
        label="更正原因",
        max_length=300,
        widget=forms.Textarea,
        help_text="写明更正了什么、为什么；能看到定稿的人都能看到，请不要写帮扶个案。原稿和更正稿都会保留，各有编号。",
    )
    groups = [("", "reason", "seen")]
