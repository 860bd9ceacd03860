"""The assistance that follows from who came to an activity, for those who may open the files of the youths who did.

Case files change by the hands of those alone who may open them: somebody else's correction of the list, or opening it
again, leaves the assistance as it is, and its page says who is no longer on the list.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import transaction

from activities.effects import ListEffect
from yl_district.audit.access_log import Action, record, subject_of
from yl_district.database.actors import whole_case_files
from yl_district.pages.forms import prepare_field
from yl_district.validators import problem

from .actions import delete_assistance, parted_youths
from .forms import AssistedYouthsField
from .models import Assistance, AssistedYouth

KINDS_BY_TYPE = {"lecture": Assistance.Kind.TRAINING}
USUAL_KIND = Assistance.Kind.CULTURE
WHAT_IS_TICKED = "勾选的计入一条帮扶记录，方式为活动；物资、内容和收据登记以后在帮扶记录里补充。"
ANOTHER_THAT_DAY = "当天已另外登记过帮扶：{}；说的就是这次活动的，不要勾选。"


def youths_who_came(activity, user):
    """The youths in the register on the day of an activity who came to it, whose files the user may open."""
    came = activity.sign_ins.present().order_by().values_list("person", flat=True)
    youths = AssistedYouth.objects.visible_to(user).as_of(activity.held_on).filter(person__in=list(came))
    return youths.with_person().in_name_order().order_by("name_rank", "pk")


def assistance_at(activity, user):
    """The assistance that follows from the list of an activity, if the user may see one, else None.

    One that somebody has made an assistance to everybody follows from the list no more.
    """
    follows = Assistance.objects.visible_to(user).filter(activity=activity, with_everyone=False)
    return follows.order_by("pk").first()


def not_on_list(assistance, activity):
    """Those of the youths shown of an assistance who are not, or no longer, among those who came."""
    came = set(activity.sign_ins.present().values_list("person", flat=True)) if activity.is_confirmed else set()
    return [youth for youth in assistance.youths.all() if youth.person_id not in came]


def helped_beside(youths, day, own):
    """Those of the youths who were given another assistance on that day."""
    others = Assistance.objects.filter(held_on=day).exclude(pk=own and own.pk)
    if others.filter(with_everyone=True).exists():
        return list(youths)
    keys = set(others.filter(youths__in=youths).values_list("youths", flat=True))
    return [youth for youth in youths if youth.pk in keys]


class AssistanceEffect(ListEffect):
    """Offers the assisted youths who came, none of them chosen, and writes the assistance of those chosen."""

    def offer(self, form):
        """Adds the choice of youths, and the kind and amount of the assistance."""
        youths = youths_who_came(form.activity, form.user)
        if not youths:
            return
        own = assistance_at(form.activity, form.user)
        beside = helped_beside(youths, form.activity.held_on, own)
        named = ANOTHER_THAT_DAY.format("、".join(map(str, beside))) if beside else ""
        form.fields["assisted"] = AssistedYouthsField(
            youths,
            label="计入谁的帮扶",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=WHAT_IS_TICKED + named,
            error_messages={"invalid_choice": "所选帮扶对象不在到场名单上，请刷新页面后重新勾选。"},
        )
        form.fields["assistance_kind"] = forms.ChoiceField(label="帮扶类别", choices=Assistance.Kind)
        form.fields["amount"] = forms.DecimalField(
            label="金额（元）",
            required=False,
            max_digits=10,
            decimal_places=2,
            validators=[MinValueValidator(0, "请填写不小于 0 的金额。")],
        )
        form.initial["assisted"] = [youth.pk for youth in own.youths.all()] if own else []
        form.initial["assistance_kind"] = own.kind if own else KINDS_BY_TYPE.get(form.activity.type.key, USUAL_KIND)
        form.initial["amount"] = own and own.amount
        names = ["assisted", "assistance_kind", "amount"]
        for name in names:
            prepare_field(form.fields[name])
        form.groups = [*form.groups, ("精准帮扶", *names)]

    def confirm(self, activity, user, chosen):
        """Writes the assistance of those chosen; of nobody chosen there is none."""
        if "assisted" not in chosen:
            return
        own, youths = assistance_at(activity, user), list(chosen["assisted"])
        if youths:
            own = own or Assistance(activity=activity, form=Assistance.Form.ACTIVITY)
            own.held_on, own.kind, own.amount = activity.held_on, chosen["assistance_kind"], chosen["amount"]
            write_assistance(own, youths, user)
        elif own:
            take_back(own, user)

    def reopen(self, activity, user):
        """Takes the assistance back, as far as the user may open the files."""
        if own := assistance_at(activity, user):
            take_back(own, user)

    def log_view(self, activity, request):
        """Logs that the page showed whose files are open."""
        for youth in youths_who_came(activity, request.user):
            record(Action.CASE_VIEW, subject_of(youth), request=request, detail="活动名单")

    def taken_back(self, activity, user):
        """What becomes of the assistance."""
        own = assistance_at(activity, user)
        if not own:
            return []
        if own.is_worked_on:
            return ["1 条帮扶记录有人补充过内容、志愿者或附件，保留为手工登记。"]
        return ["1 条帮扶记录将移除。"]


@whole_case_files()
@transaction.atomic
def write_assistance(assistance, youths, user):
    """Saves an assistance given to these youths; others, whose files the user may not open, remain linked."""
    named, closed = parted_youths(assistance, user) if assistance.pk else ([], [])
    if assistance.pk and assistance.receipts.signed_by(set(named) - set(youths)).exists():
        raise ValidationError(problem("已签收这次帮扶的对象仍然勾选", "签收登记错的，请先在帮扶记录页面撤销签收"))
    assistance.full_clean()
    assistance.save()
    if set(named) != set(youths):
        assistance.youths.set([*youths, *closed])


def take_back(assistance, user):
    """Deletes an assistance, as far as the user may open its files; one to which somebody added stays by itself."""
    if not assistance.is_worked_on:
        delete_assistance(assistance, user)
        return
    assistance.activity = None
    assistance.save()
