"""The level of the committee at the root, by which the product and its texts call what it serves."""

from __future__ import annotations

from django.db import models


class Level(models.TextChoices):
    AREA = "area", "地区"
    STREET = "street", "街道"
    TOWN = "town", "镇"
    TOWNSHIP = "township", "乡"
    PARK = "park", "园区"


# Towns and townships have a party committee, the others a working committee of one.
PARTY_COMMITTEES = {Level.TOWN: "镇党委", Level.TOWNSHIP: "乡党委"}
# The level that this process was told last, so that a page need not ask for it.
_told: list[str] = []


def level_named(name: str) -> str:
    """The level that the name of a committee tells, "" where it tells none."""
    by_length = sorted(Level, key=lambda level: -len(level.label))
    return next((level for level in by_length if level.label in name), "")


def note_level(value: str) -> None:
    """Keeps in mind the level stored of the root, "" of a root that states none."""
    _told[:] = [value]


def is_level_told() -> bool:
    """Whether this process has been told a level."""
    return bool(_told)


def told_level() -> Level:
    """The level that this process was told last, that of an area before; asks no database."""
    return Level(_told[0]) if _told and _told[0] else Level.AREA


def product_name(level: Level) -> str:
    """What the product is called where the committee has this level."""
    return f"{level.label}团委工作台"
