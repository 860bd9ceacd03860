"""Acts for many assisted youths at once."""

from django.conf import settings

from yl_district.audit.access_log import Action, record, subject_of
from yl_district.pages.acts_for_many import ActForMany, refuse_ended
from yl_district.pages.many_pages import page_of_many

from .actions import close_case
from .filters import AssistedYouthFilter
from .forms import AssistedYouthRemoveForm
from .models import AssistedYouth


def chosen_youths(user):
    """The youths whose case files the user may open."""
    return AssistedYouth.objects.visible_to(user).with_person()


def named_with_organisation(youth):
    """A youth's masked name and organisation."""
    return f"{youth}（{youth.organisation}）"


def remove_youth(request, youth, form):
    """Removes a youth from the register."""
    refuse_ended(youth, form.day)
    close_case(youth, **form.cleaned_data)


def what_ends(form):
    """What else ends as youths leave the register, and how long their files are kept."""
    years = settings.CASE_RETENTION_YEARS
    return f"各人的固定志愿者结对在出库当天结束，个案授权不因此终止；档案在出库满 {years} 年后匿名处理。"


def log_case_views(request, youths):
    """Logs that the case files are looked at."""
    for youth in youths:
        record(Action.CASE_VIEW, subject_of(youth), request=request, detail="批量办理")


assisted_youths_end = page_of_many(
    ActForMany(
        "assisted_youths_end",
        "办理出库",
        icon="user-off",
        counted="名帮扶对象",
        of_list="assisted_youth_list",
        rows=chosen_youths,
        filter_class=AssistedYouthFilter,
        form=lambda user, youths: AssistedYouthRemoveForm,
        act=remove_youth,
        told=named_with_organisation,
        notice=what_ends,
        look=log_case_views,
    )
)
