"""The page that prints what is kept of a person."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from orgs.accounts.reauthentication import recently_confirmed, typed_reason
from orgs.logged_reasons import LoggedReasonForm
from yl_district.audit.access_log import Action, record, subject_of

from .models import Person
from .printouts import kept_records

PRINTING_REASONS = ["本人申请查阅", "监护人申请查阅", "本人申请复制"]


class PrintoutForm(LoggedReasonForm):
    """By whose request, and why, a printout is made."""

    act, asked = "打印", "应谁的申请打印"


def person_printout(request, pk):
    """Shows everything that is kept of a person, whole, for printing."""
    return printout_page(request, get_object_or_404(Person.objects.kept_by(request.user), pk=pk))


@recently_confirmed
@sensitive_variables("context", "records")
def printout_page(request, person):
    """Asks for reauthentication and a reason, then shows the records once."""
    data = request.POST if request.method == "POST" else None
    form = PrintoutForm(data, user=request.user, day=None, initial={"reason": typed_reason(request)})
    context = {"form": form, "back": person.get_absolute_url(), "reasons": PRINTING_REASONS}
    if form.is_bound and form.is_valid():
        records = kept_records(person, request.user)
        files = [each.record for each in records if each.is_of_case]
        for file in files:
            record(Action.CASE_VIEW, subject_of(file), request=request)
        # Of somebody with a file not the person, by whom the log would tell whose the file is.
        told = files[0] if files else person.logged_as(request.user)
        record(Action.PRINTOUT, subject_of(told), request=request, detail=form.cleaned_data["reason"])
        context |= {"title": f"个人信息：{person.name}", "person": person, "records": records, "now": timezone.now()}
        return render(request, "members/person_printout.html", context)
    form.focus()
    context["title"] = f"打印个人信息：{person}"
    return render(request, "members/person_printout_form.html", context)
