"""The page that registers an activity which a sign-in list names and nobody knows, or takes one that there is."""

from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render

from orgs.models import Organisation
from yl_district.importing.outcomes import rows_at
from yl_district.importing.page_contexts import KnownNames, found_groups
from yl_district.importing.proposal import choose_group, first_rows
from yl_district.importing.steps import State, enter_check, set_going
from yl_district.importing.titled_groups import titles_read
from yl_district.importing.views import own_batch, page_context
from yl_district.pages.choice_answers import FIELD, choices_asked_for
from yl_district.pages.pages import act_form, carry_out
from yl_district.recognition.mapping import Mapping
from yl_district.sheets.cells import YEAR_OF_SHEET, CellError, full_text, is_blank, text_key
from yl_district.sheets.date_widgets import DayWidget
from yl_district.sheets.day_texts import year_said
from youthhubs.models import Hub

from .forms import ListedActivityForm
from .models import ActivityType
from .proposed_activities import activities_alike, name_in, proposed_activity
from .resources import SignInResource, activity_answer
from .titles import TitledActivities

ROWS_READ = 500  # wrong rows in which unknown activities are looked for
UNKNOWN = "系统中没有这一活动，请从列出的名称中选择，或在下面登记。"


@dataclass
class NamedActivity:
    """An activity that a list names: its rows' text and day, "" and None where all are about it, and all titles.

    `key` is that of the answer which says what activity it is.
    """

    text: str = ""
    day: date | None = None
    titles: list = field(default_factory=list)

    @property
    def key(self):
        """Returns the key of the answer."""
        return activity_answer(self.text, self.day) if self.text else ""

    def proposed(self, user, committee):
        """Returns the ProposedActivity of what the user may choose, of a committee below the root if any."""
        hubs, hosts = Hub.objects.visible_to(user).select_related("organisation"), Organisation.objects.visible_to(user)
        if committee:
            hubs, hosts = hubs.within(committee), hosts.within(committee)
        places = hosts, hubs, ActivityType.objects.all()
        found = proposed_activity([self.text, *self.titles] if self.text else self.titles, self.day, *places)
        found.name = (name_in(self.text) or self.text) if self.text else found.name
        return found


def import_batch_activity(request, pk):
    """Registers an activity that a sign-in list names, as proposed and corrected, and reads the list as its own."""
    batch = own_batch(request, pk)
    named = named_activities(batch)
    if not named:
        return redirect(batch)
    one = next((each for each in named if each.key == request.GET.get("of")), named[0])
    proposed, problem = one.proposed(request.user, batch.organisation), ""
    build = partial(act_form, request, ListedActivityForm, initial=proposed.initial, committee=batch.organisation)

    def register(form):
        settle_on(own_batch(request, pk), one, form.save())

    if FIELD in request.GET:
        return choices_asked_for(request.GET, build())
    form = None
    if "chosen" in request.POST:
        groups = TitledActivities(request.user, batch.organisation)
        chosen = groups.by_pk.get(groups.by_label.get(text_key(request.POST["chosen"])))
        if chosen:
            with transaction.atomic():
                settle_on(batch, one, chosen)
            return go_on_with(request, batch, f"这份名单已作为“{chosen}”的签到读取。")
        problem = UNKNOWN
    elif request.method == "POST":
        form, target = carry_out(request, build, register, after=batch)
        if target:
            said = "" if form.repeated else f"已登记活动“{form.instance}”。撤销这次导入时，它保留。"
            return go_on_with(request, own_batch(request, pk), said)
    form = form or build()
    form.focus()
    groups = TitledActivities(request.user, batch.organisation)
    titled = activities_alike(" ".join([one.text, *one.titles]), proposed.held_on, groups.activities)
    alike = list(dict.fromkeys([*form.alike, *titled]))
    context = page_context(batch) | {"title": "登记名单中的活动", "form": form, "back": batch.get_absolute_url()}
    context |= {"named": one, "others": [each for each in named if each is not one], "groups": groups.names}
    context |= {"alike": [groups.label_of(each.pk) for each in alike], "problem": problem}
    status = 422 if problem else form.http_status
    return render(request, "activities/import_batch_activity.html", context, status=status)


def named_activities(batch):
    """Returns the NamedActivity of each activity that a sign-in list names and nobody knows.

    Of a list that is still to be mapped it is the one that all its rows are about.
    """
    if batch.kind != "signins" or batch.state not in (State.MAPPING, State.CHECKED):
        return []
    rows = {sheet["number"]: found.rows for sheet, found in zip(batch.sheets, first_rows(batch), strict=True)}
    titles = titles_read(batch, Mapping.from_json(batch.mapping), rows)
    if batch.state == State.MAPPING:
        return [NamedActivity(titles=titles)]
    found = {}
    for row in unknown_rows(batch):
        text, day = full_text(row.values.get(SignInResource.group)), day_of(row, titles)
        if text:
            found.setdefault((text_key(text), day), NamedActivity(text, day, titles))
    return list(found.values())


def unknown_rows(batch):
    """Returns the first rows of an import whose activity is not known."""
    groups = [one for one in found_groups(batch, KnownNames(batch)) if one.column == SignInResource.group]
    return rows_at(batch, sorted(at for one in groups for at in one.rows)[:ROWS_READ])


def day_of(row, titles):
    """Returns the day that a row's own cell states, None for none."""
    if is_blank(row.values.get("日期")):
        return None
    try:
        return DayWidget(takes_runs=True).clean(row.values.get("日期"), {YEAR_OF_SHEET: year_said(titles)})
    except CellError:
        return None


def settle_on(batch, named, activity):
    """Has the rows that name an activity read as about this one, and checks them unless more is to be confirmed."""
    if batch.state == State.CHECKED:
        if enter_check(batch):
            batch.answers |= {named.key: str(activity.pk)}
            batch.save(update_fields=["answers"])
        return
    label = TitledActivities(batch.user, batch.organisation).label_of(activity.pk)
    if label and choose_group(batch, label):
        enter_check(batch)


def go_on_with(request, batch, said):
    """Runs the check that the import has entered, says what was done, and goes back to the import."""
    if batch.state == State.CHECKING:
        set_going(batch, "check")
    if said:
        messages.success(request, said)
    else:
        messages.info(request, "这张表单刚才已经提交成功，没有重复登记。")
    return redirect(batch)
