"""Rules of passwords whose words Django has in English only."""

from django.contrib.auth import password_validation


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's least length, said in Chinese."""

    def get_error_message(self):
        return f"密码太短，至少要有 {self.min_length} 个字符。"
