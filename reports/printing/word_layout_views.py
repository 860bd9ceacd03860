"""Pages of the Word layouts: the list, a new one, withdrawing one, and the files themselves."""

from functools import lru_cache, partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from yl_district.audit.access_log import Action, record, subject_of
from yl_district.audit.downloads import download
from yl_district.pages.pages import act_form, carry_out, delete_page, redirect_after

from ..models import WordLayout
from .word import TEMPLATE
from .word.layout_language import LayoutRefused
from .word.layouts import check_layout
from .word_layout_forms import WordLayoutForm

# The label of each placeholder on the page.
MEANINGS = {
    "title": "标题",
    "signature": "落款单位",
    "dateline": "落款日期",
    "place": "统计范围",
    "period": "统计期间",
    "counted_on": "统计日期",
    "appendix": "下载时选了附数字出处的，为“附件”二字，否则为空；用来判断要不要指标一览表",
}


def visible_layouts(user):
    """The layouts that the user may see, without their files."""
    return WordLayout.objects.visible_to(user).defer("content").select_related("uploaded_by")


@require_GET
def word_layout_list(request):
    """Lists all layouts, with the current one marked and any problem that it has by now."""
    layouts = list(visible_layouts(request.user))
    in_force = next((layout for layout in layouts if not layout.is_withdrawn), None)
    context = {
        "title": "Word 版式",
        "layouts": layouts,
        "in_force": in_force,
        "problem": problem_of(bytes(in_force.content)) if in_force else "",
        "may_change": request.user.may_open("word_layout_create"),
    }
    return render(request, "reports/word_layout_list.html", context)


@lru_cache(maxsize=2)
def problem_of(content):
    """Why a layout's file cannot produce documents, in the words for a new one; "" where it can."""
    try:
        check_layout(content)
    except LayoutRefused as refused:
        return str(refused)
    return ""


def word_layout_create(request):
    """Uploads a new layout, checked before it is accepted."""
    build = partial(act_form, request, WordLayoutForm)
    form = build()
    if request.method == "POST":
        form, target = carry_out(request, build, lambda form: store(request, form), after=reverse("word_layout_list"))
        if target:
            return redirect_after(request, form, "版式已通过检查并启用，今后的 Word 文件用它生成。", target)
    context = {"title": "上传 Word 版式", "form": form, "meanings": MEANINGS, "back": reverse("word_layout_list")}
    return render(request, "reports/word_layout_create.html", context, status=form.http_status)


def store(request, form):
    """Stores the layout of a valid form, which replaces the one in force, and records that."""
    former = WordLayout.objects.defer("content").in_force()
    note_layout(request, form.save(), f"上传并启用，代替“{former}”" if former else "上传并启用")


def note_layout(request, layout, what):
    """Writes what was done with a layout into the access log."""
    detail = f"{what}：{layout}，文件校验值 {layout.sha256}"
    record(Action.LAYOUT, subject_of(layout), request=request, detail=detail)


def word_layout_delete(request, pk):
    """Withdraws a layout; the file is kept."""
    layout = get_object_or_404(visible_layouts(request.user).filter(is_withdrawn=False), pk=pk)

    def withdraw():
        layout.withdraw()
        note_layout(request, layout, "停用")

    title = f"停用 Word 版式：{layout}"
    return delete_page(request, layout, title=title, message="已停用这份版式。", act=withdraw)


@require_GET
def word_layout_download(request, pk):
    """Downloads a layout as it was uploaded."""
    layout = get_object_or_404(visible_layouts(request.user), pk=pk)
    subject = f"Word 版式 {layout}"
    return download(request, layout.file_name, subject, lambda stream: stream.write(bytes(layout.content)))


@require_GET
def word_layout_template(request):
    """Downloads the built-in layout, as a starting point for another one."""
    return download(request, "内置版式.docx", "内置 Word 版式", lambda stream: stream.write(TEMPLATE.read_bytes()))
