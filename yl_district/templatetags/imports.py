"""Template filters about imports."""

from django import template

from yl_district.importing.kinds import import_kinds

register = template.Library()


@register.filter
def may_import(user, kind):
    """Whether the user may import lists of the kind with this key."""
    return user.may_open("import_batch_create") and any(one.key == kind for one in import_kinds().on_pages(user))
