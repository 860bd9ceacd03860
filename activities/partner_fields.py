"""The form field in which the partners of an activity or an assistance are named."""

from django import forms
from django.utils.html import format_html, format_html_join

from yl_district.sheets.cells import says_nothing, split_list, text_key
from yl_district.validators import problem

from .models import Partner, longer_than_a_name, partners_by_key

# As many names as one activity has room for.
MOST_PARTNERS = 20
# As many as are offered at once, those of the committee's standing partners first.
PARTNERS_OFFERED = 200


class PartnersInput(forms.TextInput):
    """A line for names, with those that are registered offered below it."""

    def render(self, name, value, attrs=None, renderer=None):
        """Returns the input as HTML, with a list of names."""
        listed = f"{(attrs or {}).get('id', name)}-known"
        told = {"list": listed, "data-several-names": True}
        shown = super().render(name, value, (attrs or {}) | told, renderer)
        known = Partner.objects.order_by("-is_united", "name_sort", "pk").values_list("name")[:PARTNERS_OFFERED]
        options = format_html_join("", '<option value="{}"></option>', known)
        return format_html('{}<datalist id="{}">{}</datalist>', shown, listed, options)


class PartnersField(forms.CharField):
    """The names of partners in one line; cleaned they are Partners, those unsaved that are not registered yet."""

    widget = PartnersInput

    def __init__(self, **options):
        longest = MOST_PARTNERS * Partner.LONGEST_NAME
        told = "几个单位之间用“、”分开；没有登记过的，保存时一并登记。"
        super().__init__(**{"label": "协办单位", "required": False, "max_length": longest, "help_text": told} | options)

    def prepare_value(self, value):
        """Returns Partners as a line of their names."""
        return "、".join(str(one) for one in value) if isinstance(value, list) else value

    def to_python(self, value):
        """Returns the names in one line and one order, each once however it is spelled."""
        names = {text_key(name): " ".join(name.split()) for name in split_list(super().to_python(value) or "")}
        return "、".join(names[key] for key in sorted(names) if key and not says_nothing(names[key]))

    def clean(self, value):
        """Returns the Partners; raises ValidationError for a name that none can have."""
        names, known = split_list(super().clean(value)), partners_by_key()
        if too_long := longer_than_a_name(names):
            raise problem(*too_long)
        return [known.get(text_key(name)) or Partner(name=name) for name in names]

    def has_changed(self, initial, data):
        """Whether other names are typed than those that the record has."""
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


def register_partners(form):
    """Saves the partners of a valid form that are not registered yet; the form tells of them once it is saved."""
    begun = [one for one in form.cleaned_data["partners"] if one.pk is None]
    for partner in begun:
        partner.full_clean()
        partner.save()
    if begun:
        form.saved_note = f"新登记协办单位：{'、'.join(map(str, begun))}。"
