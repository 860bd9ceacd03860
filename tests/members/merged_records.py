"""What tests of merging people look at: everything that is stored."""

from types import SimpleNamespace

from django.apps import apps

from members.journal import plain_values
from members.models import PersonMerge

OURS = {"members", "youthhubs", "activities", "assistance", "outreach", "reports"}


def request_of(user):
    """What an act is told of who does it."""
    return SimpleNamespace(user=user, META={})


def everything():
    """All that is stored but of histories and merges, by model."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        is_ours = model.__module__.partition(".")[0] in OURS and not model.__name__.startswith("Historical")
        if is_ours and model is not PersonMerge and not model._meta.proxy:
            rows = [plain_values(row) for row in model._base_manager.all()]
            # Of a link alone nothing refers to the key.
            is_link = bool(model._meta.auto_created)
            found[model._meta.label] = sorted(
                str({name: value for name, value in row.items() if name != "id" or not is_link}) for row in rows
            )
    return found
