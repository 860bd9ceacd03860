"""A search column for Chinese names: the name itself, its pinyin and its initials."""

import unicodedata
from functools import lru_cache

from django.db import models
from pypinyin import Style, lazy_pinyin
from pypinyin.seg.simpleseg import seg

# Surnames pronounced differently from the same characters elsewhere.
SURNAME_READINGS = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "朴": "piao", "区": "ou", "乐": "yue",
    "盖": "ge", "任": "ren", "华": "hua", "卜": "bu", "翟": "zhai", "员": "yun", "尉": "wei", "缪": "miao",
    "覃": "qin", "种": "chong", "召": "shao", "折": "she", "秘": "bi", "宓": "fu", "黑": "he", "繁": "po",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun",
}  # fmt: skip


def normalised(text):
    """Text normalised for comparison: NFKC, lower case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def search_text(name):
    """The name, its pinyin and its initials in lower case, separated by spaces: for `单伟` also `shanwei` and `sw`."""
    name = unicodedata.normalize("NFKC", name or "").replace(" ", "")
    readings = [syllables(name)]
    for length in (2, 1):
        surname = SURNAME_READINGS.get(name[:length])
        if surname:
            own = surname.split() + syllables(name[length:])
            readings.insert(0, own)
            break
    words = [name.lower()]
    for reading in readings:
        words += ["".join(reading), "".join(syllable[:1] for syllable in reading)]
    return " ".join(dict.fromkeys(word for word in words if word))


def syllables(name):
    """The pinyin syllables of a name, read word by word."""
    return [syllable for word in seg(name) for syllable in syllables_of_word(word)]


@lru_cache(maxsize=10_000)
def syllables_of_word(word):
    """The pinyin syllables of one word; cached, as names are made of a few thousand words."""
    return tuple(lazy_pinyin(word, style=Style.NORMAL, errors="ignore"))


class SearchTextField(models.TextField):
    """A column derived from `source` on every write, bulk writes included."""

    def __init__(self, source="name", **options):
        self.source, self.sources = source, (source,)
        options |= {"editable": False, "default": ""}
        super().__init__("检索", **options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["editable"], options["default"], options["verbose_name"]
        return name, path, args, options | {"source": self.source}

    def derived(self, instance):
        """The search text of the instance's current values."""
        return search_text(getattr(instance, self.source))

    def pre_save(self, instance, add):
        text = self.derived(instance)
        setattr(instance, self.attname, text)
        return text


def search(rows, text, column="search_text"):
    """Rows whose search column contains every word of `text`."""
    for word in (text or "").split():
        rows = rows.filter(**{f"{column}__contains": normalised(word)})
    return rows
