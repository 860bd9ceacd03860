"""The form of many unknown texts at once, each with the name that it most likely stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms

from ..sheets.cells import text_key
from .outcomes import ProblemGroup


class SpellingsForm(forms.Form):
    """What unknown texts mean; a valid form has {group's key: name} of those to be remembered as `meant`.

    A proposed name is taken where it is ticked; one that the user typed is taken as well. `names_of(kind, column)`
    returns the names known for a column.
    """

    fields: dict[str, Any]

    def __init__(
        self,
        data: Any = None,
        *,
        groups: Sequence[ProblemGroup],
        names_of: Callable[[str, str], dict[str, str]],
    ) -> None:
        super().__init__(data)
        self.groups, self.names_of = groups, names_of
        for group in groups:
            said = {"class": "form-control", "autocomplete": "off", "placeholder": "输入或选择名称"}
            said |= {"list": f"names-of-{group.kind}-{group.column}", "aria-label": f"“{group.found}”就是"}
            name = forms.CharField(required=False, initial=group.likely, max_length=100, widget=forms.TextInput(said))
            self.fields[f"meant-{group.key}"] = name
            if group.likely:
                ticked = {"class": "form-check-input", "aria-label": f"采用“{group.found}”的建议"}
                tick = forms.BooleanField(required=False, initial=True, widget=forms.CheckboxInput(ticked))
                self.fields[f"take-{group.key}"] = tick

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.meant: dict[str, str] = {}
        for group in self.groups:
            text = self.cleaned_data.get(f"meant-{group.key}", "")
            is_ticked = self.cleaned_data.get(f"take-{group.key}", False)
            if is_ticked or text_key(text) != text_key(group.likely):
                self._take(group, text, is_ticked)
        if not self.meant and not self.errors:
            self.add_error(None, "没有记住：请勾选要采用的建议，或填写写法所指的名称。")
        return self.cleaned_data

    def _take(self, group: ProblemGroup, text: str, is_ticked: bool) -> None:
        name = self.names_of(group.kind, group.column).get(text_key(text))
        if name:
            self.meant[group.key] = name
        elif text or is_ticked:
            self.add_error(f"meant-{group.key}", "请从列出的名称中选择一项；不采用的，清空并去掉勾选。")

    @property
    def shown(self) -> Iterable[tuple[ProblemGroup, Any, Any]]:
        """(group, field of its tick or None, field of its name) of each text."""
        for group in self.groups:
            tick = f"take-{group.key}"
            yield group, self[tick] if tick in self.fields else None, self[f"meant-{group.key}"]

    @property
    def proposed(self) -> int:
        """The number of texts with a proposal."""
        return sum(bool(group.likely) for group in self.groups)
