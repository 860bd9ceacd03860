"""The form that sets an empty installation up."""

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from yl_district.installation.setup_code import is_setup_code
from yl_district.validators import MOBILE

from ..models import Level, User, level_named
from .password_validators import rules_in_words
from .sign_in_forms import EntranceMixin
from .username_field import UsernameField

BY_NAME = "按名称认定"
WRONG_CODE = "代码不正确。请核对启动本系统的终端窗口中最后一次显示的代码；重新启动后，以前的代码不再有效。"


class FirstRunForm(EntranceMixin, forms.Form):
    """The code, the committee and the first account; what follows is looked at only once the code is right."""

    code = forms.CharField(
        label="一次性代码",
        max_length=60,
        help_text="启动本系统的终端窗口中显示的代码，连字符可不填。",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    committee = forms.CharField(
        label="团组织全称", max_length=60, help_text="如“××街道团工委”“××镇团委”。以后可以修改。"
    )
    level = forms.ChoiceField(
        label="层级",
        choices=Level.choices,
        required=False,
        help_text="本系统的名称和总结中的称呼随它而定，如“街道团委工作台”。",
    )
    name = forms.CharField(label="您的姓名", max_length=30)
    username = UsernameField(
        label="用户名",
        help_text="登录时使用，以后不变；字母开头，如姓名的拼音。",
        widget=forms.TextInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="密码", max_length=1000, strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    password_again = forms.CharField(
        label="再次输入密码",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    is_staff = forms.BooleanField(
        label="我也担任委机关专干",
        required=False,
        initial=True,
        help_text="专干登记名单、导入、写总结。由别人担任的去掉勾选，登录后为其开立账号。任系统管理员的，一律看不到个案。",
    )

    def __init__(self, *args, check_code, **options):
        """`check_code(form)` says whether the code may be looked at, and counts the try."""
        super().__init__(*args, **options)
        self.fields["password"].help_text = rules_in_words()
        self.fields["level"].choices = [("", BY_NAME), *Level.choices]
        self.fields["level"].widget.attrs["class"] = "form-select form-select-lg"
        self.fields["is_staff"].widget.attrs["class"] = "form-check-input"
        self.check_code = check_code

    def clean_code(self):
        """Returns the code; raises ValidationError where it is wrong."""
        code = self.cleaned_data["code"]
        if not self.check_code(is_setup_code(code)):
            raise ValidationError(WRONG_CODE)
        return code

    def clean_username(self):
        """Returns the user name; raises ValidationError for a mobile number."""
        username = self.cleaned_data["username"]
        if MOBILE.fullmatch(username):
            raise ValidationError("手机号码不能作用户名，请使用字母开头的用户名。")
        return username

    def clean_committee(self):
        """Returns the name without blanks that nobody sees."""
        return " ".join(self.cleaned_data["committee"].split())

    def clean(self):
        data = super().clean()
        if data.get("committee") and not data.get("level") and "level" not in self.errors:
            data["level"] = level_named(data["committee"])
            if not data["level"]:
                self.add_error("level", "名称中看不出层级，请选择。")
        if data.get("password") and data.get("password_again") and data["password"] != data["password_again"]:
            self.add_error("password_again", "两次输入的密码不同，请重新输入。")
        elif data.get("password"):
            try:
                user = User(username=data.get("username", ""), name=data.get("name", ""))
                password_validation.validate_password(data["password"], user)
            except ValidationError as error:
                self.add_error("password", error)
        return data
