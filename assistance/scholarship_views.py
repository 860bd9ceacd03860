"""Pages of scholarships, from the application to the thanks, visible only to holders of a grant for the student."""

from functools import partial

from django.shortcuts import get_object_or_404, render

from yl_district.history.tracking import because
from yl_district.pages.pages import end_page, form_page

from .filters import ScholarshipFilter
from .models import SCHOLARSHIP_STEPS, Scholarship
from .paper_pages import paper_page
from .scholarship_forms import STEP_FORMS, ScholarshipForm, ScholarshipStepUndoForm
from .scholarship_papers import write_application, write_thanks
from .tables import ScholarshipTable
from .views import case_list_page, log_case_view, open_grant


def scholarship_list(request):
    """The list of scholarship applications, latest year first."""
    scholarships = Scholarship.objects.visible_to(request.user)
    return case_list_page(request, ScholarshipTable, ScholarshipFilter, scholarships, title="奖学金")


def scholarship_detail(request, pk):
    """One scholarship application with its steps, those done and those to come."""
    scholarship = visible_scholarship(request, pk)
    context = {"title": str(scholarship), "scholarship": scholarship, "steps": scholarship.timeline}
    return render(request, "assistance/scholarship_detail.html", context)


def scholarship_create(request, grant_pk):
    """Registers an application of the youth of a grant."""
    grant = open_grant(request, grant_pk)
    return form_page(
        request,
        ScholarshipForm,
        instance=Scholarship(student=grant.person),
        title="登记申报",
        message="已登记奖学金申报。",
        after=grant.get_absolute_url(),
    )


def scholarship_update(request, pk):
    """Corrects an application, and what was noted of the steps that are done."""
    scholarship = visible_scholarship(request, pk)
    return form_page(
        request, ScholarshipForm, instance=scholarship, title=f"修改申报：{scholarship}", message="已保存奖学金申报。"
    )


def scholarship_review(request, pk):
    """Notes the review of an application."""
    return step_page(request, pk, "review")


def scholarship_forward(request, pk):
    """Notes that an application was forwarded."""
    return step_page(request, pk, "forward")


def scholarship_decide(request, pk):
    """Notes what was decided on an application."""
    return step_page(request, pk, "decide")


def scholarship_pay(request, pk):
    """Notes the payment of a scholarship."""
    return step_page(request, pk, "pay")


def scholarship_thank(request, pk):
    """Notes the thanks given to the donor."""
    return step_page(request, pk, "thank")


def step_page(request, pk, key):
    """The form of one step of an application."""
    scholarship, step = visible_scholarship(request, pk), SCHOLARSHIP_STEPS[key]
    return end_page(
        request,
        STEP_FORMS[key],
        scholarship,
        partial(scholarship.take, step),
        title=f"{step.label}：{scholarship}",
        message=f"已登记{step.noun}。",
        initial=scholarship.proposed_for(step),
        is_due=scholarship.awaits(step),
    )


def scholarship_undo(request, pk):
    """Takes the last step of an application back, for a reason that the history keeps."""
    scholarship = visible_scholarship(request, pk)

    def take_back(reason):
        """Takes it back with the reason."""
        with because(reason):
            scholarship.take_back()

    last = scholarship.done_steps[-1:]
    title = f"撤回{last[0].noun if last else '步骤'}：{scholarship}"
    return end_page(request, ScholarshipStepUndoForm, scholarship, take_back, title=title, message="已撤回这一步。")


def scholarship_application(request, pk):
    """The application form as a Word file with the full name, for signatures and seals."""
    scholarship = visible_scholarship(request, pk)
    return paper_page(
        request,
        scholarship,
        partial(write_application, scholarship),
        file_name="希望之星（1+1）奖学金申请表.docx",
        title="打印申请表",
        notice="申请表写明学生的姓名、号码和家庭情况，只供签名、盖章和上报；没有登记的内容留空，可手填。",
        reasons=["申报盖章", "补办材料", "上级核查"],
    )


def scholarship_letter(request, pk):
    """The letter of thanks to the donor as a Word file, which names the student by the surname only."""
    scholarship = visible_scholarship(request, pk)
    is_paid = scholarship.status == Scholarship.Status.PAID
    return paper_page(
        request,
        scholarship,
        partial(write_thanks, scholarship),
        file_name="致捐助人的感谢信.docx",
        title="打印感谢信",
        notice="感谢信写明捐助人和资助情况，学生只写姓氏，只供寄给捐助人。",
        reasons=["寄给捐助人", "当面致谢", "补寄"],
        refusal="" if is_paid else "奖学金还没有发放：请先登记发放，再打印感谢信。",
    )


def visible_scholarship(request, pk):
    """Returns the application if the user may see it, and logs the view; raises Http404 otherwise."""
    scholarships = Scholarship.objects.visible_to(request.user)
    return log_case_view(request, get_object_or_404(scholarships, pk=pk))
