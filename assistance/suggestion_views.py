"""Pages on which coming activities are suggested to assisted youths, and where what came of it is noted."""

from functools import partial

from django.shortcuts import get_object_or_404
from django.utils import timezone

from yl_district.pages.pages import end_page, form_page

from .models import SuggestedActivity
from .suggestion_forms import ActivitySuggestionForm, SuggestionOutcomeForm
from .suggestions import outcome_by_list, suggest_activity, suitable_activities
from .views import log_case_view, visible_youth


def suggested_activity_create(request, youth_pk):
    """Suggests a coming activity to a youth."""
    youth, today = visible_youth(request, youth_pk), timezone.localdate()
    return end_page(
        request,
        partial(ActivitySuggestionForm, youth=youth),
        youth,
        partial(suggest_activity, youth),
        title=f"推荐活动：{youth}",
        message="已登记推荐的活动。",
        initial={"activity": request.GET.get("activity"), "suggested_on": today},
        suitable=suitable_activities(youth, request.user, today),
    )


def suggested_activity_update(request, pk):
    """Notes what came of a suggestion, which the list of who came is asked about first, or corrects it."""
    suggestions = SuggestedActivity.objects.visible_to(request.user).select_related("youth")
    suggestion = log_case_view(request, get_object_or_404(suggestions.prefetch_related("youth__person"), pk=pk))
    listed = outcome_by_list(suggestion) if suggestion.outcome == SuggestedActivity.Outcome.WAITING else None
    return form_page(
        request,
        SuggestionOutcomeForm,
        instance=suggestion,
        initial={"outcome": listed[0], "held_on": listed[1]} if listed else None,
        title=f"登记结果：{suggestion}",
        message="已登记推荐活动的结果。",
        listed=listed and listed[0].label,
        suggestion=suggestion,
    )
