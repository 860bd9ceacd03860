"""The field codes of a Word document, also those that are spelt in several pieces or lie in one another."""

from .findings import Unsafe

WORD_NAMESPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
# What is deleted under tracked changes comes back when the deletion is rejected.
DELETED = {"del", "moveFrom"}
# Stands for a field within another one's code, whose result becomes part of that code when Word works it out.
NESTED = "\N{OBJECT REPLACEMENT CHARACTER}"


class FieldReader:
    """Calls `check(code)` for each field's code, as the elements of a part pass by."""

    def __init__(self, check):
        self.check, self.open, self.reading, self.deleted = check, [], None, 0

    def start(self, name, attributes, namespace):
        """Notes an element that begins."""
        if name == "AlternateContent" and self.is_in_code():
            # Of its contents programs take one part or the other.
            raise Unsafe("structure", "域代码中的可选内容")
        if namespace not in WORD_NAMESPACES:
            return
        if name == "fldSimple":
            self.check(attributes.one("instr"))
        elif name == "fldChar":
            self.mark(attributes.one("fldCharType"))
        elif name in ("instrText", "delInstrText", "t"):
            self.reading = name
        elif name in DELETED:
            self.deleted += 1

    def end(self, name, namespace):
        """Notes an element that ends."""
        if namespace in WORD_NAMESPACES:
            if name == self.reading:
                self.reading = None
            elif name in DELETED:
                self.deleted -= 1

    def text(self, characters):
        """Notes characters; instructions outside of a field's code make a code of their own."""
        if not self.reading:
            return
        if self.is_in_code():
            is_deleted = self.deleted or self.reading == "delInstrText"
            self.open[-1]["deleted" if is_deleted else "kept"] += characters
        elif self.reading != "t":
            self.check(characters)

    def is_in_code(self):
        """Whether the innermost open field has not come to its result yet."""
        return bool(self.open) and not self.open[-1]["is_checked"]

    def mark(self, kind):
        """Notes the beginning, the middle or the end of a field."""
        if kind == "begin":
            if self.is_in_code():
                self.open[-1]["kept"] += NESTED
            self.open.append({"kept": "", "deleted": "", "is_checked": False})
        elif kind == "separate" and self.open:
            self.conclude(self.open[-1])
        elif kind == "end" and self.open:
            self.conclude(self.open.pop())

    def conclude(self, field):
        """Checks the code of a field, once."""
        if not field["is_checked"]:
            field["is_checked"] = True
            self.check(field["kept"])
            if field["deleted"].strip():
                self.check(field["deleted"])

    def close(self):
        """Checks the fields that never end."""
        while self.open:
            self.conclude(self.open.pop())
