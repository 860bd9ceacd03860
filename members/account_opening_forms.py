"""The form that opens accounts for many cadres at once."""

from django import forms

from orgs.accounts.account_forms import InvitationForm
from orgs.accounts.username_field import UsernameField
from orgs.models import User
from orgs.roles import RECORD_KEEPERS, RoleKind
from yl_district.pages.forms import prepare_field
from yl_district.validators import MOBILE

from .account_openings import openings_for

OPENED_KINDS = [(kind.value, kind.label) for kind in sorted(RECORD_KEEPERS, key=lambda kind: kind != RoleKind.CADRE)]


class AccountOpeningForm(InvitationForm):
    """One role and one validity for all, and a user name for each; `slips` gathers what was made."""

    kind = forms.ChoiceField(
        label="角色", choices=OPENED_KINDS, initial=RoleKind.CADRE, help_text="范围是各人任职的组织及其下级。"
    )
    field_order = ["kind", "days"]
    groups = [("", "kind", "days")]

    def __init__(self, *args, records, **options):
        super().__init__(*args, **options)
        self.openings = openings_for(records, self.user, self.day)
        self.slips = []
        for key, opening in self.openings.opened.items():
            field = UsernameField(label=f"{opening.person}的用户名", initial=opening.username)
            prepare_field(field)
            field.widget.attrs |= {
                "class": "form-control",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
            self.fields[f"username_{key}"] = field

    @property
    def lines(self):
        """(Opening, bound field of its user name) of each account that is to be opened."""
        return [(opening, self[f"username_{key}"]) for key, opening in self.openings.opened.items()]

    @property
    def left_out(self):
        """{key of a post: why no account is opened}."""
        return self.openings.left_out

    def clean(self):
        data = super().clean()
        typed = {name: data[name] for name in self.fields if name.startswith("username_") and name in data}
        taken = set(User.objects.filter(username__in=typed.values()).values_list("username", flat=True))
        seen = {}
        for name, username in typed.items():
            if MOBILE.fullmatch(username):
                self.add_error(name, "请使用字母开头的用户名，不用手机号码；手机号码另外登记，同样可以登录。")
            elif username in taken:
                self.add_error(name, f"已有账号使用 {username}，请换一个用户名。")
            elif username in seen:
                self.add_error(name, f"与{self.fields[seen[username]].label}相同，请换一个用户名。")
            seen.setdefault(username, name)
        return data
