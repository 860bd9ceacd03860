"""Case files whose time is over: told of beforehand, then made nameless, so that their numbers alone remain.

Personal data are kept for the shortest time that their purpose needs (Personal Information Protection Law, article 19).
All that hangs on a youth as a youth assisted goes to a person of whom nothing is known; the figures of past years
count what they counted.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from activities.models import SignIn
from members.merging import relations_to
from members.models import Person, PersonMerge
from yl_district.attachments.models import Attachment
from yl_district.audit.access_log import Action, record
from yl_district.database.actors import whole_case_files
from yl_district.history.tracking import because
from yl_district.periods import years_before
from yl_district.privacy.encryption import EncryptedMixin
from yl_district.privacy.sealed_links import SealedForeignKey, SealedKeyField
from yl_district.privacy.unreadable import UnreadableText
from yl_district.sheets.models import AwaitedCell

from .models import (
    OF_CASE,
    Assistance,
    AssistanceReceipt,
    AssistedYouth,
    CaseGrant,
    NeedsTalk,
    Pairing,
    PlanAmendment,
    PlanMeasure,
    ProjectApplication,
    Scholarship,
    ServicePlan,
    SuggestedActivity,
    Visit,
    VisitPass,
)

NAMELESS = "已匿名"
# The kinds of records of case files.
OF_CASES = (
    *(AssistedYouth, CaseGrant, Scholarship, Assistance),
    *(NeedsTalk, ServicePlan, PlanMeasure, PlanAmendment),
    *(ProjectApplication, SuggestedActivity, Visit, AssistanceReceipt),
)
RETENTION_REASON = "保存期满，匿名处理"


@dataclass(frozen=True)
class DueFile:
    """All cases of one youth, whose time is over on `day`."""

    cases: tuple[AssistedYouth, ...]
    day: date


@whole_case_files()
def due_files(until: date, **which: object) -> list[DueFile]:
    """The files, or those that `which` chooses, whose time is over on `until`; those due first before the others."""
    end = years_before(until, settings.CASE_RETENTION_YEARS)
    own = AssistedYouth.objects.order_by().filter(person=OuterRef("person"))
    running = own.filter(Q(removed_on__isnull=True) | Q(removed_on__gt=end) | Q(kept_until__gte=until))
    granted = Scholarship.objects.order_by().filter(student=OuterRef("person"), year__gt=end.year)
    cases = AssistedYouth.objects.filter(~Exists(running), ~Exists(granted), nameless_on__isnull=True, **which)
    found: dict[str, list[AssistedYouth]] = {}
    for case in cases.select_related("organisation").order_by("removed_on", "pk"):
        found.setdefault(str(case.__dict__["person_id"]), []).append(case)
    files = [DueFile(tuple(cases), max(map(day_due, cases))) for cases in found.values()]
    return sorted(files, key=lambda file: (file.day, file.cases[0].pk))


def day_due(case: AssistedYouth) -> date:
    """The day after which a case that has ended may be kept no longer."""
    assert case.removed_on
    end = years_before(case.removed_on, -settings.CASE_RETENTION_YEARS)
    return max(end, case.kept_until or end)


def warned_until(day: date) -> date:
    """The last day of which files are announced on `day`."""
    return day + timedelta(days=settings.CASE_RETENTION_WARNING_DAYS)


@whole_case_files()
def make_nameless(files: list[DueFile], day: date, **who: object) -> int:
    """Makes these files nameless, each whole or not at all, with a line of the access log; `who` is passed to it.

    Leaves out what somebody else has made nameless or decided to keep meanwhile; returns the number of files made so.
    """
    made = 0
    for file in files:
        with transaction.atomic(), because(RETENTION_REASON):
            person = Person.objects.select_for_update().filter(pk=file.cases[0].person_id).first()
            # Whoever is about to keep a file longer ends before it is looked at, or finds it nameless.
            list(AssistedYouth.objects.order_by("pk").select_for_update(no_key=True).filter(person=person).values("pk"))
            if person is None or not due_files(day, person=person):
                continue
            NamelessFile(person, day).make()
            keys = ",".join(str(case.pk) for case in file.cases)
            record(Action.RETENTION, f"assistance.assistedyouth:{keys}", detail=RETENTION_REASON, **who)
            made += 1
    return made


class NamelessFile:
    """Moves all that one person's case files consist of to a person of whom nothing is known."""

    def __init__(self, person: Person, day: date) -> None:
        self.person, self.day = person, day
        self.nobody = Person.objects.create(name=NAMELESS)

    def make(self) -> None:
        """Does it: rows, what hangs on them, their history, and the person, if known by nothing else."""
        links = [one.field for one in relations_to(Person) if getattr(one.field, "label", "") == OF_CASE]
        rows = [row for link in links for row in link.model._base_manager.filter(**{link.name: self.person})]
        youths = [row for row in rows if isinstance(row, AssistedYouth)]
        rows += NeedsTalk.objects.filter(youth__in=youths)
        rows += ServicePlan.objects.filter(youth__in=youths)
        rows += PlanMeasure.objects.filter(plan__youth__in=youths)
        rows += PlanAmendment.objects.filter(plan__youth__in=youths)
        rows += ProjectApplication.objects.filter(youth__in=youths)
        rows += SuggestedActivity.objects.filter(youth__in=youths)
        rows += AssistanceReceipt.objects.signed_by(youths)
        pairings = list(Pairing.objects.filter(youth__in=youths))
        rows += pairings
        rows += Visit.objects.filter(pairing__in=pairings)
        VisitPass.objects.filter(pairing__in=pairings).delete()
        rows += self._assistances(youths)
        self._forget_what_is_kept_with(rows)
        for row in rows:
            self._empty(row)
            row.save()
            for state in row.history.all():
                self._empty(state)
                state.save()
        self._forget_capacity()
        self._forget_merges()
        key = self.person.pk
        if Person.objects.filter(pk=key, user=None, campaign_proofs=None).without_open_capacity().exists():
            self.person.delete()
            Person.history.filter(id=key).delete()

    def _forget_capacity(self) -> None:
        """Has the person's sign-ins, and their history, no longer say that an assisted youth came."""
        for sign_in in self.person.sign_ins.all():
            for state in [sign_in, *sign_in.history.all()]:
                if state.capacity == SignIn.Capacity.ASSISTED_YOUTH:
                    state.capacity = SignIn.Capacity.OTHER
                    state.save()

    def _assistances(self, youths: list[AssistedYouth]) -> list[Assistance]:
        """Assistances that name nobody but these youths and nameless ones."""
        named = Assistance.objects.filter(with_everyone=False, youths__in=youths)
        others = AssistedYouth.objects.filter(nameless_on=None).exclude(pk__in=[one.pk for one in youths])
        return list(named.exclude(youths__in=others).distinct())

    def _empty(self, row: models.Model) -> None:
        """Takes out of a row, or of a former state of it, what could tell of whom it is."""
        for field in row._meta.concrete_fields:
            if isinstance(field, SealedForeignKey) and field.label == OF_CASE and getattr(row, field.attname):
                setattr(row, field.attname, self.nobody.pk)
            elif isinstance(field, SealedForeignKey) and field.label != OF_CASE:
                setattr(row, field.attname, None)
            elif isinstance(field, EncryptedMixin) and not isinstance(field, SealedKeyField):
                setattr(row, field.attname, None if field.null else "")
        if hasattr(row, "nameless_on"):
            row.nameless_on = self.day
        if isinstance(row, (CaseGrant, CaseGrant.history.model)):
            row.name, row.reason = NAMELESS, NAMELESS
            row.ended_on = row.ended_on or self.day
        if isinstance(row, (Visit, Visit.history.model)) and row.cancelled_on:
            row.cancel_reason = NAMELESS

    def _forget_what_is_kept_with(self, rows: list[models.Model]) -> None:
        """Deletes attachments, their history, and cells of lists, that are kept with the rows."""
        for model in {type(row) for row in rows}:
            keys = [row.pk for row in rows if isinstance(row, model)]
            kept = {"content_type": ContentType.objects.get_for_model(model), "object_id__in": keys}
            Attachment.objects.filter(**kept).delete()
            Attachment.history.filter(**kept).delete()
            AwaitedCell.objects.filter(**kept).delete()

    def _forget_merges(self) -> None:
        """Takes case files out of what merges into the person could restore."""
        labels = {model._meta.label_lower for model in OF_CASES}
        for merge in PersonMerge.objects.filter(kept=self.person):
            for state in [merge, *merge.history.all()]:
                if isinstance(state.journal, UnreadableText):
                    continue
                done = json.loads(state.journal)
                done["entries"] = [entry for entry in done["entries"] if entry[1].lower() not in labels]
                state.journal = json.dumps(done, ensure_ascii=False)
                state.save()
