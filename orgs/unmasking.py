"""Unmasking: shows masked values in full for a stated reason, recorded in the access log first.

The model's fields define which values can be unmasked; a QuerySet method `kept_by(user)` may restrict the rows.
"""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_variables

from yl_district.fields import unmaskable_paths
from yl_district.history.tracking import reached, tracked_models
from yl_district.sheets.models import AwaitedCell
from yl_district.templatetags.yl import shown_whole

from .accounts.reauthentication import recently_confirmed, typed_reason
from .logged_reasons import LoggedReasonForm
from .whole_exports import note_unmasking

REASONS = ["联系本人", "核对身份", "办理团组织关系转接", "走访慰问", "上级核查"]


class UnmaskForm(LoggedReasonForm):
    """The reason for unmasking."""

    act, asked = "查看", "因何工作需要查看"


def unmaskable_rows(kind, user):
    """Returns the rows of a kind that the user may unmask; raises Http404 for a kind without masked fields."""
    for model in tracked_models():
        if model._meta.model_name == kind and unmaskable_paths(model):
            return reached(model, user)
    raise Http404


def record_unmask(request, kind, pk):
    """Shows a record's masked values in full."""
    return unmask_page(request, get_object_or_404(unmaskable_rows(kind, request.user), pk=pk))


@recently_confirmed
@sensitive_variables("context")
def unmask_page(request, row):
    """Asks for reauthentication and a reason, then shows the values once."""
    data = request.POST if request.method == "POST" else None
    form = UnmaskForm(data, user=request.user, day=None, initial={"reason": typed_reason(request)})
    context = {"title": f"查看完整信息：{row}", "form": form, "back": row.get_absolute_url(), "reasons": REASONS}
    if form.is_bound and form.is_valid():
        told = row.logged_as(request.user) if hasattr(row, "logged_as") else row
        note_unmasking(request, told, form.cleaned_data["reason"])
        context["facts"] = [whole_fact(row, path) for path in unmaskable_paths(type(row))]
        context["awaited"] = AwaitedCell.objects.shown_whole_with(row, request.user)
        return render(request, "unmasked.html", context)
    form.focus()
    return render(request, "record_unmask.html", context)


def whole_fact(row, path):
    """Returns the label and full value of the field at a dotted path."""
    *steps, last = path.split(".")
    for step in steps:
        row = getattr(row, step)
    field = row._meta.get_field(last)
    return {"label": field.verbose_name, "value": shown_whole(row, field)}
