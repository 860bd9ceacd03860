"""The page of an act for many rows: how many and which, the act's form once, and whatever could not be done by row."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from ..validators import problem
from . import submit_once
from .acts_for_many import register_act
from .announcements import Unannounced, announcing
from .choice_answers import FIELD, choices_asked_for
from .chosen_rows import (
    MOST_ROWS,
    TooManyChosen,
    chosen_on_list,
    row_digest,
    rows_as_shown,
    rows_sent,
)
from .pages import act_form

CLASH = "保存时发现相同或有冲突的记录，可能刚由他人登记。"


@dataclass(frozen=True)
class Refusal:
    """A record for which the act cannot be done, and why."""

    record: Any
    told: str
    reason: str


class SomeRefused(Exception):
    """The act cannot be done for all of the rows."""


def page_of_many(act):
    """The view of an act for many, which its list offers from now on."""
    register_act(act)

    def view(request):
        return many_page(request, act)

    return view


def many_page(request, act):
    """Shows the rows chosen on the list with the act's form, then does the act for all, or for those that allow it."""
    back = list_with_conditions(request, act)
    if request.method != "POST":
        return redirect(back)
    if FIELD in request.POST:
        return choices_for_many(request, act)
    if "rows" in request.POST:
        return carry_out_for_many(request, act, back)
    try:
        keys = chosen_on_list(request, act)
    except TooManyChosen as too_many:
        messages.error(
            request, f"选中 {too_many} 条，一次最多办理 {act.most or MOST_ROWS} 条，请缩小筛选范围后分次办理。"
        )
        return redirect(back)
    if not keys:
        messages.error(request, f"没有选中记录。请先勾选要{act.label}的记录，再选择办理事项。")
        return redirect(back)
    records = in_given_order(act.rows(request.user).filter(pk__in=keys), keys)
    form = built_form(request, act, records)
    form.focus()
    return page_of_chosen(request, act, form, records, rows_as_shown(records, request.user), back)


def choices_for_many(request, act):
    """The choices of a field of the act's form for the rows of the page, which its request names as the form does."""
    sent = rows_sent(request.POST.get("rows", ""))
    records = in_given_order(act.rows(request.user).filter(pk__in=sent), sent)
    return choices_asked_for(request.POST, act.form(request.user, records)(user=request.user, day=act.day))


def list_with_conditions(request, act):
    """URL of the act's list with the conditions that it had."""
    query = request.POST.get("query", "")
    return f"{reverse(act.of_list)}?{query}" if query else reverse(act.of_list)


def in_given_order(rows, keys):
    """The records in the order of their keys; raises Http404 without any."""
    found = {record.pk: record for record in rows}
    if not found:
        raise Http404
    return [found[key] for key in keys if key in found]


def built_form(request, act, records, data=None):
    """The act's form for these records, with a token for one submission."""
    return act_form(request, act.form(request.user, records), data, day=act.day)


def carry_out_for_many(request, act, back):
    """Does the act for the rows of the submitted form in one transaction, or shows the form again."""
    text, refusals = request.POST["rows"], []
    sent, is_for_right_ones = rows_sent(text), "only_right" in request.POST
    with transaction.atomic():
        rows = act.rows(request.user).filter(pk__in=sent).select_for_update(no_key=True, of=("self",))
        records = in_given_order(rows, sent)
        form = built_form(request, act, records, request.POST)
        try:
            submission = submit_once.claim(request)
        except submit_once.RepeatedSubmission as repeated:
            form.repeated = repeated
            form.full_clean()
            if repeated.is_same:
                messages.info(request, f"这张表单刚才已经提交成功，没有重复办理。{act.again}")
                return redirect(back)
        else:
            if form.is_valid():
                done, refusals = attempt_for_each(request, act, form, records, sent, is_for_right_ones)
                if done:
                    submit_once.settle(submission, reverse(act.of_list))
                    passed_over = [*passed_over_by(act, form, records), *refusals]
                    answer = act.answer(request, form, passed_over)
                    if answer is None:
                        messages.success(request, said_at_the_end(act, form, done, passed_over))
                    return answer or redirect(back)
        transaction.set_rollback(True)
    form.focus()
    return page_of_chosen(request, act, form, records, text, back, refusals, is_for_right_ones)


def attempt_for_each(request, act, form, records, sent, is_for_right_ones):
    """How many records the act was done for, 0 where nothing is to be written, and the Refusals."""
    refusals, done, left_out = [], 0, act.left_out(form)
    try:
        with transaction.atomic(), announcing(form):
            for record in (each for each in records if each.pk not in left_out):
                try:
                    with transaction.atomic():
                        refuse_changed(record, request.user, sent[record.pk])
                        act.act(request, record, form)
                except ValidationError as error:
                    refusals.append(Refusal(record, act.told(record), "".join(error.messages)))
                except IntegrityError:
                    refusals.append(Refusal(record, act.told(record), CLASH))
                else:
                    done += 1
            if not done or (refusals and not is_for_right_ones):
                raise SomeRefused
            refuse_out_of_reach(request, act, records, refusals)
    except (SomeRefused, Unannounced):
        done = 0
    except ValidationError as error:
        form.add_error(None, error)
        done = 0
    return done, refusals


def refuse_changed(record, user, digest):
    """Raises ValidationError where somebody else has changed the record since it was shown."""
    if row_digest(record, user) != digest:
        raise problem("打开本页后没有他人修改的记录", "他人刚修改了这一条，请返回列表核对后再办理")


def refuse_out_of_reach(request, act, records, refusals):
    """Raises ValidationError where the user would no longer see all of the records acted upon."""
    kept = {record.pk for record in records} - {refusal.record.pk for refusal in refusals}
    if act.rows(request.user).order_by().filter(pk__in=kept).count() < len(kept):
        raise ValidationError("办理后您将无法再查看其中一些记录，请核对所填内容。")


def passed_over_by(act, form, records):
    """The records that the act passes over, each with the reason, as Refusals."""
    left_out = act.left_out(form)
    return [Refusal(each, act.told(each), left_out[each.pk]) for each in records if each.pk in left_out]


def said_at_the_end(act, form, done, refusals):
    """The message once the act has been done."""
    rest = f"；{len(refusals)} 条没有办理，仍是原来的样子" if refusals else ""
    return f"{act.label}：已办理 {done} 条{rest}。{act.notice(form)}"


def page_of_chosen(request, act, form, records, text, back, refusals=(), is_for_right_ones=False):
    """The act's page."""
    act.look(request, records)
    passed_over = passed_over_by(act, form, records)
    number = len(records) - len(passed_over)
    context = {
        "title": f"{act.label}（{number} {act.counted}）",
        "act": act,
        "form": form,
        "notice": act.notice(form),
        "back": back,
        "rows_text": text,
        "query": request.POST.get("query", ""),
        "names": [act.told(record) for record in records if record.pk not in act.left_out(form)],
        "passed_over": passed_over,
        "refusals": refusals,
        "right_ones": number - len(refusals),
        "is_for_right_ones": is_for_right_ones,
    }
    return render(request, act.template, context, status=form.http_status)
