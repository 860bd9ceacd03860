"""Which text of `templates/help/` belongs to which page: that of its URL name, else of the kind of record."""

from functools import cache

from django.conf import settings

HELP_FOLDER = settings.BASE_DIR / "templates" / "help"
QUICK_START = "start_"


@cache
def help_names():
    """The names of all texts."""
    return frozenset(path.stem for path in HELP_FOLDER.glob("*.html"))


def help_of(url_name):
    """The name of the text for a page, "" where there is none: `member` for `member_update` and `members_end`."""
    words = (url_name or "").split("_")
    for length in range(len(words), 0, -1):
        name = "_".join(words[:length])
        for each in (name, name.removesuffix("s")):
            if each in help_names() and not each.startswith(QUICK_START):
                return each
    return ""
