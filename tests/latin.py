"""The words in Latin letters that a person sees or hears on a page, which is to be Chinese."""

import re
from urllib.parse import urlsplit

from django.urls import resolve
from lxml import html

HEARD = ("title", "aria-label", "aria-description", "placeholder", "alt", "data-label", "data-busy", "data-confirm")
BUTTONS = {"submit", "button", "reset"}
UNSEEN = {"script", "style", "template"}
WORD = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z][A-Za-z0-9_.:/@-]*[A-Za-z0-9]|(?<![A-Za-z0-9_-])[A-Za-z](?![A-Za-z0-9])")
# What the district's own records hold in tests, what is masked, codes of the access log, and digests.
TYPED = re.compile(
    r"<i>\"?'?&?|[秘…]\w*|用户[a-z_]+|\buser\d+|\S*\*{2,}\S*|\d+(?:-[0-9a-f]{4}){2,}\b|\b[0-9a-f]{32,}\b"
)
# Names of programs, kinds of files, measures and norms, which have no other name in the office.
USUAL = set("Excel WPS Word PDF CSV JSON JPEG PNG WebP MB A4 QQ DIY TOTP GB/T SHA-256".split())
USUAL |= set("xlsx xlsm xls ods csv docx pdf".split())
# On the page about layouts of Word files: the names that such a file fills in.
IN_LAYOUTS = re.compile(
    r"(?:for|in|row|block|blocks|figures)(?:\.\w+)?|title|period|place|signature|dateline|counted_on"
)


def latin_words(address, text):
    """The words in Latin letters on the page of an address, each as (word, where, the text around it).

    Words that are usual are left out; what is no page has none.
    """
    page, is_page, _ = text.partition("</html>")
    url_name, found = resolve(urlsplit(address).path).url_name, set()
    if not is_page:
        return found
    for tag, seen in seen_texts(page):
        for word in WORD.findall(TYPED.sub(" ", seen)):
            is_layout = url_name == "word_layout_create" and tag == "code" and IN_LAYOUTS.fullmatch(word)
            is_account = url_name.startswith("account_") and tag in ("td", "dd")
            # The key by which the sheet of campaigns finds one again is made of the sounds of its first name.
            is_key = url_name == "record_history" and "/campaign/" in address and tag == "td"
            if word not in USUAL and not (is_layout or is_account or is_key):
                found.add((word, tag, seen.strip()[:80]))
    return found


def seen_texts(text):
    """The texts of a page that a person sees or hears, each with the element or attribute that it stands in."""
    for element in html.document_fromstring(text).iter():
        if isinstance(element.tag, str) and element.tag not in UNSEEN:
            if element.text and element.text.strip():
                yield element.tag, element.text
            names = (*HEARD, "value") if element.get("type") in BUTTONS else HEARD
            for name in names:
                if element.get(name):
                    yield f"{element.tag} {name}", element.get(name)
        if element.tail and element.tail.strip() and element.getparent() is not None:
            yield element.getparent().tag, element.tail
