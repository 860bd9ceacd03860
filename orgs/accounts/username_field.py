"""The user name of an account, as forms ask for it."""

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator

from ..models import User


class UsernameField(forms.CharField):
    """A user name of the characters that accounts allow, said in Chinese."""

    def __init__(self, **options):
        super().__init__(
            max_length=User._meta.get_field("username").max_length,
            validators=[UnicodeUsernameValidator(message="请只使用字母、数字和 @ . + - _ 。")],
            **options,
        )
