"""Forms of people who are registered twice."""

from yl_district.pages.forms import ActionForm


class NamesakesForm(ActionForm):
    """Confirms that two people are not the same; has no fields."""
