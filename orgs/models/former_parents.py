"""An organisation's former parents, derived from the history of tree paths."""

from collections import defaultdict

STEP = 4


def parents_then(rows, user):
    """Returns {history_id: (parent's pk, parent)} for history rows of organisations, as of each row.

    The parent is None where `user` cannot see it. A path belongs to one organisation at a time: that of the latest
    earlier history row with this path.
    """
    kept, organisations = type(rows[0]), rows[0].instance_type.objects
    above = {row.history_id: row.path[:-STEP] for row in rows}
    owners = defaultdict(list)
    for path, history_id, pk in (
        kept.objects.filter(path__in=set(above.values())).order_by("history_id").values_list("path", "history_id", "id")
    ):
        owners[path].append((history_id, pk))
    parents = {
        row.history_id: next((pk for at, pk in reversed(owners[above[row.history_id]]) if at < row.history_id), None)
        for row in rows
    }
    seen = organisations.visible_to(user).in_bulk(set(parents.values()) - {None})
    return {history_id: (pk, seen.get(pk)) for history_id, pk in parents.items()}
