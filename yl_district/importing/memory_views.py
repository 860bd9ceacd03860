"""What imports were told and remember: texts that stand for a name, and headings. What is wrong is forgotten here."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render

from .kinds import import_kinds
from .models import ImportAlias, ImportHeading

REMEMBERED = {"alias": ImportAlias, "heading": ImportHeading}


class ForgetForm(forms.Form):
    """One thing that is remembered."""

    what = forms.ChoiceField(choices=[(name, name) for name in REMEMBERED])
    pk = forms.IntegerField(min_value=1, max_value=2**31)


@dataclass
class Memory:
    """What is remembered of a kind."""

    label: str
    aliases: list
    headings: list


def import_memory_list(request):
    """The texts and headings that are remembered, kind by kind; the one that is sent is forgotten."""
    kinds = {kind.key: kind.label for kind in import_kinds().open_to(request.user)}
    if request.method == "POST":
        forget(request, kinds)
        return redirect("import_memory_list")
    found = [
        Memory(
            label,
            list(ImportAlias.objects.filter(kind=key).order_by("column", "found")),
            list(ImportHeading.objects.filter(kind=key).order_by("heading")),
        )
        for key, label in kinds.items()
    ]
    context = {"title": "记住的写法与标题", "memories": [one for one in found if one.aliases or one.headings]}
    return render(request, "yl_district/import_memory_list.html", context)


def forget(request, kinds):
    """Forgets what was sent, if it is of one of the kinds; what is not there any more is forgotten already."""
    form = ForgetForm(request.POST)
    if form.is_valid():
        remembered = REMEMBERED[form.cleaned_data["what"]].objects.filter(kind__in=kinds)
        remembered.filter(pk=form.cleaned_data["pk"]).delete()
        messages.success(request, "已删除，以后导入时不再照此识别。")
