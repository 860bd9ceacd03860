"""Pages of the district's projects, and of the applications for them, which are case records."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from yl_district.audit.access_log import Action, record
from yl_district.pages.pages import configured_table, end_page, form_page, list_page, rows_response

from .actions import give_by_project
from .filters import DistrictProjectFilter, ProjectApplicationFilter
from .models import DistrictProject, ProjectApplication
from .project_forms import DistrictProjectForm, ProjectApplicationForm, ProjectGivingForm
from .tables import DistrictProjectTable, ProjectApplicationTable
from .views import case_list_page, log_case_view, visible_youth


def district_project_list(request):
    """The list of projects, latest year first, with how many applications that the user may open there are."""
    applications = ProjectApplication.objects.visible_to(request.user)
    projects = DistrictProject.objects.visible_to(request.user).with_application_count(applications)
    record(Action.CASE_VIEW, "district_project_list", request=request)
    return list_page(request, DistrictProjectTable, DistrictProjectFilter, projects, title="区级帮扶项目")


def district_project_detail(request, pk):
    """One project, and the applications for it of youths whose files the user may open."""
    project = visible_project(request, pk)
    record(Action.CASE_VIEW, "district_project_detail", request=request)
    applications = ProjectApplication.objects.visible_to(request.user).filter(project=project)
    context = {
        "title": project.name,
        "project": project,
        "table": configured_table(request, ProjectApplicationTable, applications),
        "empty_title": "还没有您能查阅的申请",
        "empty_hint": "申请在帮扶对象的页面上登记。",
    }
    return rows_response(request, "assistance/district_project_detail.html", "_rows.html", context)


def district_project_create(request):
    """Registers a project."""
    return form_page(request, DistrictProjectForm, title="登记区级帮扶项目", message="已登记项目。")


def district_project_update(request, pk):
    """Corrects or completes a project."""
    project = visible_project(request, pk)
    return form_page(
        request, DistrictProjectForm, instance=project, title=f"修改项目：{project}", message="已保存项目。"
    )


def visible_project(request, pk):
    """Returns the project if the user may see it; raises Http404 otherwise."""
    return get_object_or_404(DistrictProject.objects.visible_to(request.user), pk=pk)


def project_application_list(request):
    """The list of applications, latest first."""
    applications = ProjectApplication.objects.visible_to(request.user)
    return case_list_page(
        request,
        ProjectApplicationTable,
        ProjectApplicationFilter,
        applications,
        title="帮扶项目申请",
        empty_hint="申请在帮扶对象的页面上登记。",
    )


def project_application_detail(request, pk):
    """One application, its answer, and what was given."""
    application = visible_application(request, pk)
    context = {"title": str(application), "application": application, "assistance": application.assistance_given}
    return render(request, "assistance/project_application_detail.html", context)


def project_application_create(request, youth_pk):
    """Registers a youth's application for a project."""
    youth = visible_youth(request, youth_pk)
    return form_page(
        request,
        ProjectApplicationForm,
        instance=ProjectApplication(youth=youth),
        title=f"登记项目申请：{youth}",
        message="已登记项目申请。",
        after=youth.get_absolute_url(),
    )


def project_application_update(request, pk):
    """Corrects an application, or registers the answer."""
    application = visible_application(request, pk)
    return form_page(
        request,
        ProjectApplicationForm,
        instance=application,
        title=f"修改项目申请：{application}",
        message="已保存项目申请。",
    )


def project_application_give(request, pk):
    """Registers or corrects what was given, which goes on to an assistance."""
    application = visible_application(request, pk)
    own = application.assistance_given
    return end_page(
        request,
        ProjectGivingForm,
        application,
        partial(give_by_project, application),
        title=f"登记发放：{application}",
        message="已登记发放，并记入帮扶记录。",
        initial={
            "given_on": application.given_on or timezone.localdate(),
            "given": application.given or str(application.project),
            "amount": application.amount,
            "kind": own.kind if own else None,
            "form": own.form if own else None,
        },
    )


def visible_application(request, pk):
    """Returns the application if the user may see it, and logs the view; raises Http404 otherwise."""
    applications = ProjectApplication.objects.visible_to(request.user).with_youth()
    return log_case_view(request, get_object_or_404(applications, pk=pk))
