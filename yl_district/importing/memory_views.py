"""The page of remembered meanings of texts and headings, where wrong ones are deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from ..typing import User, UserRequest
from .kinds import import_kinds
from .models import ImportAlias, ImportHeading

REMEMBERED_MODELS: dict[str, Any] = {"alias": ImportAlias, "heading": ImportHeading}


class ForgetForm(forms.Form):
    """The alias or heading to be deleted."""

    what = forms.ChoiceField(choices=[(name, name) for name in REMEMBERED_MODELS])
    pk = forms.IntegerField(min_value=1, max_value=2**31)


@dataclass
class KindMemory:
    """The aliases and headings remembered for a kind."""

    label: str
    aliases: list[ImportAlias]
    headings: list[ImportHeading]


def taught_by(user: User, model: Any) -> QuerySet[Any]:
    """What the user's committees and those below have taught, which the user may delete."""
    return model.objects.of_committees(user).select_related("organisation")


def import_memory_list(request: UserRequest) -> HttpResponse:
    """Lists the remembered texts and headings by kind; a POST deletes one."""
    kinds = {kind.key: kind.label for kind in import_kinds().open_to(request.user)}
    if request.method == "POST":
        delete_remembered(request, kinds)
        return redirect("import_memory_list")
    found = {key: KindMemory(label, [], []) for key, label in kinds.items()}
    for alias in taught_by(request.user, ImportAlias).filter(kind__in=kinds).order_by("column", "found"):
        found[alias.kind].aliases.append(alias)
    for heading in taught_by(request.user, ImportHeading).filter(kind__in=kinds).order_by("heading"):
        found[heading.kind].headings.append(heading)
    memories = [one for one in found.values() if one.aliases or one.headings]
    context = {"title": "记住的写法与标题", "memories": memories}
    return render(request, "yl_district/import_memory_list.html", context)


def delete_remembered(request: UserRequest, kinds: Iterable[str]) -> None:
    """Deletes the submitted alias or heading if it belongs to one of the kinds; one already deleted is no error."""
    form = ForgetForm(request.POST)
    if form.is_valid():
        remembered = taught_by(request.user, REMEMBERED_MODELS[form.cleaned_data["what"]])
        remembered.filter(kind__in=kinds).filter(pk=form.cleaned_data["pk"]).delete()
        messages.success(request, "已删除，以后导入时不再照此识别。")
