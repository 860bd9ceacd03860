"""Writes what the check has staged: one transaction, all of it or nothing."""

from collections import defaultdict

from django.db import IntegrityError, transaction
from django.utils import timezone

from ..access_log import Action, operating_system_user, record
from ..bulk import hold_pages, insert_history, insert_rows, reserve_keys, update_rows
from ..history import because
from ..models import ImportBatch
from .check import REFUSED
from .marks import Changes, as_ranges
from .outcomes import parts_read, refused_parts
from .reading import Reader
from .stage import KEY, LABEL, NAMES, NUMBER, ROW, foreign_keys, in_order, model_of

State = ImportBatch.State
LARGE = 10_000  # rows


class Outdated(Exception):
    """Records that the import relies on were changed after the check; it must be checked again."""


class Refused(Exception):
    """The import cannot be committed as it is; the text says why and what to do."""


# The history of a member must not tell a list of cases from any other.
REASON = "导入"
CONFLICT = "写入时发现与系统中的记录冲突，可能刚有他人登记了相同的号码或名称。没有写入任何内容，请重新核对后再写入。"


def commit(batch, resource, *, only_right=False):
    """Writes what was staged of rows of the kind that `resource` takes in.

    Raises Outdated or Refused, and then nothing is written.
    """
    if batch.row_count > LARGE:
        hold_pages()
    try:
        with transaction.atomic(), because(REASON, batch.user):
            locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
            if locked.state == State.COMMITTED:
                return
            if locked.state not in (State.CHECKED, State.COMMITTING):
                raise Refused("文件还没有核对完，请先完成核对。")
            if any(locked.counts.get(tag) for tag in REFUSED) and not only_right:
                raise Refused("文件中还有有误的行：请改正后重新核对，或选择只写入正确的行。")
            writer = Writer(locked, resource)
            for part in locked.in_parts():
                writer.write(part.acts)
            writer.look_again(locked)
            resource.settle(writer.settling)
            finish(locked, writer, only_right)
    except IntegrityError:
        raise Refused(CONFLICT) from None
    batch.refresh_from_db()


def finish(batch, writer, only_right):
    """Notes in the import itself what was written."""
    batch.state, batch.only_right, batch.said = State.COMMITTED, only_right, ""
    batch.written = [[label, as_ranges(writer.written[label])] for label in in_order(writer.written)]
    batch.committed_at = timezone.now()
    batch.mark = {}
    batch.save()
    keep_wrong_rows(batch)
    detail = f"新增 {batch.counts.get('n', 0)}，变更 {batch.counts.get('c', 0)}，相同 {batch.counts.get('s', 0)}"
    record(Action.IMPORT, batch.public_name, user=batch.user, detail=detail, who=operating_system_user())


def keep_wrong_rows(batch):
    """Forgets the contents of the file but for the parts that must be read to tell the rows that were left out."""
    wrong = refused_parts(batch).values_list("number", flat=True)
    kept = list(parts_read(batch, Reader(batch), list(wrong)).values_list("pk", flat=True))
    batch.parts.exclude(pk__in=kept).delete()
    batch.parts.update(staged="")


class Writer:
    """Carries acts out, part by part."""

    def __init__(self, batch, resource):
        self.settled = resource.settled_by and resource._meta.model._meta.get_field(resource.settled_by)
        self.keys, self.written, self.settling = {}, defaultdict(list), set()
        self.owner, self.marks = owner_of(resource), batch.mark
        self.look()

    def write(self, acts):
        """Writes the acts of one part, model by model; what ends makes room for what follows it."""
        self.keep_up(acts)
        for label in in_order(act[LABEL] for act in acts):
            own = [act for act in acts if act[LABEL] == label]
            model = model_of(own[0])
            self._update(model, [act for act in own if act[KEY]])
            self._insert(model, [act for act in own if act[NAMES] is None])
            self._update(model, [act for act in own if act[NAMES] is not None and not act[KEY]])

    def look(self):
        """Finds out what others have changed since the check."""
        self.changes = Changes(self.marks, {label: as_ranges(keys) for label, keys in self.written.items()})
        if self.changes and self.owner:
            self.changes.count_as_changed(self.owner)

    def look_again(self, batch):
        """Raises Outdated where somebody has changed while the acts were written what these rely on."""
        self.look()
        for part in batch.in_parts() if self.changes else ():
            self.keep_up(part.acts)

    def keep_up(self, acts):
        """Raises Outdated where somebody has changed since the check what these acts rely on."""
        changed, known = self.changes.keys, self.changes.names
        for act in acts if self.changes else ():
            model, names = model_of(act), known.get(act[LABEL])
            links = [(field.related_model._meta.label, act[ROW][place]) for place, field in foreign_keys(model)]
            relied = any(not isinstance(key, list) and key in changed.get(label, ()) for label, key in links)
            named = names and act[ROW][place_of(model, "name")] in names
            if relied or named or act[KEY] in changed.get(act[LABEL], ()):
                raise Outdated

    def _resolved(self, model, rows):
        for place, _ in foreign_keys(model):
            for row in rows:
                if isinstance(row[place], list):
                    row[place] = self.keys[row[place][0]]

    def _insert(self, model, acts):
        if not acts:
            return
        rows = [act[ROW] for act in acts]
        place = place_of(model, model._meta.pk.name)
        for act, key in zip(acts, reserve_keys(model, len(acts)), strict=True):
            act[ROW][place] = self.keys[act[NUMBER]] = key
        self._resolved(model, rows)
        insert_rows(model, rows)
        self._note(model, rows, "+")

    def _update(self, model, acts):
        place = place_of(model, model._meta.pk.name)
        by_names = defaultdict(list)
        for act in acts:
            act[ROW][place] = act[KEY] or self.keys[act[NUMBER]]
            by_names[tuple(act[NAMES])].append(act[ROW])
        for names, rows in by_names.items():
            self._resolved(model, rows)
            update_rows(model, names, rows)
            self._note(model, rows, "~")

    def _note(self, model, rows, kind):
        self.written[model._meta.label] += insert_history(model, rows, kind)
        if self.settled and self.settled.model is model:
            place = place_of(model, self.settled.name)
            self.settling |= {row[place] for row in rows}


def owner_of(resource):
    """The label of the model of those whom rows of the resource are about, None where they are about nobody."""
    name = getattr(resource, "owner", None)
    return name and resource._meta.model._meta.get_field(name).related_model._meta.label


def place_of(model, name):
    """The place of a field in a row."""
    return [field.name for field in model._meta.concrete_fields].index(name)
