"""The pages that register many organisations: those that a file names and nobody has registered, and a pasted list."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from yl_district.importing.page_contexts import KnownNames, found_groups, model_named, texts_asked
from yl_district.importing.proposal import learn_alias
from yl_district.importing.steps import State, enter_check, set_going
from yl_district.importing.views import own_batch, page_context
from yl_district.installation.getting_started import where_to_go_on
from yl_district.pages.pages import act_form, carry_out
from yl_district.sheets.cells import text_key

from .models import Organisation
from .new_organisation_forms import NewOrganisationsForm, PastedNamesForm, PastedOrganisationsForm
from .pasted_names import MOST_NAMES, pasted_names

NO_ORGANISATION = "青年汇"  # how names end that are not ticked, as they are not those of league organisations


def import_batch_organisations(request, pk):
    """Registers organisations that the file names, as proposed and corrected, and checks the file again."""
    batch = own_batch(request, pk)
    groups = named_organisations(batch) if batch.state == State.CHECKED else []
    if not groups:
        return redirect(batch)
    texts = list({text_key(one.found): one.found for one in reversed(groups)}.values())[::-1]
    likely = {one.found for one in groups if one.likely or one.found.endswith(NO_ORGANISATION)}
    build = partial(act_form, request, NewOrganisationsForm, texts=texts, likely=likely)

    def register(form):
        form.save()
        meant = {text: made.name for text, _, made in form.created}
        for one in groups:
            name = meant.get(one.found)
            if name and text_key(name) != text_key(one.found):
                learn_alias(one.kind, one.column, one.found, name, committee=batch.organisation)
        enter_check(own_batch(request, pk))

    if request.method == "POST":
        form, target = carry_out(request, build, register, after=batch)
        if target:
            check_again(request, own_batch(request, pk), form)
            return redirect(target)
    else:
        form = build()
    context = page_context(batch) | {"title": "新建文件中的团组织", "form": form, "back": batch.get_absolute_url()}
    status = 422 if form.errors and form.http_status == 200 else form.http_status
    return render(request, "orgs/import_batch_organisations.html", context, status=status)


def named_organisations(batch):
    """The groups of rows of an import whose unknown text stands where organisations are named."""
    names = KnownNames(batch)
    groups = [one for one in found_groups(batch, names) if one.found]
    texts = texts_asked([one for one in groups if model_named(one.kind, one.column) is Organisation], names)
    return [one for one in texts if not names.is_of_another(one)]


def check_again(request, batch, form):
    """Says what was registered, and runs the check that the import has entered."""
    if form.repeated:
        messages.info(request, "这张表单刚才已经提交成功，没有重复登记。")
        return
    if batch.state == State.CHECKING:
        set_going(batch, "check")
    messages.success(request, f"已新建 {len(form.created)} 个团组织，并重新核对。撤销这次导入时，它们保留。")


def organisations_create(request):
    """Reads a pasted list of names and shows what it would register; registers it once that is confirmed."""
    if request.method == "POST" and "listed" in request.POST:
        return register_pasted(request)
    form = PastedNamesForm(request.POST or None, user=request.user, day=timezone.localdate())
    if form.is_valid():
        return page_of_pasted(request, pasted_form(request, form.found.names), form.found)
    form.focus()
    context = {"title": "粘贴名单，新建团组织", "form": form, "back": reverse("organisation_list")}
    return render(request, "orgs/organisations_create.html", context, status=422 if form.is_bound else 200)


def pasted_form(request, names, data=None):
    """The form of the organisations with these names."""
    return act_form(request, PastedOrganisationsForm, data, names=names)


def register_pasted(request):
    """Registers the organisations of a list that has been shown."""
    names = pasted_names("\n".join(request.POST["listed"].splitlines()[:MOST_NAMES])).names
    after = where_to_go_on() or reverse("organisation_list")
    form, target = carry_out(
        request, lambda data=None: pasted_form(request, names, data), lambda form: form.save(), after=after
    )
    if not target:
        return page_of_pasted(request, form)
    if form.repeated:
        messages.info(request, "这张表单刚才已经提交成功，没有重复登记。")
    else:
        messages.success(request, f"已新建 {len(form.created)} 个团组织。")
    return redirect(target)


def page_of_pasted(request, form, found=None):
    """The page that shows what a pasted list would register."""
    context = {
        "title": "核对要新建的团组织",
        "form": form,
        "found": found,
        "listed": "\n".join(form.texts),
        "back": reverse("organisations_create"),
    }
    status = 422 if form.errors and form.http_status == 200 else form.http_status
    return render(request, "orgs/organisations_listed.html", context, status=status)
