"""The form that registers at once the organisations which an imported file names and nobody has registered."""

from collections import Counter
from itertools import takewhile

from django import forms
from django.core.exceptions import ValidationError

from yl_district.days import check_days
from yl_district.pages.announcements import REGISTRATION
from yl_district.pages.forms import ActionForm, prepare_field
from yl_district.sheets.cells import text_key

from .models import Domain, Organisation
from .pasted_names import MOST_NAMES, pasted_names

LONGEST_ORGANISATION_NAME = Organisation._meta.get_field("name").max_length
SHARED_STEM = 2  # characters that the name of a branch shares at least with that of its parent
# Words in the names of organisations, and what domain they tell.
DOMAIN_WORDS = {
    Domain.VILLAGE: "村",
    Domain.COMMUNITY: "社区",
    Domain.SCHOOL: "学校 中学 小学 大学 学院 幼儿园 附中",
    Domain.SOCIAL: "协会 商会 事务所 基金会 社工 促进会 服务中心",
    Domain.ENTERPRISE: "公司 集团 物业 企业 科技 餐饮 酒店 商场 超市",
    Domain.OFFICE: "机关 街道办 政府",
}


def proposed_category(name):
    """The category that an organisation's name tells, a branch where it tells none."""
    by_length = sorted(Organisation.Category.choices, key=lambda choice: -len(choice[1]))
    return next((value for value, label in by_length if name.endswith(label)), Organisation.Category.BRANCH)


def proposed_domain(name):
    """The domain that an organisation's name tells, "" where it tells none or several."""
    told = [domain for domain, words in DOMAIN_WORDS.items() if any(word in name for word in words.split())]
    return told[0] if len(told) == 1 else ""


def proposed_name_and_parent(text, parents):
    """(name, parent) proposed for a text, of the `parents` in tree order, None where there is none.

    A text that begins with the name of an organisation names one below it. Otherwise it is that above branches which
    shares most of the beginning of its name, else the topmost.
    """
    text = " ".join(text.split())
    above = [one for one in parents if not one.is_branch or one.category == Organisation.Category.GENERAL_BRANCH]
    named = [one for one in above if text.startswith(one.name) and text != one.name]
    if named:
        parent = max(named, key=lambda one: len(one.name))
        return text.removeprefix(parent.name).strip(), parent
    kin = max(above, key=lambda one: shared_length(text, one.name), default=None)
    if kin is not None and shared_length(text, kin.name) >= SHARED_STEM and kin.depth > 1:
        return text, kin
    return text, next(iter(above), None)


def shared_length(text, name):
    """How many characters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, name, strict=False)))


class NewOrganisationsForm(ActionForm):
    """The organisations to be registered, each with name, category, domain and parent as proposed by its text.

    A valid form has them as `created`, [(text, parent, unsaved organisation)].
    """

    rechecks_reach = False
    occasion = REGISTRATION
    known_words = "系统中已有“{}”：请去掉勾选，返回后说明这一写法就是它。"
    repeated_words = "“{}”在这里有几行：请只勾选一行，另一行返回后说明。"
    domain = forms.ChoiceField(label="所属领域（没有选的统一为）", choices=[("", "—"), *Domain.choices], required=False)
    founded_on = forms.DateField(label="成立日期（可不填）", required=False)

    def __init__(self, *args, texts, likely, **options):
        """`texts` are those of the file, `likely` those of them that are probably none of its own."""
        super().__init__(*args, **options)
        self.texts = texts
        self.parents = list(Organisation.objects.changeable_by(self.user).as_of(self.day))
        for place, text in enumerate(texts):
            name, parent = proposed_name_and_parent(text, self.parents)
            fields = {
                "take": forms.BooleanField(required=False, initial=text not in likely, label="新建"),
                "name": forms.CharField(required=False, initial=name, label="组织名称"),
                "category": forms.ChoiceField(
                    choices=Organisation.Category.choices, initial=proposed_category(name), label="组织类别"
                ),
                "domain": forms.ChoiceField(
                    choices=[("", "请选择"), *Domain.choices],
                    initial=proposed_domain(name),
                    required=False,
                    label="所属领域",
                ),
                "parent": forms.CharField(
                    required=False, initial=parent.name if parent else "", max_length=60, label="上级组织"
                ),
            }
            for key, field in fields.items():
                if key == "name":
                    prepare_field(field)
                is_choice, is_tick = isinstance(field, forms.ChoiceField), isinstance(field, forms.BooleanField)
                style = "form-check-input" if is_tick else "form-select" if is_choice else "form-control"
                field.widget.attrs |= {"class": style, "aria-label": f"“{text}”的{field.label}"}
                self.fields[f"{key}-{place}"] = field
            self.fields[f"take-{place}"].widget.attrs["aria-label"] = f"新建“{text}”"
            self.fields[f"parent-{place}"].widget.attrs |= {"list": "parents", "autocomplete": "off"}
        self.fields["domain"].widget.attrs["class"] = "form-select"
        self.fields["founded_on"].widget.attrs["class"] = "form-control"

    @property
    def rows(self):
        """Yields the text and the fields of each organisation, and the errors of its fields."""
        for place, text in enumerate(self.texts):
            fields = {key: self[f"{key}-{place}"] for key in ("take", "name", "category", "domain", "parent")}
            errors = [error for field in fields.values() for error in field.errors]
            yield {"text": text, "errors": errors, **fields}

    @property
    def parent_names(self):
        """The names of the organisations below which the user may register others."""
        return [one.name for one in self.parents]

    def clean(self):
        super().clean()
        self.created = []
        chosen = [place for place in range(len(self.texts)) if self.cleaned_data.get(f"take-{place}")]
        names = Counter(text_key(self.cleaned_data.get(f"name-{place}", "")) for place in chosen)
        self.known = {text_key(name) for name in Organisation.objects.values_list("name", flat=True)}
        for place in chosen:
            self._clean_row(place, names)
        if not chosen and not self.errors:
            self.add_error(None, "没有新建：请勾选要新建的组织。")
        return self.cleaned_data

    def _clean_row(self, place, names):
        data = self.cleaned_data
        name, parent = data.get(f"name-{place}", ""), self._parent(data.get(f"parent-{place}", ""))
        if not name:
            self.add_error(f"name-{place}", "请填写组织名称。")
        elif len(name) > LONGEST_ORGANISATION_NAME:
            self.add_error(
                f"name-{place}", f"组织名称最多 {LONGEST_ORGANISATION_NAME} 个字，这里有 {len(name)} 个，请改短。"
            )
        elif text_key(name) in self.known:
            self.add_error(f"name-{place}", self.known_words.format(name))
        elif names[text_key(name)] > 1:
            self.add_error(f"name-{place}", self.repeated_words.format(name))
        if parent is None:
            self.add_error(f"parent-{place}", "请从列出的组织中选择上级组织。")
        domain = data.get(f"domain-{place}") or data.get("domain")
        if not domain:
            self.add_error(f"domain-{place}", "请选择所属领域，或在下面统一选择。")
        if self.errors:
            return
        made = Organisation(
            name=name, category=data[f"category-{place}"], domain=domain, founded_on=data.get("founded_on")
        )
        try:
            made.clean()
            check_days(made, self.day)
        except ValidationError as error:
            self.add_error("founded_on", error.messages)
        self.created.append((self.texts[place], parent, made))

    def _parent(self, text):
        found = [one for one in self.parents if text_key(one.name) == text_key(text)]
        return found[0] if len(found) == 1 else None

    def save(self):
        """Registers the organisations, each below its parent."""
        for _, parent, made in self.created:
            Organisation.objects.add_child(parent, instance=made)


class PastedOrganisationsForm(NewOrganisationsForm):
    """The organisations of a pasted list, each with what its name tells; those that are registered are not ticked."""

    known_words = "系统中已有“{}”，不必再建：请去掉勾选，或改成另一个名称。"
    repeated_words = "“{}”在这里有几行，请只勾选一行。"

    def __init__(self, *args, names, **options):
        known = {text_key(name) for name in Organisation.objects.values_list("name", flat=True)}
        self.registered = [name for name in names if text_key(name) in known]
        super().__init__(*args, texts=names, likely=set(self.registered), **options)
        told = Counter(filter(None, map(proposed_domain, names)))
        if told:
            self.fields["domain"].initial = told.most_common(1)[0][0]


class PastedNamesForm(ActionForm):
    """A list of names, pasted; `found` are the PastedNames of a valid one."""

    names = forms.CharField(
        label="名单，一行一个",
        max_length=20_000,
        strip=False,
        widget=forms.Textarea,
        help_text="前面的序号、项目符号，后面的空格、标点都可以留着；多粘贴的列不采用。",
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["names"].widget.attrs |= {"rows": 12, "spellcheck": "false", "autocomplete": "off"}

    def clean_names(self):
        """Returns the text; raises ValidationError where it has no name, or too many."""
        text = self.cleaned_data["names"]
        self.found = pasted_names(text)
        if not self.found.names:
            raise ValidationError("没有读到名称。请粘贴村、社区或支部的名称，一行一个。")
        if len(self.found.names) > MOST_NAMES:
            raise ValidationError(
                f"读到 {len(self.found.names)} 个名称，一次最多 {MOST_NAMES} 个。请分几次粘贴，已建的不会重复建。"
            )
        return text
