"""The pages that every kind of record has, so that a view says only what is its own.

List, form, end and deletion; a detail page is a plain `render`. Rows come from `.visible_to(request.user)`.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django_tables2 import RequestConfig


def configured_table(request, table_class, rows):
    """The table of `rows`, sorted and paged as the address says."""
    if table_class.related:
        rows = rows.select_related(*table_class.related)
    table = table_class(rows.prefetch_related(*table_class.prefetched))
    RequestConfig(request, paginate=False).configure(table)
    # Not by RequestConfig, which would take any number of rows that the address asks for, 0 included.
    table.paginate(per_page=table_class.rows_per_page)
    table.page = table.paginator.get_page(request.GET.get(table.prefixed_page_field))
    return table


def list_page(request, template, table_class, filter_class, rows, *, title, **context):
    """A list with its search form; htmx gets only the rows, a history restore the whole page."""
    filterset = filter_class(request.GET, rows, user=request.user, day=timezone.localdate())
    table = configured_table(request, table_class, filterset.qs)
    return rows_response(
        request, template, "_rows.html", context | {"title": title, "filter": filterset, "table": table}
    )


def rows_response(request, template, fragment, context):
    """The fragment for htmx, the whole page for everybody else, at one address."""
    response = render(request, fragment if wants_fragment(request) else template, context)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def wants_fragment(request):
    """Whether htmx asks for a part of the page; a history restore needs the whole."""
    return request.htmx and not request.htmx.history_restore_request


def form_page(request, template, form_class, *, title, message, instance=None, initial=None, after=None, **context):
    """A form that creates a record or changes `instance`, saved whole or not at all; leads to `after` or its page."""
    data = request.POST if request.method == "POST" else None
    form = form_class(data, instance=instance, initial=initial, user=request.user, day=timezone.localdate())
    if data is not None and form.is_valid() and attempt(form, form.save):
        messages.success(request, message)
        return redirect(after or form.instance)
    is_new = instance is None
    if is_new or form.errors:
        form.focus()
    back = after or (list_address(request) if is_new else instance.get_absolute_url())
    return render(request, template, context | {"title": title, "form": form, "back": back})


def end_page(request, template, form_class, instance, act, *, title, message, **context):
    """Asks for what the verb `act` of `instance` takes and calls it with that."""
    data = request.POST if request.method == "POST" else None
    form = form_class(data, user=request.user, day=timezone.localdate())
    if data is not None and form.is_valid() and attempt(form, lambda: act(**form.cleaned_data)):
        messages.success(request, message)
        return redirect(instance)
    form.focus()
    context |= {"title": title, "form": form, "record": instance, "back": instance.get_absolute_url()}
    return render(request, template, context)


def delete_page(request, template, instance, *, title, message, after=None, act=None, **context):
    """Deletes `instance` (by `act` where more than the row changes) once the user has confirmed it."""
    after = after or list_address(request)
    problem = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                (act or instance.delete)()
        except (ProtectedError, RestrictedError):
            problem = "还有其他记录引用它，不能删除。"
        else:
            messages.success(request, message)
            return redirect(after)
    context |= {"title": title, "record": instance, "problem": problem, "back": after}
    return render(request, template, context)


def attempt(form, act):
    """Runs `act` in one transaction; what the model or the database refuses becomes errors of the form."""
    try:
        with transaction.atomic():
            act()
    except ValidationError as error:
        form.add_error(None, error)
    except IntegrityError:
        form.add_error(None, "保存时发现相同或有冲突的记录，可能刚由他人登记。请返回列表核对后重试。")
    return not form.errors


def list_address(request):
    """The address of the list beside the current page: `member_create` belongs to `member_list`."""
    return reverse(request.resolver_match.url_name.rsplit("_", 1)[0] + "_list")
