"""The vocabulary of one scope: its figures by name, its words and its facts."""

from collections.abc import Callable, Iterable
from functools import cached_property

from django.db.models import Model

from activities.models import ActivityType

from ..figures.counting import figures_of, targets_of
from ..figures.lines import all_figures
from ..figures.scopes import Scope
from ..figures.sources import Rows
from .aspects import ASPECTS, Meaningless
from .names import FigureNames
from .sentences import current_types
from .words import FACTS, words_of

# The model of each source of figures, which is the same in every scope, while building a query to ask takes time.
_models_of_sources: dict[Callable[[Scope], Rows], type[Model]] = {}


class Vocabulary:
    """The names with a meaning within a scope, independent of the reader."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.figures = figures_of(scope)
        self.names = FigureNames(self.figures)
        self.words, self.facts = words_of(self.figures.keys()), FACTS

    @cached_property
    def types(self) -> list[ActivityType]:
        """The current activity types."""
        return current_types()

    @cached_property
    def targets(self) -> dict[str, int]:
        """The scope's targets, by figure key."""
        return targets_of(self.scope)

    @cached_property
    def elsewhere(self) -> FigureNames:
        """The names of all figures, including those that do not exist in this scope."""
        return FigureNames(all_figures())

    def key(self, name: str, others: Iterable[str] = ()) -> str:
        """The key of the figure with this name; raises Meaningless, which suggests close names, `others` included."""
        key = self.names.key(name)
        if key:
            return key
        if name in self.names.doubtful:
            alike = (key for key, one in self.figures.items() if one.label == name and not one.is_of_type)
            meant = [self.names.name(key) for key in alike]
            raise Meaningless(f"有 {len(meant)} 个指标叫“{name}”，请写明是哪一个", meant)
        if self.elsewhere.key(name):
            raise Meaningless(f"{self.scope.name}没有指标“{name}”，只能用指标栏中列出的指标")
        near = self.names.near(name.rpartition(".")[0] or name, [*(others or self.words)])
        raise Meaningless(f"没有名为“{name}”的指标或词语，应为指标栏中的名称", near)

    def model(self, key: str) -> type[Model]:
        """The model whose records a figure counts."""
        source = self.figures[key].source
        if source not in _models_of_sources:
            _models_of_sources[source] = source(self.scope).model
        return _models_of_sources[source]

    def aspects(self, key: str) -> list[str]:
        """The aspects of a figure; the empty one is its number."""
        model = self.model(key)
        return [name for name, aspect in ASPECTS.items() if aspect.fits(self.figures[key], model)]
