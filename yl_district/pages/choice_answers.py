"""What a page answers to whoever looks up a choice of its form: a few choices as JSON, and words about them."""

from django.http import JsonResponse

from .record_choices import LONGEST_TYPED_NAME, MOST_FOUND, NO_NUMBERS, LookedUpChoices
from .sealed_searches import holds_number

# The parameters of such a request: the name of the form's field, and what has been typed.
FIELD, TEXT = "choices", "typed"
NO_FIELD = "这一页没有要查找的这一项，可能已经变动，请刷新页面后重试。"


def choices_asked_for(asked, form):
    """Returns the JSON that the parameters `asked` want about a field of the form, None where they want none."""
    if FIELD not in asked:
        return None
    field = form.fields.get(asked[FIELD])
    choices = None if field is None or field.disabled else getattr(field.widget, "choices", None)
    if not isinstance(choices, LookedUpChoices):
        return JsonResponse({"choices": [], "told": NO_FIELD}, status=400)
    return choices_found(choices, asked.get(TEXT, "").strip()[:LONGEST_TYPED_NAME])


def choices_found(choices, text):
    """Returns the first choices that a text finds, and what is to be said of them, as JSON."""
    if holds_number(text):
        return JsonResponse({"choices": [], "told": NO_NUMBERS})
    found = choices.finds(text)
    shown = [{"value": str(key), "text": label} for key, label in found.choices]
    return JsonResponse({"choices": shown, "told": told_of_found(text, found)})


def told_of_found(text, found):
    """Returns what is said below the choices found."""
    if not text and not found.choices:
        return "输入名称或拼音首字母查找。"
    if not found.choices:
        begins = len(text) == 1
        return f"没有以“{text}”开头的，请再输入几个字。" if begins else f"没有找到“{text}”，请核对或少输入几个字。"
    if not found.is_more:
        return ""
    return f"只列出前 {MOST_FOUND} 个，请{'再输入几个字' if text else '输入名称或拼音首字母'}。"
