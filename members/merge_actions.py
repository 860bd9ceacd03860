"""Merging two records of one human being, and taking that back."""

import json

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from yl_district.audit.access_log import Action, record, subject_of
from yl_district.database.actors import whole_case_files
from yl_district.history.tracking import because
from yl_district.privacy.encryption import encrypted_fields
from yl_district.privacy.unreadable import UnreadableText
from yl_district.validators import problem

from .journal import ROW_CHANGED, TakingBack
from .merging import Merger, clashes, hanging_on, relations_to
from .models import Person, PersonMerge


@whole_case_files()
@transaction.atomic
def merge_people(kept, lost, *, request, reason, values, bases=(), dropped=()):
    """Makes one of two records of a human being, and returns the PersonMerge.

    `values` is {column: value} of the record that stays. `bases` says which of two rows that mean the same goes before
    the other, as a Merger takes it; `dropped` are the labels and keys of rows that are wrong. Raises ValidationError
    where the two contradict in something else, or the values do.
    """
    kept, lost = locked_people(kept.pk, lost.pk)
    refuse_unreadable(kept, lost)
    accounts = {kept.user_id, lost.user_id}
    is_revealing = Person.objects.known_openly().filter(pk__in=[kept.pk, lost.pk]).count() < 2
    with because(reason):
        merger = Merger(bases)
        for pair in clashes(kept, lost):
            wrong = [row for row in pair if (row._meta.label, row.pk) in dropped]
            if not wrong:
                raise ValidationError(clash_problem(*pair))
            for row in wrong:
                merger.drop_once(row)
        own = keys_hanging_on(kept)
        merger.end_what_was_given(kept, lost)
        merger.absorb(kept, lost)
        merger.journal.delete(lost)
        for name, value in values.items():
            setattr(kept, name, value)
        kept.full_clean()
        merger.journal.write(kept)
        merger.journal.recount()
        Person.objects.keep_sealed([kept.pk])
        Person.objects.seal_history([lost.pk], Person.objects.sealed().filter(pk=kept.pk).exists())
        done = {"kept": kept.pk, "own": own, "entries": merger.journal.entries}
        merge = PersonMerge.objects.create(
            kept=kept,
            lost_key=lost.pk,
            lost_name=lost.name,
            merged_by=request.user,
            reason=reason,
            journal=json.dumps(done),
            revealing=PersonMerge.Revealing.YES if is_revealing else PersonMerge.Revealing.NO,
        )
    if accounts - {None, kept.user_id}:
        record(Action.ACCOUNT, subject_of(kept), request=request, detail="合并人员记录，解除绑定")
    return merge


def locked_people(*keys):
    """The people of these keys, locked in the order of the keys; raises ValidationError where one is gone.

    The lock also keeps others from adding a row that hangs on them, which would be left without its person.
    """
    rows = Person.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    found = {one.pk: one for one in rows.order_by("pk")}
    if len(found) < len(keys):
        raise ValidationError(problem("两条都还在的记录", "其中一条刚被他人合并或删除，请返回列表核对"))
    return [found[key] for key in keys]


def clash_problem(one, other):
    """The problem of two people who have at one time what a human being can have only one of."""
    kind = one._meta.verbose_name
    return problem(
        f"同一时间只有一条{kind}记录（{stay_in_words(one)}；{stay_in_words(other)}）", "请选择删去登记错的一条，再合并"
    )


def stay_in_words(row):
    """A record in which a human being is at one place at a time, with its days."""
    merging = row.record_options.merging
    place = getattr(row, merging.alike[0])
    return f"{place}，{getattr(row, merging.begin) or '最初'} 至 {getattr(row, merging.end) or '今'}"


def keys_hanging_on(person):
    """{relation's name: keys} of all that hangs on a person."""
    return {one.name: [row.pk for row in hanging_on(person, one)] for one in relations_to(Person)}


@whole_case_files()
@transaction.atomic
def take_back_merge(merge, *, request, reason):
    """Makes two records again of the one that a merge has left, as far as what it did still stands.

    Raises ValidationError where it has been taken back, or the record that it kept went by a later merge.
    """
    merge = PersonMerge.objects.select_for_update(no_key=True).get(pk=merge.pk)
    refuse_taking_back(merge, request.user)
    locked_people(merge.kept_id)
    done = json.loads(merge.journal)
    with because(reason):
        back, stayed = TakingBack(done["entries"], merge.merged_at), keys_since(merge, done)
        back.run()
        if not Person.objects.filter(pk=back.key(Person._meta.label, merge.lost_key)).exists():
            raise ValidationError(problem("还能恢复的记录", "并入的记录不能恢复，请联系系统管理员"))
        restored = back.key(Person._meta.label, merge.lost_key)
        Person.objects.keep_sealed([merge.kept_id, restored])
        is_sealed = Person.objects.sealed().filter(pk=restored).exists()
        Person.objects.seal_history([merge.lost_key, restored], is_sealed)
        merge.undone_by, merge.undone_at, merge.undo_reason = request.user, timezone.now(), reason
        merge.journal = json.dumps(done | {"left": changes_left(back.left), "ended": back.ended, "stayed": stayed})
        merge.save()
    return merge


def refuse_unreadable(*people):
    """Raises ValidationError where a cell of the people cannot be read, which would get lost."""
    for person in people:
        for field in encrypted_fields(person):
            if isinstance(getattr(person, field.attname), UnreadableText):
                remedy = "请先打开这条记录，重新填写不能读取的内容"
                raise ValidationError(problem(f"能够读取的{field.verbose_name}（编号 {person.pk}）", remedy))


def refuse_taking_back(merge, user):
    """Raises ValidationError where a merge cannot be taken back."""
    if merge.undone_at:
        raise ValidationError(problem("还没有撤销的合并（这次合并已撤销）", "请查看两条记录"))
    if isinstance(merge.journal, UnreadableText):
        raise ValidationError(problem("能够读取的合并经过", "请从备份中恢复这一次合并的经过，再来撤销"))
    if merge.kept_id != json.loads(merge.journal)["kept"]:
        seen = PersonMerge.objects.visible_to(user).standing().filter(kept=merge.kept_id)
        later = seen.exclude(pk=merge.pk).first()
        named = f"（{later}）" if later else ""
        raise ValidationError(problem("保留的记录没有再并入他人", f"请先撤销后来的合并{named}"))


def keys_since(merge, done):
    """{relation's name: keys} of what has come to hang on the kept person since the merge."""
    moved = {(label, key) for kind, label, key, *_ in done["entries"] if kind == ROW_CHANGED}
    found = {}
    for relation in relations_to(Person):
        if relation.related_model is PersonMerge:
            continue
        known, label = set(done["own"].get(relation.name, ())), relation.related_model._meta.label
        rows = hanging_on(merge.kept, relation)
        found[relation.name] = [row.pk for row in rows if row.pk not in known and (label, row.pk) not in moved]
    return found


def changes_left(left):
    """[label, key, columns] of the writes that could not be taken back; no columns for whole rows."""
    return [[entry[1], entry[2], kept if isinstance(kept, list) else []] for entry, kept in left]
