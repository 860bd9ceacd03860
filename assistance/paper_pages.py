"""The page that hands out a paper as a Word file, in which names are whole or a case is told of."""

from django.shortcuts import render
from django.views.decorators.debug import sensitive_variables

from orgs.accounts.reauthentication import recently_confirmed, typed_reason
from orgs.logged_reasons import LoggedReasonForm
from orgs.whole_exports import note_unmasking
from yl_district.audit.access_log import subject_of
from yl_district.audit.downloads import download


class PaperForm(LoggedReasonForm):
    """For what a paper is made."""

    act, asked = "打印", "因何工作需要打印"


@recently_confirmed
@sensitive_variables("write")
def paper_page(request, record, write, *, file_name, title, notice, reasons, shown=(), refusal=""):
    """Asks who it is and for what the paper is made, then hands out what `write` writes to a stream.

    It is logged as a look at what is masked of the record, or of each record `shown`, and as an export. `notice` says
    what the paper holds, `reasons` are offered, and a `refusal` says why it cannot be made yet.
    """
    data = request.POST if request.method == "POST" else None
    form = PaperForm(data, user=request.user, day=None, initial={"reason": typed_reason(request)})
    if form.is_bound and form.is_valid() and refusal:
        form.add_error(None, refusal)
    elif form.is_bound and form.is_valid():
        for one in shown or [record]:
            note_unmasking(request, one, form.cleaned_data["reason"])
        return download(request, file_name, subject_of(record), write)
    form.focus()
    context = {"title": f"{title}：{record}", "form": form, "notice": notice, "reasons": reasons}
    context["back"] = record.get_absolute_url()
    return render(request, "assistance/paper.html", context, status=form.http_status)
