"""The Chinese names by which a text calls the figures."""

import re
from collections import Counter
from difflib import get_close_matches

NEAR = 3
# What has a meaning of its own between brackets: a label that holds any of it is called by its key.
UNWRITABLE = re.compile(r"[\s{}\[\]|.:：/+<>=]")


def full_name(figure):
    """A label with its unit, which tells apart two figures of one label."""
    return f"{figure.label}（{figure.unit}）"


class Names:
    """Which name means which of these figures; the key of a figure always does."""

    def __init__(self, figures):
        self.figures = figures
        labels = Counter(figure.label for figure in figures.values() if not figure.is_of_type)
        self.doubtful = {label for label, times in labels.items() if times > 1}
        self.keys = {}
        # The figures of activity types come last: a type cannot take a name away from another figure.
        for key, figure in figures.items():
            if figure.label not in self.doubtful:
                self.keys.setdefault(figure.label, key)
            self.keys.setdefault(full_name(figure), key)
        self.keys |= {key: key for key in figures}

    def key(self, name):
        """The key of the figure of this name, or None."""
        return self.keys.get(name) or self.keys.get(name.replace("(", "（").replace(")", "）"))

    def name(self, key):
        """The name by which a text is to call a figure."""
        figure = self.figures[key]
        for name in (figure.label, full_name(figure)):
            if self.keys.get(name) == key and not UNWRITABLE.search(name):
                return name
        return key

    def near(self, name, others=()):
        """The names most like a wrong one: those that hold it, then those spelt like it."""
        known = [*others, *(self.name(key) for key in self.figures)]
        holding = [each for each in known if name and name in each]
        alike = get_close_matches(name, known, n=NEAR, cutoff=0.5)
        return tuple(dict.fromkeys([*holding, *alike]))[:NEAR]
