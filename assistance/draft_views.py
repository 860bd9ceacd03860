"""Where the pages of case files keep what is typed and not saved yet."""

import json

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from yl_district.audit.access_log import Action, record

from .case_drafts import LONGEST_DRAFT, drafts_of_form, drop_draft, keep_draft

NO_DRAFT = "草稿没有保留：内容不完整。"
TOO_LONG = "草稿没有保留：内容过长，离开本页前请先保存。"
NO_GRANT = "这张表单不留草稿，离开本页前请先保存。"


@require_POST
def case_draft_keep(request):
    """Keeps a draft; answers with its key, or with why it was not kept."""
    content = request.POST.get("draft", "")
    if len(content) > LONGEST_DRAFT:
        return JsonResponse({"problem": TOO_LONG})
    draft = as_draft(content)
    if draft is None:
        return JsonResponse({"problem": NO_DRAFT}, status=400)
    key = keep_draft(request.user, as_key(request), draft)
    return JsonResponse({"key": key} if key else {"problem": NO_GRANT})


@require_POST
def case_draft_find(request):
    """The user's drafts of the form at an address; each look at one is in the log."""
    found = drafts_of_form(request.user, request.POST.get("address", ""))
    if found:
        record(Action.CASE_VIEW, "case_draft_find", request=request)
    return JsonResponse({"drafts": found})


@require_POST
def case_draft_drop(request):
    """Deletes a draft that was saved or is no longer wanted."""
    drop_draft(request.user, as_key(request))
    return JsonResponse({})


def as_key(request):
    """Returns the key of a draft, or None."""
    key = request.POST.get("key", "")
    return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else None


def as_draft(content):
    """Returns the draft that a page sent, with the parts that it needs; None where it is no draft."""
    try:
        draft = json.loads(content)
        fields = {str(name): [str(value) for value in values] for name, values in draft["fields"].items()}
        return {
            "at": int(draft["at"]),
            "address": str(draft["address"]),
            "place": int(draft["place"]),
            "title": str(draft["title"]),
            "fields": fields,
            "named": {
                str(name): {str(key): str(label) for key, label in labels.items()}
                for name, labels in draft.get("named", {}).items()
            },
            "stamps": {str(name): str(value) for name, value in draft["stamps"].items()},
            "written": [[str(label), str(text)] for label, text in draft["written"]],
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
