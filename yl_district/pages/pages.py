"""The pages that every kind of record has, so that a view says only what is its own.

List, form, end and deletion; a detail page is a plain `render`. Rows come from `.visible_to(request.user)`. A page has
a template of its own only where it says more than the others of its shape.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django_tables2 import RequestConfig

from . import edit_conflicts, submit_once


def template_names(request, shape):
    """Names of the page's template, of which the first that exists is taken.

    Its own bears the URL's name, `members/member_update.html`; `outreach/contact_form.html` serves both forms of a
    record; last comes the one of all pages of the shape, `form.html`.
    """
    view, name = request.resolver_match.func, request.resolver_match.url_name
    app, record = view.__module__.partition(".")[0], name.rpartition("_")[0]
    return [f"{app}/{name}.html", f"{app}/{record}_{shape}.html", f"{shape}.html"]


class CountedPaginator(Paginator):
    """The pages of rows whose number is known, so that nobody counts them again."""

    def __init__(self, *arguments, number, **options):
        super().__init__(*arguments, **options)
        self.count = number


def sorted_table(request, table_class, rows, exclude=()):
    """The table of `rows`, sorted as the address says, without the columns in `exclude`."""
    if table_class.related:
        rows = rows.select_related(*table_class.related)
    table = table_class(rows.prefetch_related(*table_class.prefetched), exclude=exclude)
    RequestConfig(request, paginate=False).configure(table)
    return table


def configured_table(request, table_class, rows, exclude=(), number=None):
    """The table of `rows`, sorted and paged as the address says; their `number` where it is known."""
    table = sorted_table(request, table_class, rows, exclude)
    known = {} if number is None else {"paginator_class": CountedPaginator, "number": number}
    # Not by RequestConfig, which would take any number of rows that the address asks for, 0 included.
    table.paginate(per_page=table_class.rows_per_page, **known)
    table.page = table.paginator.get_page(request.GET.get(table.prefixed_page_field))
    return table


def list_page(request, table_class, filter_class, rows, *, title, **context):
    """A list with its search form; htmx gets only the rows, a history restore the whole page."""
    filterset = filter_class(request.GET, rows, user=request.user, day=timezone.localdate())
    table = configured_table(request, table_class, filterset.qs)
    context |= {"title": title, "filter": filterset, "table": table, "exports": export_addresses(request)}
    return rows_response(request, template_names(request, "list"), "_rows.html", context)


def export_addresses(request):
    """Where the list is handed out as a file, narrowed and sorted as it is, by what the user may take it as."""
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
    """The fragment for htmx, the whole page for everybody else, at one address."""
    if wants_fragment(request):
        # Of an answer with another status htmx would show nothing.
        response = render(request, fragment, context)
    else:
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def wants_fragment(request):
    """Whether htmx asks for a part of the page; a history restore needs the whole."""
    return request.htmx and not request.htmx.history_restore_request


def form_page(request, form_class, *, title, message, instance=None, initial=None, after=None, **context):
    """A form that creates a record or changes `instance`, saved whole or not at all; leads to `after` or its page."""
    is_new = instance is None or instance.pk is None

    def build(data=None):
        files = None if data is None else request.FILES
        form = form_class(data, files, instance=instance, initial=initial, user=request.user, day=timezone.localdate())
        if is_new:
            form.submission = submit_once.new_token(request.user)
        else:
            form.version = edit_conflicts.written(edit_conflicts.form_digests(form))
        return form

    if request.method == "POST":
        stored = None if is_new else instance
        form, target = carry_out(request, build, lambda form: form.save(), stored, form_class.lock, after=after)
        if target:
            return led_on(request, form, message, target)
    else:
        form = build()
    if is_new or form.errors:
        form.focus()
    back = after or (list_address(request) if instance is None else instance.get_absolute_url())
    context |= {"title": title, "form": form, "back": back}
    return render(request, template_names(request, "form"), context, status=form.http_status)


def end_page(request, form_class, instance, act, *, title, message, initial=None, after=None, **context):
    """Asks for what the verb `act` of `instance` takes and calls it with that; leads to `after` or its page."""

    def build(data=None):
        form = form_class(data, initial=initial, user=request.user, day=timezone.localdate())
        form.submission = submit_once.new_token(request.user)
        form.version = edit_conflicts.written(edit_conflicts.record_digests(instance, request.user))
        return form

    if request.method == "POST":
        form, target = carry_out(request, build, lambda form: act(**form.cleaned_data), instance, after=after)
        if target:
            return led_on(request, form, message, target)
    else:
        form = build()
    form.focus()
    context |= {"title": title, "form": form, "record": instance}
    context["back"] = after or instance.get_absolute_url()
    return render(request, template_names(request, "form"), context, status=form.http_status)


def carry_out(request, build, act, stored=None, lock_more=None, *, after=None):
    """The form that `build` makes of what was sent, and the address it leads to; None where it is shown again.

    All of it is one transaction: the token is taken, the record `stored` is read again under a lock and compared with
    what the user saw, `act` is done with the form, and the record is looked for again within the user's reach. Where
    the form is refused, nothing of that is kept.
    """
    with transaction.atomic():
        try:
            submission = submit_once.claim(request)
        except submit_once.Repeated as repeated:
            form = build(request.POST)
            form.repeated = repeated
            form.full_clean()
            return form, repeated.target if repeated.is_same else None
        if stored:
            edit_conflicts.lock(stored, request.user, lock_more)
        form = build(request.POST)
        form.conflict = stored and edit_conflicts.conflict(form, stored, request.POST.get(edit_conflicts.FIELD))
        if form.conflict:
            form = looked_at_again(build, form)
        elif form.is_valid() and attempt(form, lambda: act(form), stored):
            target = resolve_url(after or stored or form.instance)
            submit_once.settle(submission, target)
            return form, target
        transaction.set_rollback(True)
    return form, None


def looked_at_again(build, form):
    """The form with what was typed and what others have changed meanwhile, read while the record is locked."""
    merged = build(edit_conflicts.merged(form))
    merged.conflict = form.conflict
    merged.full_clean()
    return merged


def led_on(request, form, message, target):
    """On to where a form leads, with a word about what it did."""
    tell(request, form, message)
    return redirect(target)


def tell(request, form, message):
    """Says that the form was carried out, or that the same form had been before."""
    if form.repeated:
        messages.info(request, "这张表单刚才已经提交成功，没有重复登记。")
    else:
        messages.success(request, f"{message}{form.saved_note}")


def delete_page(request, instance, *, title, message, after=None, act=None, **context):
    """Deletes `instance` (by `act` where more than the row changes) once the user has confirmed it as it is."""
    after = after or list_address(request)
    problem = changed = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                edit_conflicts.lock(instance, request.user)
                changed = edit_conflicts.changed_labels(instance, request.user, request.POST.get(edit_conflicts.FIELD))
                if not changed:
                    (act or instance.delete)()
        except (ProtectedError, RestrictedError):
            problem = "还有其他记录引用它，不能删除。"
        else:
            if not changed:
                messages.success(request, message)
                return redirect(after)
            problem = f"没有删除：打开本页后，他人修改了它的{'、'.join(changed)}。请核对后再决定是否删除。"
    version = edit_conflicts.written(edit_conflicts.record_digests(instance, request.user))
    context |= {"title": title, "record": instance, "problem": problem, "version": version, "back": after}
    return render(request, template_names(request, "delete"), context, status=409 if changed else 200)


def attempt(form, act, record=None):
    """Runs `act` in one transaction; what the model or the database refuses becomes errors of the form."""
    try:
        with transaction.atomic():
            act()
            check_reach(form, record)
    except ValidationError as error:
        form.add_error(None, error)
    except IntegrityError:
        form.add_error(None, "保存时发现相同或有冲突的记录，可能刚由他人登记。请返回列表核对后重试。")
    return not form.errors


def check_reach(form, record=None):
    """Refuses what would take the form's record out of the writer's own sight."""
    record = record or getattr(form, "instance", None)
    if record and form.rechecks_reach and not edit_conflicts.is_reached(record, form.user):
        raise ValidationError("保存后您将无法再查看这条记录，请核对所选组织。")


def list_address(request):
    """The address of the list beside the current page: `member_create` belongs to `member_list`."""
    return reverse(request.resolver_match.url_name.rsplit("_", 1)[0] + "_list")
