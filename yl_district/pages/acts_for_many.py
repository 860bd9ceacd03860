"""Acts done for many rows of a list at once, each with the form and the function of the act for one record."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from ..days import has_ended
from ..validators import problem


@dataclass(frozen=True)
class ActForMany:
    """An act for many rows.

    - `name`: the URL name of its page, by which the access table says who may do it.
    - `label`, `icon`: its button on the list; `counted` is the word for what is counted there, such as 名团员.
    - `of_list`: the URL name of the list.
    - `rows(user)`: the rows for which the user may do it, with what `act` and `told` read.
    - `filter_class`: the filter of the list.
    - `form(user, records)`: the class of its form, which is asked once for all.
    - `act(request, record, form)`: does it for one record; raises ValidationError where it cannot be done.
    - `told(record)`: what a record is called on the page.
    - `notice(form)`: what is said beside the form and once the act is done, such as that it is only asked for.
    - `look(request, records)`: what is done before the records are shown, such as a line in the access log.
    - `left_out(form)`: {key: why} of records that need no act or allow none, which are named and passed over.
    - `answer(request, form, left_out)`: the page shown once it is done, where that is not the list; None for the list.
    - `again`: what is said beside the words that the form was sent before.
    - `template`: the template of its page; `most`: so many rows at once at most, MOST_ROWS by default.
    """

    name: str
    label: str
    # By its keyword, as the sprite is drawn of the icons that the code names so.
    icon: str = field(kw_only=True)
    counted: str
    of_list: str
    rows: Callable[[Any], Any]
    filter_class: type
    form: Callable[[Any, list], Callable]
    act: Callable[[Any, Any, Any], None]
    told: Callable[[Any], str] = str
    notice: Callable[[Any], str] = lambda form: ""
    look: Callable[[Any, list], None] = lambda request, records: None
    left_out: Callable[[Any], dict] = lambda form: {}
    answer: Callable[[Any, Any, list], Any] = lambda request, form, left_out: None
    again: str = ""
    template: str = "many.html"
    most: int | None = None

    @property
    def day(self):
        """Today."""
        return timezone.localdate()


# By the URL name of their list.
_acts: dict[str, list[ActForMany]] = defaultdict(list)


def register_act(act):
    """Has the act's list offer it; returns the act."""
    _acts[act.of_list].append(act)
    return act


def acts_offered(user, list_name):
    """The acts that a list offers to the user."""
    return [act for act in _acts[list_name] if user.may_open(act.name)]


def refuse_ended(record, day):
    """Raises ValidationError where the record has ended by `day`, today: its end is corrected on its own page."""
    if has_ended(record, day):
        raise problem("尚未结束的记录", "这一条已经办理过，日期有误的请在它的修改页面更正")


def bind_record(request, record, form):
    """Registers the day on which a record was bound on the platform."""
    refuse_bound(record)
    record.bind(**form.cleaned_data)


def refuse_bound(record):
    """Raises ValidationError where the record has been bound on the platform already."""
    if record.bound_on:
        raise problem("尚未绑定的记录", f"这一条已于 {record.bound_on} 绑定，日期有误的请在它的修改页面更正")
