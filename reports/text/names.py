"""The Chinese names of the figures in a text."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ..figures.figure import Figure

NEAR = 3
# Characters with a meaning inside brackets; a figure with one in its label is referred to by its key.
UNWRITABLE_IN_NAMES = re.compile(r"[\s{}\[\]|.:：/+<>=]")


def full_name(figure: Figure) -> str:
    """The label with its unit, which distinguishes two figures with the same label."""
    return f"{figure.label}（{figure.unit}）"


class FigureNames:
    """Maps the names of these figures to their keys; a figure's key is always one of its names."""

    def __init__(self, figures: Mapping[str, Figure]) -> None:
        self.figures = figures
        labels = Counter(figure.label for figure in figures.values() if not figure.is_of_type)
        self.doubtful = {label for label, times in labels.items() if times > 1}
        self.keys: dict[str, str] = {}
        # The figures of activity types come last, so that a type cannot take a name from another figure.
        for key, figure in figures.items():
            if figure.label not in self.doubtful:
                self.keys.setdefault(figure.label, key)
            self.keys.setdefault(full_name(figure), key)
        self.keys |= {key: key for key in figures}

    def key(self, name: str) -> str | None:
        """The key of the figure with this name, or None."""
        return self.keys.get(name) or self.keys.get(name.replace("(", "（").replace(")", "）"))

    def name(self, key: str) -> str:
        """The name to use for a figure in a text."""
        figure = self.figures[key]
        for name in (figure.label, full_name(figure)):
            if self.keys.get(name) == key and not UNWRITABLE_IN_NAMES.search(name):
                return name
        return key

    def near(self, name: str, others: Iterable[str] = ()) -> tuple[str, ...]:
        """The names closest to an unknown one: those that contain it, then those spelt similarly."""
        known = [*others, *(self.name(key) for key in self.figures)]
        holding = [each for each in known if name and name in each]
        alike = get_close_matches(name, known, n=NEAR, cutoff=0.5)
        return tuple(dict.fromkeys([*holding, *alike]))[:NEAR]
