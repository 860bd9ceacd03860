"""Today's day in what tests are given as parameters, filled in when a test runs: a long run may pass midnight."""

import re
from datetime import timedelta

from django.utils.timezone import localdate

DAY = re.compile(r"\{(today|tomorrow|month|next_year|year_after)\}")


def filled_in(text):
    """The text with {today}, {tomorrow}, {month} as 2026-03, {next_year} and {year_after}; other braces stay."""
    today = localdate()
    days = {"today": today, "tomorrow": today + timedelta(days=1), "month": f"{today:%Y-%m}"}
    days |= {"next_year": today.year + 1, "year_after": today.year + 2}
    return DAY.sub(lambda found: str(days[found[1]]), text)


def all_filled_in(texts):
    """A dictionary whose values are texts, each filled in."""
    return {name: filled_in(text) for name, text in texts.items()}
