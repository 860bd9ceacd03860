"""What the page of two-new organisations on their way to a league body shows."""

from dataclasses import dataclass

from yl_district.periods import Period
from yl_district.pinyin import NAME_ORDER

from .models import DUE_SOON, Unit, UnitChange, UnitContact

PIPELINE_STAGES = (Unit.Stage.CANDIDATE, Unit.Stage.CONTACTED, Unit.Stage.PREPARING, Unit.Stage.FOUNDED)
CARDS_SHOWN = 30
LINES_SHOWN = 50


@dataclass
class UnitCard:
    """A two-new organisation with the last contact, and whether its next step is overdue."""

    unit: Unit
    contact: UnitContact | None
    is_overdue: bool = False

    @property
    def lacking(self):
        """What it still lacks for founding a league body, in words."""
        return self.unit.lacking(self.contact is not None)


@dataclass
class StageColumn:
    """The organisations in a stage: the first of them, and how many there are."""

    stage: Unit.Stage
    cards: list[UnitCard]
    number: int

    @property
    def unshown(self):
        """How many are not shown."""
        return self.number - len(self.cards)


def pipeline_of(user, units, day):
    """The context of the page for the user: `units` by stage on `day`, the steps that are due, who waits for an answer.

    Of those founded only this year's.
    """
    this_year = Period.of_year(day.year).until(day)
    founded = units.founded_during(this_year).with_stage_on(day).not_retired_on(day)
    by_stage = {stage: [] for stage in PIPELINE_STAGES}
    for rows in (units.on_the_way_on(day), founded):
        for unit in rows.with_last_contact().order_by(*NAME_ORDER):
            by_stage[unit.stage_on].append(unit)
    due = list(units.with_step_due_by(day + DUE_SOON, day).with_last_contact().order_by(*NAME_ORDER)[:LINES_SHOWN])
    shown = [unit for found in by_stage.values() for unit in found[:CARDS_SHOWN]]
    contacts = UnitContact.objects.in_bulk({unit.last_contact for unit in [*due, *shown] if unit.last_contact})
    waiting = UnitChange.objects.visible_to(user).standing_on(day, UnitChange.Kind.RECOMMENDED)
    return {
        "columns": [
            StageColumn(stage, [unit_card(unit, contacts, day) for unit in found[:CARDS_SHOWN]], len(found))
            for stage, found in by_stage.items()
        ],
        "due": sorted((unit_card(unit, contacts, day) for unit in due), key=lambda card: card.contact.next_on),
        "recommended": waiting.select_related("unit").in_order()[:LINES_SHOWN],
    }


def unit_card(unit, contacts, day):
    """The card of a unit; `contacts` are {key: contact}."""
    contact = contacts.get(unit.last_contact)
    is_overdue = bool(contact and contact.next_on and contact.next_on < day)
    return UnitCard(unit, contact, is_overdue)
