"""Generic list, form, action and delete pages, called by the views of each model.

A detail page is a plain `render`. Views pass rows from `.visible_to(request.user)`. A page has its own template only
where it differs from the generic one.
"""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.http import urlencode
from django_tables2 import RequestConfig

from ..sheets.models import AwaitedCell
from . import edit_conflicts, submit_once
from .acts_for_many import acts_offered
from .addresses import open_address
from .announcements import Unannounced, announcing
from .choice_answers import choices_asked_for
from .forms import DeletionForm
from .paging import paginate

# The button that saves a record and leads to the form for the next one.
SAVE_AND_GO_ON = "another"


def template_names(request, shape):
    """Candidate template names; Django takes the first that exists.

    First the page's own, by its URL name, such as `members/member_update.html`; then one for both forms of a record,
    such as `outreach/contact_form.html`; last the generic one, such as `form.html`.
    """
    view, name = request.resolver_match.func, request.resolver_match.url_name
    app, record = view.__module__.partition(".")[0], name.rpartition("_")[0]
    return [f"{app}/{name}.html", f"{app}/{record}_{shape}.html", f"{shape}.html"]


def sorted_table(request, table_class, rows, exclude=()):
    """The table of `rows`, sorted according to the URL, without the columns in `exclude`."""
    if table_class.related:
        rows = rows.select_related(*table_class.related)
    table = table_class(rows.prefetch_related(*table_class.prefetched), exclude=exclude)
    table.own_order = rows.query.order_by
    RequestConfig(request, paginate=False).configure(table)
    table.data.data = in_settled_order(table.data.data)
    return table


def in_settled_order(rows):
    """The rows in their order, those alike in the order of their keys, so that no page repeats or omits any."""
    order = rows.query.order_by
    return rows.order_by(*order, "pk") if order and order[-1].lstrip("-") != "pk" else rows


def configured_table(request, table_class, rows, exclude=(), number=None):
    """The table of `rows`, sorted and paginated according to the URL; `number` is the row count where known."""
    table = sorted_table(request, table_class, rows, exclude)
    paginate(table, request, number)
    return table


def list_page(request, table_class, filter_class, rows, *, title, **context):
    """A list with its filter form; htmx gets only the rows, but a history restore the whole page."""
    filterset = filter_class(request.GET, rows, user=request.user, day=timezone.localdate())
    if looked_up := choices_asked_for(request.GET, filterset.form):
        return looked_up
    table = configured_table(request, table_class, filterset.qs)
    table.acts = acts_offered(request.user, request.resolver_match.url_name)
    context |= {"title": title, "filter": filterset, "table": table, "exports": export_addresses(request)}
    return rows_response(request, template_names(request, "list"), "_rows.html", context)


def export_addresses(request):
    """{format: URL} of the exports open to the user, with the list's filters and sorting."""
    kind, query = request.resolver_match.url_name.removesuffix("_list"), request.GET.copy()
    query.pop("page", None)
    query.pop("format", None)
    names = {"xlsx": f"{kind}_export", "csv": f"{kind}_export", "full": f"{kind}_full_export"}
    found = {}
    for way, name in names.items():
        if request.user.may_open(name):
            query["format"] = "xlsx" if way == "full" else way
            found[way] = f"{reverse(name)}?{query.urlencode()}"
    return found


def rows_response(request, template, fragment, context, status=200):
    """The fragment for htmx, otherwise the whole page, at the same URL."""
    if wants_fragment(request):
        # With status 200, as htmx does not swap in error responses.
        response = render(request, fragment, context)
    else:
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def wants_fragment(request):
    """Whether htmx requests a fragment; a history restore needs the whole page."""
    return request.htmx and not request.htmx.history_restore_request


def form_page(request, form_class, *, title, message, instance=None, initial=None, after=None, **context):
    """A form that creates a record or updates `instance` atomically, then redirects to `after` or the record's page."""
    is_new = instance is None or instance.pk is None
    stays = getattr(form_class, "stays", ()) if is_new else ()
    begun = {name: request.GET[name] for name in stays if name in request.GET}
    initial = (initial or {}) | begun

    def build(data=None):
        files = None if data is None else request.FILES
        form = form_class(data, files, instance=instance, initial=initial, user=request.user, day=timezone.localdate())
        if is_new:
            form.submission = submit_once.new_token(request.user)
            form.give_only_choices()
        else:
            form.version = edit_conflicts.as_version(edit_conflicts.form_digests(form))
            form.ask_for(AwaitedCell.objects.still_of(instance))
        return form

    if request.method == "POST":
        stored = None if is_new else instance
        another = partial(next_form, request, stays) if stays and SAVE_AND_GO_ON in request.POST else None
        form, target = carry_out(
            request, build, lambda form: form.save(), stored, form_class.lock, after=another or after
        )
        if target:
            return redirect_after(request, form, linked(request, message, form) if another else message, target)
    else:
        form = build()
        if looked_up := choices_asked_for(request.GET, form):
            return looked_up
    if is_new or form.errors:
        form.focus(begun)
    back = after or (list_address(request) if instance is None else instance.get_absolute_url())
    context |= {"title": title, "form": form, "back": back}
    return render(request, template_names(request, "form"), context, status=form.http_status)


def next_form(request, stays, form):
    """URL of the same form, empty but for what the form sent has in the fields named in `stays`."""
    kept = {name: form[name].data for name in stays if name in form.fields and form[name].data}
    return f"{request.path}?{urlencode(kept)}"


def linked(request, message, form):
    """The success message with a link to the record saved, where the user may open it."""
    address = "" if form.repeated else open_address(request.user, form.instance)
    return format_html('{}<a href="{}">查看：{}</a>。', message, address, form.instance) if address else message


def act_form(request, form_class, data=None, **options):
    """Returns the form of an act by the user today, with a token for one submission."""
    files = None if data is None else request.FILES
    form = form_class(data, files=files, **{"user": request.user, "day": timezone.localdate()} | options)
    form.submission = submit_once.new_token(request.user)
    return form


def end_page(request, form_class, instance, act, *, title, message, initial=None, after=None, **context):
    """A form for the arguments of `act`, a method of `instance`, then redirects to `after` or the record's page."""

    def build(data=None):
        form = act_form(request, form_class, data, initial=initial)
        form.version = edit_conflicts.as_version(edit_conflicts.record_digests(instance, request.user))
        return form

    if request.method == "POST":
        form, target = carry_out(request, build, lambda form: act(**form.cleaned_data), instance, after=after)
        if target:
            return redirect_after(request, form, message, target)
    else:
        form = build()
        if looked_up := choices_asked_for(request.GET, form):
            return looked_up
    form.focus()
    context |= {"title": title, "form": form, "record": instance}
    context["back"] = after or instance.get_absolute_url()
    return render(request, template_names(request, "form"), context, status=form.http_status)


def carry_out(request, build, act, stored=None, lock_more=None, *, after=None):
    """Processes the submitted form; returns (form, URL to redirect to), with None where the form is shown again.

    `after` is where to go on, or a function that tells it of the form.

    In one transaction: claims the submission token, reloads the record `stored` under a lock, compares it with what
    the user saw, calls `act(form)`, and checks that the record stays visible to the user. Rolls back if the form is
    refused.
    """
    with transaction.atomic():
        try:
            submission = submit_once.claim(request)
        except submit_once.RepeatedSubmission as repeated:
            form = build(request.POST)
            form.repeated = repeated
            form.full_clean()
            return form, repeated.target if repeated.is_same else None
        if stored:
            edit_conflicts.lock_for_edit(stored, request.user, lock_more)
        form = build(request.POST)
        form.conflict = stored and edit_conflicts.edit_conflict(form, stored, request.POST.get(edit_conflicts.VERSION))
        if form.conflict:
            form = merged_form(build, form)
        elif form.is_valid() and attempt(form, lambda: act(form), stored):
            if stored:
                AwaitedCell.objects.settle(stored)
            after = after(form) if callable(after) else after
            target = resolve_url(after or getattr(form, "next_page", "") or stored or form.instance)
            submit_once.settle(submission, target)
            return form, target
        transaction.set_rollback(True)
    return form, None


def merged_form(build, form):
    """The form with the typed values merged with others' changes, built while the record is locked."""
    merged = build(edit_conflicts.merged(form))
    merged.conflict = form.conflict
    merged.full_clean()
    return merged


def redirect_after(request, form, message, target):
    """Redirects after a processed form, with a message."""
    confirm_saved(request, form, message)
    return redirect(target)


def confirm_saved(request, form, message):
    """Adds the success message, or one that the same form was submitted before."""
    if form.repeated:
        messages.info(request, "这张表单刚才已经提交成功，没有重复登记。")
    else:
        messages.success(request, format_html("{}{}", message, form.saved_note))


def delete_page(request, instance, *, title, message, after=None, act=None, **context):
    """Confirms and deletes `instance`, by `act` where given, unless it was changed since the page was shown."""
    after = after or list_address(request)
    is_sent = request.method == "POST"
    form = DeletionForm(request.POST if is_sent else None, user=request.user, day=timezone.localdate())
    problem, changed, key = None, None, instance.pk
    if is_sent:
        form.full_clean()
        try:
            with transaction.atomic():
                edit_conflicts.lock_for_edit(instance, request.user)
                changed = edit_conflicts.changed_labels(
                    instance, request.user, request.POST.get(edit_conflicts.VERSION)
                )
                if not changed:
                    with announcing(form):
                        (act or instance.delete)()
        except Unannounced:
            instance.pk = key
            form.focus()
        except (ProtectedError, RestrictedError):
            problem = "还有其他记录引用它，不能删除。"
        except ValidationError as error:
            problem = f"没有删除。{''.join(error.messages)}"
        else:
            if not changed:
                messages.success(request, message)
                return redirect(after)
            problem = f"没有删除：打开本页后，他人修改了它的{'、'.join(changed)}。请核对后再决定是否删除。"
    form.version = edit_conflicts.as_version(edit_conflicts.record_digests(instance, request.user))
    context |= {"title": title, "record": instance, "problem": problem, "form": form, "back": after}
    return render(request, template_names(request, "delete"), context, status=409 if changed else 200)


def attempt(form, act, record=None):
    """Runs `act` in a transaction; returns False where it has to be confirmed, or the model or the database refuses it.

    The errors are on the form then, and a new record is again as it was before it was saved.
    """
    instance = getattr(form, "instance", None)
    is_new = instance is not None and instance.pk is None
    try:
        with transaction.atomic(), announcing(form):
            act()
            check_reach(form, record)
    except Unannounced:
        pass
    except ValidationError as error:
        form.add_error(None, error)
    except IntegrityError:
        form.add_error(None, "保存时发现相同或有冲突的记录，可能刚由他人登记。请返回列表核对后重试。")
    is_done = not (form.errors or form.announced)
    if is_new and not is_done:
        instance.pk, instance._state.adding = None, True
    return is_done


def check_reach(form, record=None):
    """Raises ValidationError where the saved record would no longer be visible to the user."""
    record = record or getattr(form, "instance", None)
    if record and form.rechecks_reach and not edit_conflicts.is_reached(record, form.user):
        raise ValidationError("保存后您将无法再查看这条记录，请核对所选组织。")


def list_address(request):
    """URL of the current page's list: `member_list` for `member_create`."""
    return reverse(request.resolver_match.url_name.rsplit("_", 1)[0] + "_list")
