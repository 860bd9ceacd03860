"""Reads the forms of a page as a browser does, and submits them."""

from html.parser import HTMLParser


def shown_form(response):
    """The page's own form, as a browser reads it."""
    reader = FormReader()
    reader.feed(response.content.decode())
    assert reader.forms, response.status_code
    return reader.forms[0]


def answers(form):
    """What a browser sends when nothing is changed; several choices are a list."""
    sent = {}
    for name, value in form:
        sent.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


class FormReader(HTMLParser):
    """Collects names and values of every form of class "entry"."""

    def __init__(self):
        super().__init__()
        self.forms, self._inside, self._select, self._text = [], False, None, None

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        if tag == "form" and "entry" in (attributes.get("class") or "").split():
            self._inside = True
            self.forms.append([])
        if not self._inside or "disabled" in attributes:
            self._select = None if tag == "select" else self._select
            return
        if tag == "input":
            self._read_input(attributes)
        elif tag == "select":
            self._select, self._has_choice, self._is_single = attributes["name"], False, "multiple" not in attributes
        elif tag == "option" and self._select:
            self._read_option(attributes)
        elif tag == "textarea":
            self._text = [attributes["name"], ""]

    def _read_input(self, attributes):
        kind, name = attributes.get("type", "text"), attributes.get("name")
        if name and (kind not in ("checkbox", "radio") or "checked" in attributes):
            self.forms[-1].append((name, attributes.get("value") or ("on" if kind == "checkbox" else "")))

    def _read_option(self, attributes):
        if "selected" in attributes:
            self.forms[-1].append((self._select, attributes.get("value") or ""))
            self._has_choice = True

    def handle_data(self, data):
        if self._text:
            self._text[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False
        elif tag == "select" and self._select:
            if self._is_single and not self._has_choice:
                self.forms[-1].append((self._select, ""))
            self._select = None
        elif tag == "textarea" and self._text:
            # A browser leaves out the line end that follows the opening tag.
            self.forms[-1].append((self._text[0], self._text[1].removeprefix("\n")))
            self._text = None
