"""The one search: a page with a box, what was opened lately below it, then what is found."""

from django import forms
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from orgs.accounts.login_attempts import when_again
from orgs.accounts.number_searches import SEARCH_WINDOW, use_number_search
from yl_district.audit.access_log import Action, record
from yl_district.pages.filters import LONGEST_SEARCH
from yl_district.pages.forms import refuse_control_characters
from yl_district.pages.pages import wants_fragment

from .finding import groups_found, is_by_number
from .recent import RecentRecords


class SearchForm(forms.Form):
    """The box."""

    search = forms.CharField(
        label="搜索",
        max_length=LONGEST_SEARCH,
        required=False,
        error_messages={"max_length": f"搜索的内容最多 {LONGEST_SEARCH} 个字，请缩短后再试。"},
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        refuse_control_characters(self.fields["search"])


@sensitive_post_parameters("search")
@sensitive_variables("text", "form", "context")
def search_page(request):
    """Shows the box, and answers it on the same page: what is searched for never stands in an address.

    htmx sends words while they are typed, which are answered as long as they hold no digit.
    """
    form = SearchForm(request.POST if request.method == "POST" else None)
    text = form.cleaned_data["search"].strip() if form.is_bound and form.is_valid() else ""
    is_typing = request.method == "POST" and wants_fragment(request) and "sent" not in request.POST
    again = None
    context = {"title": "搜索", "form": form, "text": text, "groups": []}
    if is_typing and any(letter.isdigit() for letter in text):
        context["is_waiting"] = True
    elif text:
        again = use_number_search(request) if is_by_number(text) else None
        context |= {"refusal": no_number_for_now(again)} if again else {"groups": found_for(request, text)}
    else:
        context["recent"] = RecentRecords(request).hits
    return search_response(request, context, again)


def found_for(request, text):
    """The groups found; the log notes where they tell of case files."""
    groups = groups_found(text, request.user)
    if any(group.is_case for group in groups):
        record(Action.CASE_VIEW, request.resolver_match.url_name, request=request)
    return groups


def no_number_for_now(again):
    """Why no number is searched for at present, and when it goes on."""
    hours = SEARCH_WINDOW.seconds // 3600
    return f"按完整号码搜索在 {hours} 小时内的次数已用完，{when_again(again)}按姓名、名称搜索不受影响。"


def search_response(request, context, again):
    """The page, or for htmx the box with what is below it, or what is below it alone."""
    if not wants_fragment(request):
        response = render(request, "reports/search.html", context, status=429 if again else 200)
    elif request.method == "POST":
        response = render(request, "reports/_search_results.html", context)
    else:
        response = render(request, "reports/_search_form.html", context)
    if again:
        response["Retry-After"] = max(1, round((again - timezone.now()).total_seconds()))
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response
