"""The drift of a signed figure: which of its records were added, removed or changed since, and by whom."""

from collections import Counter
from dataclasses import dataclass

from ..figures.counting import figures_of, targets_of
from ..figures.figure import Result
from ..figures.measures import amount
from ..figures.readers import CASE_FIGURES
from ..figures.scopes import scope_of
from .kept_records import comparable_parts
from .signing import figure_of

CAME, WENT, RECOUNTED = "came", "went", "changed"
MOVE_LABELS = {CAME: "新计入", WENT: "不再计入", RECOUNTED: "数字变动"}
# The same number on another basis.
SURER = "口径变动"
SHOWN = 50
ACT_LABELS = {"+": "登记", "~": "修改", "-": "删除"}


@dataclass(frozen=True)
class Move:
    """One record that now counts differently than at signing, with the amounts formatted as on pages."""

    kind: str
    key: int
    former: str | None
    present: str | None

    @property
    def label(self):
        return SURER if self.former == self.present else MOVE_LABELS[self.kind]


@dataclass(frozen=True)
class Drift:
    """A signed figure compared with today's."""

    signed: Result
    present: Result | None
    moves: tuple[Move, ...]

    @property
    def is_closed(self):
        """Whether the figure no longer exists, so that nothing can be compared."""
        return self.present is None

    @property
    def difference(self):
        """The change of the value, formatted as on pages."""
        return "" if self.is_closed else self.present.beyond(self.signed)

    @property
    def counts(self):
        """The number of moves by kind, such as `新计入 2 条，不再计入 1 条`."""
        times = Counter(move.label for move in self.moves)
        return "，".join(f"{label} {times[label]} 条" for label in (*MOVE_LABELS.values(), SURER) if times[label])


def drifts(edition, with_cases=True):
    """Every signed figure whose records, or the amounts they add, have changed."""
    scope = scope_of(edition.report)
    figures, targets = figures_of(scope, with_cases), targets_of(scope)
    found = [drift_of(kept, figures.get(kept.key), scope, targets) for kept in readable_figures(edition, with_cases)]
    return [drift for drift in found if drift.moves or drift.is_closed]


def readable_figures(edition, with_cases):
    """The edition's figures; those of cases only with `with_cases`."""
    return [kept for kept in edition.figures.all() if with_cases or kept.key not in CASE_FIGURES]


def drift_of(kept, figure, scope, targets):
    """One signed figure compared with today's."""
    signed = Result(figure_of(kept, {kept.key: figure} if figure else {}), kept.value, kept.quality, kept.target)
    if figure is None:
        return Drift(signed, None, ())
    parts = figure.parts(scope)
    return Drift(signed, figure.result_of(parts, targets), tuple(moves(comparable_parts(kept), parts)))


def moves(former, present):
    """Yields the records in which two counts of one figure differ."""
    before, now = ({key: (value, quality) for key, value, quality in parts} for parts in (former, present))
    for key in sorted(before.keys() | now.keys()):
        if key not in before:
            yield Move(CAME, key, None, amount(*now[key]))
        elif key not in now:
            yield Move(WENT, key, amount(*before[key]), None)
        elif before[key] != now[key]:
            yield Move(RECOUNTED, key, amount(*before[key]), amount(*now[key]))


@dataclass(frozen=True)
class VisibleMove:
    """A move as a reader may see it: the record's name and page, and what was done to it since."""

    move: Move
    name: str
    url: str
    acts: tuple[str, ...]


def visible_moves(drift, rows, edition, user):
    """The first moves that the user may see among `rows`, and the number of moves left out."""
    model, shown = rows.model, drift.moves[:SHOWN]
    knows_deleted = user.is_committee_staff and drift.signed.figure.key not in CASE_FIGURES
    keys = [move.key for move in shown]
    seen = {row.pk: row for row in rows.filter(pk__in=keys)}
    gone = set(keys) - set(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
    acts = acts_since(model, keys, edition.signed_at)
    lines = []
    for move in shown:
        if move.key in seen:
            record = seen[move.key]
            lines.append(VisibleMove(move, str(record), record.get_absolute_url(), acts.get(move.key, INDIRECT)))
        elif move.key in gone and knows_deleted:
            lines.append(VisibleMove(move, f"已删除的记录（编号 {move.key}）", "", acts.get(move.key, INDIRECT)))
    return lines, len(drift.moves) - len(lines)


INDIRECT = ("记录本身未改，随相关记录变动",)


def acts_since(model, keys, moment):
    """What was done to the records since `moment`, and by whom, the latest first, by the record's key."""
    found = {}
    rows = model.history.filter(**{f"{model._meta.pk.name}__in": keys}, history_date__gt=moment)
    for row in rows.select_related("history_user").order_by("-history_date", "-history_id"):
        who = row.history_user or "系统"
        reason = f"（{row.history_change_reason}）" if row.history_change_reason else ""
        act = f"{row.history_date:%Y-%m-%d} {who}{ACT_LABELS[row.history_type]}{reason}"
        found.setdefault(getattr(row, model._meta.pk.name), []).append(act)
    return {key: tuple(acts) for key, acts in found.items()}
