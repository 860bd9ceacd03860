"""Reads the XML of a part as a stream of elements, without document types, so without entities."""

from xml.parsers.expat import ExpatError, ParserCreate

from .findings import Unsafe


class Attributes(dict):
    """The attributes of an element as {(namespace, name): value}."""

    def all(self, *names):
        """Returns the values of all attributes with one of these names, in whatever namespace."""
        return [value for (_, name), value in self.items() if name in names]

    def one(self, name):
        """Returns the value of the attribute of this name, "" without one.

        Raises Unsafe where several namespaces have one: programs then differ in what they read.
        """
        values = self.all(name)
        if len(values) > 1:
            raise Unsafe("structure", f"重复的属性 {name}")
        return values[0] if values else ""


def scan_xml(chunks, place, start, text=None, end=None):
    """Calls `start(name, attributes, namespace)`, `text(characters)` and `end(name, namespace)` as elements pass by.

    Raises Unsafe for a part that is not XML or declares a document type.
    """
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = lambda *_: refuse_document_type(place)

    def element_start(name, given):
        namespace, _, own = name.rpartition(" ")
        start(
            own,
            Attributes({split_name(key): value for key, value in given.items()}) if given else NO_ATTRIBUTES,
            namespace,
        )

    parser.StartElementHandler = element_start
    if text:
        parser.CharacterDataHandler = text
    if end:
        parser.EndElementHandler = lambda name: end(*reversed(split_name(name)))
    try:
        for chunk in chunks:
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except (ExpatError, LookupError, ValueError):
        raise Unsafe("damaged", place=place) from None


NO_ATTRIBUTES = Attributes()


def split_name(name):
    """Returns a name as (namespace, name)."""
    namespace, _, own = name.rpartition(" ")
    return namespace, own


def refuse_document_type(place):
    """Raises Unsafe for a document type, whose entities can unfold without end or fetch files."""
    raise Unsafe("structure", "文档类型声明（DTD）", place)
