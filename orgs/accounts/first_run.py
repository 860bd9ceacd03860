"""The beginning in an empty database: the committee at the root and its first administrator, in one act."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse

from yl_district.audit.access_log import Action, record, subject_of
from yl_district.installation.getting_started import begin_getting_started
from yl_district.installation.setup_code import is_setup_awaited, withdraw_code

from ..models import Domain, Organisation, User, note_level
from ..roles import RoleKind
from .actions import PASSWORD_FIELDS, invite

ALREADY_SET_UP = "刚刚已有人完成了设置，您填写的内容没有写入。请改到登录页登录；不知道账号的，请问完成设置的人。"


class FirstRunMiddleware:
    """Leads whoever comes to an empty installation to the page that sets it up, whatever the address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if awaits_first_run() and request.path != reverse("first_run"):
            return redirect("first_run")
        return self.get_response(request)


def awaits_first_run():
    """Whether the installation is empty and waits to be set up; one query in this case, none in any other."""
    return is_setup_awaited() and is_empty()


def is_empty():
    """Whether the database has neither an organisation nor an account."""
    return not (Organisation.objects.exists() or User.objects.exists())


@transaction.atomic
def found_committee(committee, level, name, username, password, is_staff, request):
    """Returns the account of the first administrator, of the committee that is now the root.

    Raises ValidationError where somebody else was first, or the account cannot be made; nothing is written then.
    """
    if not withdraw_code() or not is_empty():
        raise ValidationError(ALREADY_SET_UP)
    kind = Organisation.Category
    category = kind.WORKING_COMMITTEE if committee.endswith(kind.WORKING_COMMITTEE.label) else kind.COMMITTEE
    root = Organisation(name=committee, category=category, level=level, domain=Domain.OFFICE)
    root.clean()
    Organisation.objects.add_root(instance=root)
    note_level(level)
    begin_getting_started()
    kinds = [RoleKind.ADMINISTRATOR, *([RoleKind.STAFF] if is_staff else [])]
    user = invite(name, username, None, [(each, root) for each in kinds], request=None)
    user.set_password(password)
    user.save(update_fields=PASSWORD_FIELDS)
    record(
        Action.ACCOUNT, subject_of(user), user=user, request=request, detail=f"首次设置：{root}，系统管理员 {username}"
    )
    return user
