"""Which activity the title of a sign-in list means, such as “3月5日学雷锋 签到表”: by its day and its name."""

import re

from yl_district.sheets.cells import plain, text_key

from .models import Activity

FULL_DAY = re.compile(r"(?<!\d)(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)\s*日?")
SHORT_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]|(?<![\d.])(\d{1,2})\.(\d{1,2})(?![\d.])")
YEAR_ALONE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年")
USUAL_WORDS = re.compile(
    r"活动|签到|签字|签名|登记|参加|人员|名单|名册|[表册簿]|时间|日期|第[一二三四五六七八九十\d]+[场次期]"
)
LEAST_SHARED = 3  # characters that a name has in common at least with a title that may mean it
OFFERED = 300  # activities that a page offers by name


def day_told(title):
    """Returns (year or None, month, day) that a title states, None for no day."""
    text = plain(title)
    if match := FULL_DAY.search(text):
        return tuple(map(int, match.groups()))
    if match := SHORT_DAY.search(text):
        month, day = (int(number) for number in match.groups() if number)
        year = YEAR_ALONE.search(text)
        return (int(year[1]) if year else None), month, day
    return None


def bare_title(title):
    """Returns what a title says beside its day and the usual words, as names are compared."""
    text = YEAR_ALONE.sub("", SHORT_DAY.sub("", FULL_DAY.sub("", plain(title))))
    return re.sub(r"[\W_]", "", USUAL_WORDS.sub("", text_key(text)))


def told_activity(title, activities):
    """Returns the only one of the activities that a title with a day names; None for none, or where it is unclear.

    The title has its day and its whole name, or the name has all that the title says beside the day. Of several, that
    with the longest name in the title is meant.
    """
    day, key, rest = day_told(title), text_key(plain(title)), bare_title(title)
    if day is None:
        return None
    same_day = [one for one in activities if is_on(one, day)]
    named = [one for one in same_day if text_key(one.name) in key]
    longest = max((len(one.name) for one in named), default=0)
    found = [one for one in named if len(one.name) == longest]
    found = found or [one for one in same_day if len(rest) > 1 and rest in text_key(one.name)]
    return found[0] if len(found) == 1 else None


def likely_activity(title, activities):
    """Returns the only one of the activities that a title may mean; None for none or several.

    It is that of the day whose name has something in common with the title, else that whose name is in the title.
    """
    day, key = day_told(title), text_key(plain(title))
    if day is None:
        found = [one for one in activities if len(one.name) >= LEAST_SHARED and text_key(one.name) in key]
    else:
        found = [one for one in activities if is_on(one, day) and shares(text_key(one.name), key)]
    return found[0] if len(found) == 1 else None


def is_on(activity, day):
    """Whether an activity is held on a day, whose year may be None."""
    year, month, day_of_month = day
    held_on = activity.held_on
    return (held_on.month, held_on.day) == (month, day_of_month) and year in (None, held_on.year)


def shares(name, title):
    """Whether a name and a title have LEAST_SHARED characters in a row in common."""
    return any(name[at : at + LEAST_SHARED] in title for at in range(len(name) - LEAST_SHARED + 1))


class TitledActivities:
    """The activities that a user's sign-in lists can be about, and the cells of a row about each.

    They are those of a committee below the root for which the list is imported, if any.

    `names` are those that a page offers, the latest first.
    """

    def __init__(self, user, committee=None):
        rows = Activity.objects.all() if user is None else Activity.objects.visible_to(user)
        rows = rows.kept_at(committee) if committee else rows
        self.activities = list(rows.select_related("host", "hub").order_by("-held_on", "-pk"))
        self.labels, seen = {}, {}
        for one in self.activities:
            seen.setdefault((one.name, one.held_on), []).append(one)
        for (name, held_on), namesakes in seen.items():
            for one in namesakes:
                where = "" if len(namesakes) == 1 else f"，{one.host or one.hub or one.pk}"
                self.labels[one.pk] = f"{name}（{held_on.isoformat()}{where}）"
        self.by_label = {text_key(label): pk for pk, label in self.labels.items()}
        self.by_pk = {one.pk: one for one in self.activities}
        self.names = [self.labels[one.pk] for one in self.activities[:OFFERED]]

    def label_of(self, pk):
        """Returns how the activity with this key is called, "" where the user sees none."""
        return self.labels.get(pk, "")

    def may_name(self, title):
        """Whether a title looks like that of one activity, registered or not: it states a day, and more than that."""
        return day_told(title) is not None and len(bare_title(title)) > 1

    def told_by(self, title):
        """Returns how the activity is called that a title names, "" for none."""
        return self._label(told_activity(title, self.activities))

    def likely(self, title):
        """Returns how the activity is called that a title may mean, "" for none."""
        return self._label(told_activity(title, self.activities) or likely_activity(title, self.activities))

    def cells(self, label):
        """Returns {column: text} of a row about the activity that is called so; {} for none."""
        pk = self.by_label.get(text_key(label))
        if pk is None:
            return {}
        activity = self.by_pk[pk]
        hint = self.labels[pk].removeprefix(f"{activity.name}（{activity.held_on.isoformat()}").strip("，）")
        name = f"{activity.name}（{hint}）" if hint else activity.name
        return {"活动名称": name, "日期": activity.held_on.isoformat()}

    def label_of_cells(self, cells):
        """Returns how the activity is called whose rows have these cells, "" for none."""
        return next((label for label in self.labels.values() if self.cells(label).items() <= cells.items()), "")

    def _label(self, activity):
        return self.labels[activity.pk] if activity else ""
