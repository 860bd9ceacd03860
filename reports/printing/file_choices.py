"""What a downloaded document holds beside its text: chosen on the page, said by the address, words for the form."""

from dataclasses import dataclass

from django import forms

from .printed import Unprintable, printable

APPENDIX, NO_APPENDIX, COMMENTS, BUILT_IN = "1", "0", "comments", "built-in"
# How much of a wrong value the message repeats.
LONGEST_REPEATED = 30


@dataclass(frozen=True)
class FileChoices:
    """Whether a document has the appendix of figures, and a Word file comments on its numbers, or the built-in layout.

    `is_default` is what the address says nothing about: of a signed document, the file as it was signed.
    """

    appendix: bool = False
    definitions: bool = False
    built_in: bool = False
    is_default: bool = True

    @property
    def words(self):
        """What the file's name says of it; "" for the document alone, as it is handed in."""
        told = [(self.appendix, "附数字出处"), (self.definitions, "带口径批注"), (self.built_in, "内置版式")]
        return "".join(f"（{words}）" for is_chosen, words in told if is_chosen)


HANDED_IN = FileChoices()


class FileChoiceForm(forms.Form):
    """Chooses what goes into a Word file beside the text of a document."""

    appendix = forms.ChoiceField(
        label="数字出处",
        required=False,
        choices=[("", "不附（报送用）"), (APPENDIX, "附在文末（自己核对用）")],
        widget=forms.Select({"class": "form-select"}),
    )
    definitions = forms.ChoiceField(
        label="统计口径",
        required=False,
        choices=[("", "不加（报送用）"), (COMMENTS, "逐个数字加批注（自己核对用）")],
        widget=forms.Select({"class": "form-select"}),
    )
    layout = forms.ChoiceField(
        label="版式",
        required=False,
        choices=[("", "现用的上传版式"), (BUILT_IN, "内置版式（GB/T 9704-2012）")],
        widget=forms.Select({"class": "form-select"}),
    )

    def __init__(self, layout=None):
        super().__init__()
        if layout is None:
            del self.fields["layout"]


class SignedFileChoiceForm(FileChoiceForm):
    """The same of a signed document, whose file as it was signed is the first choice."""

    appendix = forms.ChoiceField(
        label="数字出处",
        required=False,
        choices=[
            ("", "签发时的原件（报送用）"),
            (NO_APPENDIX, "重新生成，只有正文"),
            (APPENDIX, "重新生成，附在文末（自己核对用）"),
        ],
        widget=forms.Select({"class": "form-select"}),
    )


# What each kind of file can be asked for, and in which words a wrong value is answered.
MEANT = {
    "appendix": ({NO_APPENDIX, APPENDIX}, "appendix=1 为文末附数字出处，appendix=0 为不附"),
    "definitions": ({COMMENTS}, "definitions=comments 为逐个数字加统计口径批注"),
    "layout": ({BUILT_IN}, "layout=built-in 为内置版式"),
}
CHOSEN_FOR = {"docx": {"appendix", "definitions", "layout"}, "pdf": {"appendix"}}


def asked_choices(asked, kind):
    """The choices that an address makes for a kind of file; raises Unprintable where they are none of it."""
    given = {name: asked.get(name, "") for name in MEANT if asked.get(name, "")}
    for name, value in given.items():
        known, meaning = MEANT[name]
        if name not in CHOSEN_FOR.get(kind, ()):
            raise Unprintable(f"没有下载：{NOT_FOR[name]}，不能用于这种文件。请在下面重新选择后下载。")
        if value not in known:
            found = printable(value)[:LONGEST_REPEATED]
            raise Unprintable(
                f"没有下载：网址中的“{name}={found}”不认识。可以写的是：{meaning}；不写就是报送用的文件。"
                "请在下面重新选择后下载。"
            )
    return FileChoices(
        appendix=given.get("appendix") == APPENDIX,
        definitions="definitions" in given,
        built_in="layout" in given,
        is_default=not given,
    )


NOT_FOR = {
    "appendix": "文末的数字出处只在 Word 和 PDF 中有（网址中的 appendix）",
    "definitions": "统计口径批注只在 Word 中有（网址中的 definitions）",
    "layout": "版式只用于 Word（网址中的 layout）",
}
