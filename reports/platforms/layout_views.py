"""Pages of platforms' forms: their columns, what is entered and what is not, and batches that go there."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from orgs.accounts.reauthentication import recently_confirmed
from orgs.whole_exports import whole_export_page
from yl_district.audit.access_log import Action, record
from yl_district.pages.choice_answers import choices_asked_for
from yl_district.pages.list_exports import handed_out, write_list
from yl_district.pages.pages import delete_page, end_page, form_page, list_page
from yl_district.spreadsheets.workbooks import Heading

from ..models import PlatformBatch, PlatformLayout, Reconciliation
from .actions import enter, take_batch_back, take_out
from .layout_filters import PlatformLayoutFilter, PlatformRecordFilter
from .layout_forms import EnterBatchForm, PlatformLayoutForm, UndoBatchForm
from .layout_tables import PlatformLayoutTable
from .states import TO_BE_ENTERED, EntryState, column_texts, entry_states, records_to_enter

RECORDS_ON_PAGE = 50
LATEST_BATCHES = 5


def platform_layout_list(request):
    """The forms of platforms, each of which leads to what is to be entered."""
    layouts = PlatformLayout.objects.visible_to(request.user)
    return list_page(request, PlatformLayoutTable, PlatformLayoutFilter, layouts, title="平台待录入")


def platform_layout_create(request):
    """Creates a form of a platform."""
    message = "已登记平台表格。"
    return form_page(request, PlatformLayoutForm, title="登记平台表格", message=message)


def platform_layout_update(request, pk):
    """Changes the columns of a form."""
    layout = visible_layout(request, pk)
    title = f"修改栏目：{layout}"
    return form_page(request, PlatformLayoutForm, instance=layout, title=title, message="已保存栏目。")


def platform_layout_delete(request, pk):
    """Deletes a form in which nothing was taken out or compared."""
    layout = visible_layout(request, pk)
    return delete_page(request, layout, title=f"删除平台表格：{layout}", message="已删除平台表格。")


@require_GET
def platform_layout_detail(request, pk):
    """Draws how many of the records that a platform must have are entered there, and lists them."""
    layout = visible_layout(request, pk)
    if layout.is_of_cases:
        record(Action.CASE_VIEW, "platform_layout_detail", request=request)
    filterset, states = chosen_states(request, layout)
    if looked_up := choices_asked_for(request.GET, filterset.form):
        return looked_up
    state = filterset.chosen_state
    shown = [one for one in states if not state or one.state == state]
    context = {
        "title": f"待录入：{layout}",
        "layout": layout,
        "filter": filterset,
        "counts": state_counts(states),
        "total": len(states),
        "page": Paginator(shown, RECORDS_ON_PAGE).get_page(request.GET.get("page")),
        "query": urlencode({name: value for name, value in request.GET.items() if name != "page"}),
        "batches": PlatformBatch.objects.of_layout(layout).select_related("made_by")[:LATEST_BATCHES],
        "compared": Reconciliation.objects.visible_to(request.user).latest_of(layout),
        "exported": sum(one.state in TO_BE_ENTERED for one in states) if not state else len(shown),
    }
    return render(request, "reports/platform_layout_detail.html", context)


def chosen_states(request, layout):
    """The filter of the address, and the states of the records of its organisation."""
    today = timezone.localdate()
    records = records_to_enter(layout, request.user, today)
    filterset = PlatformRecordFilter(request.GET, records, layout=layout, user=request.user, day=today)
    return filterset, entry_states(layout, filterset.qs, request.user)


def state_counts(states):
    """The four states with how many records each has, and where it is drawn on a bar of 100 parts."""
    counts, start = [], 0.0
    for state in EntryState:
        number = sum(one.state == state for one in states)
        width = 100 * number / len(states) if states else 0
        counts.append({"state": state, "number": number, "start": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    return counts


@require_http_methods(["GET", "POST"])
def platform_records_full_export(request, pk):
    """Hands out the records to be entered in the platform's own columns, as a batch that is to be confirmed."""
    return taking_out_page(request, get_object_or_404(open_layouts(request), pk=pk))


@recently_confirmed
def taking_out_page(request, layout):
    """Asks who it is and for what the records are taken out, then hands them out."""
    filterset, states = chosen_states(request, layout)
    wanted = [filterset.chosen_state] if filterset.chosen_state else TO_BE_ENTERED
    chosen = [one for one in states if one.state in wanted]
    hand_out = partial(hand_out_batch, request, layout, chosen)
    return whole_export_page(request, f"平台录入 {layout}", hand_out, back=layout.get_absolute_url())


@transaction.atomic
def hand_out_batch(request, layout, chosen, told):
    """The file with the columns of the platform, as a new batch."""
    take_out(layout, chosen, request.user)
    columns = layout.listed_columns
    headings = [Heading(column.heading, width=18) for column in columns]

    def write_rows(stream):
        texts = (column_texts(layout, [column.label for column in columns], one.record) for one in chosen)
        rows = ([row[column.label] for column in columns] for row in texts)
        write_list(stream, "xlsx", layout.get_subject_display(), headings, rows)
        return f"平台录入 {layout}；{len(chosen)} 条；xlsx{told(len(chosen))}"

    return handed_out(request, f"{layout}{timezone.localdate():%Y%m%d}.xlsx", write_rows, layout.get_absolute_url())


def platform_batch_enter(request, pk):
    """Notes that a batch was entered in the platform."""
    batch = visible_batch(request, pk)

    def act(entered_on, bound_on):
        outcome = enter(batch, entered_on, bound_on)
        if outcome.met:
            messages.info(request, f"其中 {outcome.met} 条已由他人登记录入，保留原来的录入日期。")
        if outcome.gone:
            messages.warning(request, f"其中 {outcome.gone} 条记录已被删除或合并，没有登记。")

    title, message = f"确认已录入平台：{batch.layout}", "已登记这一批的录入。"
    context = {"batch": batch, "number": batch.rows.count()}
    return end_page(request, EnterBatchForm, batch, act, title=title, message=message, **context)


def platform_batch_undo(request, pk):
    """Takes back that a batch was entered."""
    batch = visible_batch(request, pk)
    title, message = f"撤销录入：{batch.layout}", "已撤销这一批的录入。"
    context = {"batch": batch, "number": batch.rows.count()}
    return end_page(
        request, UndoBatchForm, batch, partial(take_batch_back, batch), title=title, message=message, **context
    )


def visible_layout(request, pk):
    """The form; raises Http404 where the user may not see it."""
    return get_object_or_404(PlatformLayout.objects.visible_to(request.user), pk=pk)


def open_layouts(request):
    """The forms of which lists leave and are read in: all but those of assisted youths."""
    return PlatformLayout.objects.visible_to(request.user).of_open_subjects()


def visible_batch(request, pk):
    """The batch; raises Http404 where the user may not see it."""
    return get_object_or_404(PlatformBatch.objects.visible_to(request.user).select_related("layout"), pk=pk)
