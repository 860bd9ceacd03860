"""The faces of PDF files: those of the office in the folder PDF_FONTS, else bundled ones that stand in."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn as bundled
import typst
from django.conf import settings

SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
BUNDLED_WORDS = {SERIF: "思源宋体", SANS: "思源黑体"}


@dataclass(frozen=True)
class Face:
    """A face of official documents: its Chinese name, the families that have it, and the bundled one that stands in."""

    word: str
    families: tuple[str, ...]
    stand_in: str


FACES = {
    "fangsong": Face(
        "仿宋",
        ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "FandolFang R", "FandolFang"),
        SERIF,
    ),
    "kai": Face("楷体", ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "FandolKai"), SERIF),
    "banner": Face("小标宋", ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK"), SERIF),
    "hei": Face("黑体", ("SimHei", "黑体", "STHeiti", "FandolHei"), SANS),
}


def pdf_fonts():
    """The fonts from which PDF files are made, so that those without PDF_FONTS look the same on every machine."""
    return fonts_beside(settings.PDF_FONTS)


@lru_cache(maxsize=2)
def fonts_beside(folder):
    """The bundled fonts, and those of a folder; "" for none."""
    folders = [str(bundled.serif_path().parent), *([folder] if folder and Path(folder).is_dir() else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def chosen_faces(families):
    """The family of each face, the first of these that has it, or the one that stands in."""
    return {
        key: next((name for name in face.families if name in families), face.stand_in) for key, face in FACES.items()
    }


def stand_in_words(families):
    """Which bundled faces stand in for which; "" where none does."""
    chosen = chosen_faces(families)
    parts = []
    for family, words in BUNDLED_WORDS.items():
        missing = [face.word for key, face in FACES.items() if chosen[key] == family]
        if missing:
            *first, last = missing
            parts.append(f"以{words}代替{'、'.join(first)}和{last}" if first else f"以{words}代替{last}")
    return "，".join(parts)
