"""Columns for Chinese names: to search by, with pinyin and initials, to sort by, and to find other spellings by."""

import re
import unicodedata
from functools import lru_cache, reduce
from operator import add, or_

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.query_utils import DeferredAttribute

from .counts import found_by
from .likeness import is_its_own_key, name_key
from .search_pieces import FEW_PIECES

# Surnames pronounced differently from the same characters elsewhere.
SURNAME_READINGS = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "朴": "piao", "区": "ou", "乐": "yue",
    "盖": "ge", "任": "ren", "华": "hua", "卜": "bu", "翟": "zhai", "员": "yun", "尉": "wei", "缪": "miao",
    "覃": "qin", "种": "chong", "召": "shao", "折": "she", "秘": "bi", "宓": "fu", "黑": "he", "繁": "po",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun",
}  # fmt: skip

NAME_ORDER = ("name_sort", "pk")
ROWS_PER_UPDATE = 500
WHOLE_NUMBER = re.compile(r"(?:\+?86|0086)?(?P<mobile>1[3-9][0-9]{9})|(?P<identity>[0-9]{17}[0-9x])")
# The end of a number, which finds those whose mobile number ends so.
LAST_DIGITS = re.compile(r"[0-9]{4}")
LETTERS = re.compile(r"\w+")


def normalised(text):
    """Text normalised for comparison: NFKC, lower case, no white space."""
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return "".join(text.lower().split())


def search_text(name):
    """The name, its pinyin and its initials in lower case, separated by spaces: for `单伟` also `shanwei` and `sw`."""
    name = without_blanks(name)
    readings, surname = [syllables(name)], surname_of(name)
    if surname:
        readings.insert(0, [*SURNAME_READINGS[surname].split(), *syllables(name[len(surname) :])])
    words = [name.lower()]
    for reading in readings:
        words += ["".join(reading), "".join(syllable[:1] for syllable in reading)]
    return " ".join(dict.fromkeys(word for word in words if word))


def name_order(name, of_person=False):
    """The key by which names are sorted: the pinyin, that of a person's surname read as a surname, then the name.

    Blanks part the syllables, so that they are compared one by one: 李娜 (li na) comes before 林安 (lin an).
    """
    name = without_blanks(name).lower()
    return f"{' '.join(read_aloud(name, of_person))}  {name}"


def read_aloud(name, of_person):
    """The pinyin syllables of a name in lower case, that of a person's surname read as a surname."""
    surname = surname_of(name) if of_person else ""
    return [*SURNAME_READINGS.get(surname, "").split(), *spoken(name[len(surname) :])]


def person_pinyin(name):
    """The pinyin of a person's name without blanks: `shanwei` for 单伟."""
    return "".join(read_aloud(without_blanks(name).lower(), of_person=True))


def person_order(name):
    """The key by which people are sorted by name."""
    return name_order(name, of_person=True)


# What is searched by and what is sorted by are derived from the same name, one after the other.
@lru_cache(maxsize=1_000)
def spoken(name):
    """The pinyin syllables of a name, and its other words as they are."""
    parts = (syllables_of_word(word) or LETTERS.findall(word) for word in words_in(name))
    return tuple(part for each in parts for part in each)


def without_blanks(name):
    """A name in one width and without blanks."""
    return unicodedata.normalize("NFKC", name or "").replace(" ", "")


def syllables(name):
    """The pinyin syllables of a name, read word by word."""
    return [syllable for word in words_in(name) for syllable in syllables_of_word(word)]


def surname_of(name):
    """The surname with a reading of its own with which a person's name begins, or an empty text."""
    return next((name[:length] for length in (2, 1) if name[:length] in SURNAME_READINGS), "")


@lru_cache(maxsize=1_000)
def words_in(name):
    """The words of a name."""
    # Loaded only here: its dictionaries would take a quarter of the time in which a process starts that needs none.
    from pypinyin.constants import RE_HANS
    from pypinyin.seg import mmseg, simpleseg

    if not RE_HANS.match(name):
        return tuple(simpleseg.seg(name))
    # In most names no two characters begin a word, which is told sooner than they are cut up.
    is_cut = any(map(mmseg.p_set.__contains__, map(add, name, name[1:])))
    return tuple(mmseg.seg.cut(name) if is_cut else name)


@lru_cache(maxsize=10_000)
def syllables_of_word(word):
    """The pinyin syllables of one word; cached, as names are made of a few thousand words."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.NORMAL, errors="ignore"))


class SearchTextAttribute(DeferredAttribute):
    """The attribute of a derived column, which is worked out for a record whose row holds it blank."""

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        name, values = self.field.attname, instance.__dict__
        if name not in values and not keeps_sealed(instance):
            instance.refresh_from_db(fields=[name])
        if name not in values:
            values[name] = self.field.worked_out(instance)
        return values[name]


def keeps_sealed(instance):
    """Whether the instance's row holds its name encrypted, so that nothing derived from it may stand plain."""
    return getattr(instance, "keeps_sealed", False)


class SearchTextField(models.TextField):
    """A column derived from `source` on every write, bulk writes included; blank in a row that is sealed."""

    descriptor_class = SearchTextAttribute

    def __init__(self, source="name", **options):
        self.source, self.sources = source, (source,)
        options |= {"editable": False, "default": ""}
        super().__init__("检索", **options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["editable"], options["default"], options["verbose_name"]
        return name, path, args, options | {"source": self.source}

    def worked_out(self, instance):
        """The search text of the instance's current values."""
        return search_text(getattr(instance, self.source))

    def derived(self, instance):
        """The value of the column."""
        return "" if keeps_sealed(instance) else self.worked_out(instance)

    def pre_save(self, instance, add):
        text = self.derived(instance)
        setattr(instance, self.attname, text)
        if keeps_sealed(instance):
            del instance.__dict__[self.attname]
        return text

    def value_to_string(self, instance):
        """The value of the column, so that data dumps hold nothing of a sealed row."""
        return "" if keeps_sealed(instance) else super().value_to_string(instance)


class NameOrderField(SearchTextField):
    """The key by which names are sorted; `of_people` reads a surname as a surname.

    Both databases compare it byte by byte, whatever the order of their other texts.
    """

    def __init__(self, source="name", of_people=False, **options):
        self.of_people = of_people
        super().__init__(source, **options)
        self.verbose_name = "排序"

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"of_people": self.of_people}

    def db_parameters(self, connection):
        return super().db_parameters(connection) | {"collation": "C" if connection.vendor == "postgresql" else None}

    def worked_out(self, instance):
        """The sort key of the instance's current name."""
        return name_order(getattr(instance, self.source), self.of_people)


class NameKeyField(SearchTextField):
    """The key that a name shares with its other spellings (`likeness.name_key`), blank where the name is the key."""

    def __init__(self, source="name", **options):
        super().__init__(source, **options)
        self.verbose_name = "姓名写法"

    def worked_out(self, instance):
        """The key of the instance's current name."""
        return key_beside(getattr(instance, self.source))


def key_beside(name):
    """The key of a name, blank where the name is it."""
    key = "" if is_its_own_key(name) else name_key(name)
    return "" if key == name else key


def whole_number(text):
    """The whole mobile or identity number that `text` is, however spaced; empty for any other text."""
    found = WHOLE_NUMBER.fullmatch(normalised(text or "").replace("-", ""))
    return found["mobile"] or found["identity"] if found else ""


def last_digits(text):
    """The last four digits of a mobile number that `text` is; empty for any other text."""
    digits = normalised(text or "")
    return digits if LAST_DIGITS.fullmatch(digits) else ""


def path_to(model, column):
    """The path of the record that a search column is of, and the record's model."""
    *path, _ = column.split("__")
    for name in path:
        model = model._meta.get_field(name).related_model
    return "__".join(path), model


def blind_indexes(model):
    """The blind indexes of a model."""
    return [field for field in model._meta.concrete_fields if hasattr(field, "digest")]


def number_ends(model):
    """The fields of a model that tell by which digits its numbers end."""
    return [field for field in model._meta.concrete_fields if hasattr(field, "keys_by_end")]


def store_name_orders(*models_named):
    """Fills the sort keys of stored rows, for the migrations that add them."""
    for model in models_named:
        field, last, rows = model._meta.get_field("name_sort"), 0, model._base_manager.all()
        while batch := list(rows.filter(pk__gt=last).order_by("pk")[:ROWS_PER_UPDATE]):
            for row in batch:
                row.name_sort, last = field.derived(row), row.pk
            model._base_manager.bulk_update(batch, ["name_sort"])


def store_name_keys(model):
    """Fills the keys of stored rows, for the migration that adds them; those of sealed rows stay blank."""
    named = model._base_manager.exclude(name="").values_list("pk", "name")
    for pk, key in [(pk, key) for pk, name in named.iterator() if (key := key_beside(name))]:
        model._base_manager.filter(pk=pk).update(name_key=key)


def search(rows, text, column="search_text", by_number=True):
    """Rows whose search column contains every word of `text`.

    Where `by_number` and the column is that of people, their other names, their whole mobile or identity number and the
    last digits of their mobile number find them as well.
    """
    path, model = path_to(rows.model, column)
    key, prefix = f"{path or 'pk'}__in", f"{path}__" if path else ""
    numbered = has_number(model, whole_number(text)) if by_number else None
    if numbered:
        # By keys, since the numbers of joined records would be compared one by one.
        found = rows.filter(**{key: model._base_manager.filter(numbered).order_by().values("pk")})
        return found_by(found, most=len(blind_indexes(model)))
    others = f"{prefix}other_names" if by_number and has_other_names(model) else None
    found = Q()
    for word in (text or "").split():
        named = Q(**{f"{column}__contains": normalised(word)})
        found &= named | Q(**{f"{others}__icontains": word}) if others else named
    ended = keys_by_end(model, last_digits(text)) if by_number else []
    if ended:
        found |= Q(**{key: ended})
    narrowing = few_named(model, text, bool(others), ended)
    if narrowing is None:
        return rows.filter(found)
    return found_by(rows.filter(found & Q(**{key: narrowing})), most=FEW_PIECES)


def has_number(model, number):
    """The condition for records of this number; None without one, or where the model has no numbers."""
    indexes = blind_indexes(model) if number else []
    return reduce(or_, (Q(**{field.name: field.digest(number)}) for field in indexes)) if indexes else None


def keys_by_end(model, digits):
    """The keys of the records of which a number ends with these digits; none without digits."""
    return [key for field in number_ends(model) for key in field.keys_by_end(digits)] if digits else []


def has_other_names(model):
    """Whether the records of a model have other names beside that which they are searched by."""
    return any(field.name == "other_names" for field in model._meta.concrete_fields)


def few_named(model, text, by_other_names, keys=()):
    """The keys of few records, as an expression: all that `text` can name, and `keys`. None where they may be many."""
    pieces, words = getattr(model, "search_pieces", None), (text or "").split()
    if not pieces or not words:
        return None
    spellings = [pieces.spellings(normalised(word), word if by_other_names else None) for word in words]
    return pieces.narrowing(spellings, keys)


def best_first(rows, text):
    """The rows that `search` has found by their own name, those first whose name or initials `text` is or begins."""
    word = normalised(text)
    ranks = [
        Q(search_text__startswith=f"{word} ") | Q(search_text=word),
        Q(search_text__startswith=word),
        Q(search_text__contains=f" {word} ") | Q(search_text__endswith=f" {word}"),
        Q(search_text__contains=f" {word}"),
    ]
    rank = Case(*(When(rank, then=Value(at)) for at, rank in enumerate(ranks)), default=Value(len(ranks)))
    return rows.order_by(rank, *NAME_ORDER)


def is_found_by(record, text):
    """Whether `search` finds a record by `text`, for records that are loaded already."""
    number, digits = whole_number(text), last_digits(text)
    indexes = blind_indexes(type(record)) if number else []
    if indexes:
        return any(getattr(record, field.attname) == field.digest(number) for field in indexes)
    if digits and any(field.ends_so(record, digits) for field in number_ends(type(record))):
        return True
    others = getattr(record, "other_names", "").lower()
    return all(normalised(word) in record.search_text or word.lower() in others for word in text.split())
