"""Pages of activities, their types and sign-ins."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yl_district.pages.list_exports import export_page
from yl_district.pages.pages import (
    carry_out,
    configured_table,
    confirm_saved,
    delete_page,
    end_page,
    form_page,
    list_page,
    rows_response,
)
from yl_district.pages.record_choices import LONGEST_TYPED_NAME
from yl_district.pages.submit_once import new_token
from yl_district.sheets.models import AwaitedCell
from yl_district.views.awaited_cells import dismiss_awaited

from .absences import MOST_ABSENT, absence_text, absent_cadres
from .actions import delete_activity, remove_sign_in
from .arrivals import scanned_for
from .filters import ActivityFilter, ActivityTypeFilter
from .forms import (
    ActivityCancelForm,
    ActivityForm,
    ActivityHoldForm,
    ActivityTypeForm,
    SignInChangeForm,
    SignInForm,
)
from .models import Activity, ActivityType, Arrival, SignIn, SignInCode
from .plans import group_text
from .resources import ActivityResource
from .tables import ActivityTable, ActivityTypeTable, SignInTable


def activity_list(request):
    """The list of activities, latest first."""
    activities = Activity.objects.visible_to(request.user)
    return list_page(request, ActivityTable, ActivityFilter, activities, title="活动")


@require_GET
def activity_export(request, book=None):
    """Exports the list of activities."""
    activities = Activity.objects.visible_to(request.user)
    return export_page(request, ActivityResource, ActivityTable, ActivityFilter, activities, book=book)


def activity_detail(request, pk):
    """One activity with its attendees."""
    activity = visible_activity(request, pk)
    return activity_page(request, activity, sign_in_form(request, activity))


def activity_create(request):
    """Registers an activity."""
    return form_page(request, ActivityForm, title="登记活动", message="已登记活动。")


def activity_update(request, pk):
    """Corrects or completes an activity."""
    activity = visible_activity(request, pk)
    return form_page(
        request, ActivityForm, instance=activity, title=f"修改活动：{activity.name}", message="已保存活动。"
    )


def activity_delete(request, pk):
    """Deletes an activity without sign-ins."""
    activity = visible_activity(request, pk)
    return delete_page(
        request,
        activity,
        title=f"删除活动：{activity.name}",
        message="已删除活动。",
        act=partial(delete_activity, activity),
    )


def activity_hold(request, pk):
    """Registers a planned activity as held."""
    activity = planned_activity(request, pk)
    expected = {"attendance": activity.stated_attendance, "basis": activity.stated_basis}
    initial = {"held_on": activity.held_on, "session_count": activity.session_count} | expected
    return end_page(
        request,
        ActivityHoldForm,
        activity,
        activity.hold,
        title=f"登记已举办：{activity.name}",
        message="已登记为已举办。",
        initial=initial,
    )


def activity_cancel(request, pk):
    """Cancels a planned activity."""
    activity = planned_activity(request, pk)
    return end_page(
        request,
        ActivityCancelForm,
        activity,
        activity.cancel,
        title=f"取消活动：{activity.name}",
        message="已取消活动，记录保留。",
    )


def planned_activity(request, pk):
    """Returns the activity if the user may see it and it is planned; raises Http404 otherwise."""
    return get_object_or_404(Activity.objects.visible_to(request.user).filter(state=Activity.State.PLANNED), pk=pk)


def visible_activity(request, pk):
    """Returns the activity if the user may see it; raises Http404 otherwise."""
    activities = Activity.objects.visible_to(request.user).select_related("type", "host", "hub", "owner")
    return get_object_or_404(activities, pk=pk)


def sign_in_create(request, activity_pk):
    """Signs a person in on the activity's own page, so that a whole list can be entered in one go."""
    activity = visible_activity(request, activity_pk)
    if request.method != "POST":
        return redirect(activity)
    build = partial(sign_in_form, request, activity)
    form, target = carry_out(request, build, lambda form: form.save(), after=f"{activity.get_absolute_url()}?more")
    if not target:
        return activity_page(request, activity, form)
    confirm_saved(request, form, "已登记。" if form.repeated else said_of(form.instance))
    if request.htmx:
        return activity_page(request, visible_activity(request, activity_pk), build())
    return redirect(target)


def said_of(sign_in):
    """Returns the message about a row just added."""
    return (
        f"{sign_in.person}已签到。"
        if sign_in.is_present
        else f"已登记{sign_in.person}{sign_in.get_presence_display()}。"
    )


def sign_in_form(request, activity, data=None):
    """Returns the form for signing in one more person, whose name the address may have."""
    name = request.GET.get("name", "")[:LONGEST_TYPED_NAME]
    begun = {"name": name, "capacity": SignIn.Capacity.OTHER} if name else None
    options = {"initial": begun, "user": request.user, "day": timezone.localdate()}
    form = SignInForm(data, instance=SignIn(activity=activity), **options)
    form.submission = new_token(request.user)
    return form


def activity_page(request, activity, form):
    """Renders the activity's page; an htmx request gets only the attendees and the numbers derived from them."""
    rows = activity.sign_ins.visible_to(request.user)
    away = rows.exclude(pk__in=rows.present().values("pk")).select_related("person")
    today = timezone.localdate()
    is_to_come, absent = activity.is_to_come(today), absent_cadres(activity, request.user)
    context = {
        "title": activity.name,
        "activity": activity,
        "group_text": group_text(activity) if is_to_come else "",
        "takes_list": activity.takes_list(today),
        "form": form,
        "table": configured_table(request, SignInTable, rows.present()),
        "away": away,
        "absent": absent[:MOST_ABSENT],
        "absent_number": len(absent),
        "absence_text": absence_text(activity, absent),
        "awaited": AwaitedCell.objects.still_of_each(rows.select_related("person")),
        "code": SignInCode.objects.open_at(timezone.now()).filter(activity=activity).first(),
        "act": scanned_for(activity),
        "is_to_come": is_to_come,
        "arrivals": Arrival.objects.visible_to(request.user).filter(activity=activity).pending().scanned().count(),
    }
    if request.method == "POST" or "more" in request.GET:
        form.focus(form.proposed)
    return rows_response(
        request, "activities/activity_detail.html", "activities/_sign_ins.html", context, status=form.http_status
    )


def sign_in_presence(request, pk):
    """Changes whether and when somebody on the list came.

    It is not called `sign_in_update`, which would open the history of the row: that tells its capacity.
    """
    sign_in = get_object_or_404(SignIn.objects.visible_to(request.user).select_related("activity", "person"), pk=pk)
    return form_page(
        request,
        SignInChangeForm,
        instance=sign_in,
        title=f"修改签到：{sign_in.person}",
        message=f"已保存{sign_in.person}的签到。",
        after=sign_in.activity.get_absolute_url(),
    )


def sign_in_delete(request, pk):
    """Removes a sign-in row."""
    sign_in = get_object_or_404(SignIn.objects.visible_to(request.user).select_related("activity", "person"), pk=pk)
    return delete_page(
        request,
        sign_in,
        title=f"移除签到：{sign_in.person}",
        message=f"已移除{sign_in.person}的签到。",
        after=sign_in.activity.get_absolute_url(),
        act=partial(remove_sign_in, sign_in),
    )


@require_POST
def sign_in_dismiss(request, pk):
    """Ends the wait for what a list had in a column of a sign-in."""
    sign_in = get_object_or_404(SignIn.objects.visible_to(request.user), pk=pk)
    return dismiss_awaited(request, sign_in)


def activity_type_list(request):
    """The list of activity types, in their own order."""
    return list_page(request, ActivityTypeTable, ActivityTypeFilter, ActivityType.objects.all(), title="活动类型")


def activity_type_create(request):
    """Adds a type of activity."""
    return form_page(
        request, ActivityTypeForm, title="新增活动类型", message="已新增活动类型。", after=reverse("activity_type_list")
    )


def activity_type_update(request, pk):
    """Renames a type of activity, or marks it as education."""
    kind = get_object_or_404(ActivityType, pk=pk)
    return form_page(
        request,
        ActivityTypeForm,
        instance=kind,
        title=f"修改活动类型：{kind}",
        message="已保存活动类型。",
        after=reverse("activity_type_list"),
    )
