"""The part of a form that mends cells which cannot be read: what is typed replaces them, once that is confirmed."""

from django import forms

from ..audit.access_log import Action, record, subject_of
from ..privacy.unreadable import UNREADABLE, UnreadableText

REPLACING = "replaces_unreadable"


class UnreadableFields:
    """`unreadable` is {field: (the record whose cell it is, the cell)}, `replaced` {field: record} of what is typed."""

    def offer_replacing(self, owner, names):
        """Shows the fields of a record whose cells cannot be read empty, with a note, and asks for a confirmation."""
        for name in names:
            cell = getattr(owner, name) if name in self.fields else None
            if isinstance(cell, UnreadableText):
                self.unreadable = {**self.unreadable, name: (owner, cell)}
                self.initial[name] = ""
                field = self.fields[name]
                field.required = field.widget.is_required = False
                field.help_text = f"已登记的内容{UNREADABLE}：留空则原样保留；核对后在此重新填写，填“无”则清除。"
        if self.unreadable and REPLACING not in self.fields:
            label = "用上面填写的内容替换不能读取的内容"
            self.fields[REPLACING] = forms.BooleanField(label=label, required=False, help_text="替换会记入访问日志。")
            self.asked_groups = [*self.asked_groups, ("不能读取的内容", REPLACING)]

    def take_replacing(self, data, clear):
        """Keeps the cells for which nothing is typed; refuses to replace any without the confirmation."""
        self.replaced = {}
        for name, (owner, cell) in self.unreadable.items():
            typed = data.get(name)
            if not typed or typed is cell:
                data[name] = cell
            elif name not in self.errors:
                self.replaced[name] = owner
                data[name] = "" if typed == clear else typed
        if self.replaced and not data.get(REPLACING):
            labels = "、".join(str(self.fields[name].label) for name in self.replaced)
            self.add_error(REPLACING, f"您重新填写了不能读取的{labels}：请核对无误后勾选这一项再保存。")

    def note_replaced(self):
        """Records in the access log which columns of which records have been mended."""
        labels = {}
        for name, owner in self.replaced.items():
            labels.setdefault(owner, []).append(str(owner._meta.get_field(name).verbose_name))
        for owner, columns in labels.items():
            detail = f"重新填写了不能读取的{'、'.join(columns)}"
            record(Action.MEND, subject_of(owner), user=self.user, detail=detail)
