"""Who may know which figures, and where."""

from orgs.models import User
from orgs.roles import RoleKind

from .lines import FIGURES
from .scopes import Scope

# A branch has so few assisted youths that their number could identify them.
CASE_FIGURES = frozenset(figure.key for figure in FIGURES if figure.is_case)


def may_know_cases(user: User, scope: Scope) -> bool:
    """Whether the user may know how many youths are assisted within the scope, though not who they are."""
    return scope.hub is None and user.reaches_as(scope.organisation, RoleKind.STAFF, RoleKind.LEADER)
