"""Pages of comparisons with platforms' lists."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yl_district.pages.pages import act_form, carry_out, redirect_after

from ..models import PlatformBatch, Reconciliation, ReconciliationRow
from .layout_forms import DecisionForm, PlatformListForm
from .layout_views import open_layouts
from .reconciling import reconcile

DIFFERENCES_ON_PAGE = 100


@require_http_methods(["GET", "POST"])
def reconciliation_create(request, platform_layout_pk):
    """Reads a list that was exported from the platform, and compares it with the register."""
    layout = get_object_or_404(open_layouts(request), pk=platform_layout_pk)

    def act(form):
        sheets, name = form.cleaned_data["file"]
        form.next_page = reconcile(layout, sheets, name, request.user, timezone.localdate()).get_absolute_url()

    def build(data=None):
        return act_form(request, PlatformListForm, data)

    form = build()
    if request.method == "POST":
        form, target = carry_out(request, build, act, after=lambda form: form.next_page)
        if target:
            return redirect_after(request, form, "已对照名单。", target)
    context = {"title": f"对照平台名单：{layout}", "form": form, "layout": layout, "back": layout.get_absolute_url()}
    return render(request, "reports/reconciliation_form.html", context, status=form.http_status)


@require_http_methods(["GET", "POST"])
def reconciliation_detail(request, pk):
    """Shows the differences that a comparison found, the new ones first, and notes what is decided on them."""
    visible = Reconciliation.objects.visible_to(request.user).select_related("layout", "made_by", "batch")
    reconciliation = get_object_or_404(visible, pk=pk)
    rows = ReconciliationRow.objects.found_in(reconciliation).select_related("decided_by")
    kind = request.GET.get("kind", "")
    shown = rows.filter(kind=kind) if kind in ReconciliationRow.Kind.values else rows
    page = Paginator(shown.order_by("decision", "-is_new", "kind", "pk"), DIFFERENCES_ON_PAGE).get_page(
        request.GET.get("page")
    )

    def build(data=None):
        return act_form(request, DecisionForm, data, shown=rows)

    form = build()
    if request.method == "POST":
        address = request.get_full_path()
        form, target = carry_out(request, build, lambda form: form.decide(), after=address)
        if target:
            return redirect_after(request, form, f"已处理 {len(form.cleaned_data['rows'])} 条差异。", target)
    batch = reconciliation.batch
    context = {
        "title": str(reconciliation),
        "reconciliation": reconciliation,
        "form": form,
        "counts": kind_counts(rows),
        "kind": kind,
        "page": page,
        "ticked": request.POST.getlist("rows"),
        "to_note": batch.rows.count() if batch and batch.state == PlatformBatch.State.TAKEN_OUT else 0,
    }
    return render(request, "reports/reconciliation_detail.html", context, status=form.http_status)


def kind_counts(rows):
    """Each kind of difference with how many there are, how many of them are new, and how many nobody decided on."""
    counted = (
        rows.order_by()
        .values("kind")
        .annotate(number=Count("pk"), new=Count("pk", filter=Q(is_new=True)), open=Count("pk", filter=Q(decision="")))
    )
    found = {one["kind"]: one for one in counted}
    return [found.get(kind, {"number": 0, "new": 0, "open": 0}) | {"kind": kind} for kind in ReconciliationRow.Kind]
