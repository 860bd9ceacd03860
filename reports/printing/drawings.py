"""Small charts as SVG, drawn without scripts: for the poster on screen, on paper and in the PDF.

Each chart takes lines of marks: a label, and for each measure a value, its text and the URL of the records behind it.
Where a value is unknown the text says so, and no bar is drawn.
"""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from .colours import INK, QUIET, RULE, SERIES

FONT = "Noto Sans SC, sans-serif"
DRAWING_WIDTH = 360
SIZE = 10.5
# The part of a drawing that labels may take, and the length of a bar that is nearly nothing.
MOST_ROOM, LEAST_BAR = 0.4, 1.5


@dataclass(frozen=True)
class BarLabel:
    """One bar: its value, the text next to it, and the URL that the text links to."""

    value: int
    text: str
    address: str = ""


@dataclass(frozen=True)
class Line:
    """One month, type or hub in a chart: a mark for each measure."""

    label: str
    marks: tuple[BarLabel, ...]


def columns(title, lines, names, height=160):
    """A chart with a panel of vertical bars for each measure, one above the other, with the lines' labels below."""
    step = DRAWING_WIDTH / max(len(lines), 1)
    label_size = min(SIZE, (step - 2) / max((ems(line.label) for line in lines), default=1))
    parts = []
    for measure, name in enumerate(names):
        top, floor = measure * height, measure * height + height - 20
        parts.append(text(0, top + 11, name, colour=QUIET))
        parts.append(rule(0, floor, DRAWING_WIDTH, floor))
        tallest, size = longest(lines, measure), min(SIZE, (step - 2) / widest(lines, measure))
        for place, line in enumerate(lines):
            mark, middle = line.marks[measure], step * (place + 0.5)
            length = max((height - 52) * mark.value / tallest, LEAST_BAR if mark.value else 0)
            width = min(step * 0.55, 18)
            parts.append(bar(middle - width / 2, floor - length, width, length, SERIES[measure]))
            parts.append(bar_number(middle, floor - length - 4, mark, "middle", size))
            parts.append(text(middle, floor + 13, line.label, "middle", QUIET, label_size))
    return drawing(title, height * len(names), parts)


def bars(title, lines, names, row=20):
    """A chart with a panel of horizontal bars for each measure, side by side, with the lines' labels on the left.

    A label that needs more than its part of the drawing is cut, and told in full where it is pointed at.
    """
    room = min(max((ems(line.label) for line in lines), default=0) * SIZE, DRAWING_WIDTH * MOST_ROOM) + 8
    panel = (DRAWING_WIDTH - room) / len(names)
    parts = []
    for measure, name in enumerate(names):
        # Leaves room for the longest number next to the longest bar.
        left, longest_bar = room + measure * panel, panel - widest(lines, measure) * SIZE - 18
        parts.append(text(left, 11, name, colour=QUIET))
        farthest = longest(lines, measure)
        for place, line in enumerate(lines):
            mark, top = line.marks[measure], 20 + place * row
            length = max(longest_bar * mark.value / farthest, LEAST_BAR if mark.value else 0)
            parts.append(bar(left, top, length, row * 0.55, SERIES[measure]))
            parts.append(bar_number(left + length + 4, top + row * 0.5, mark))
    labels = [
        cut_text(room - 8, 20 + place * row + row * 0.5, line.label, room - 8) for place, line in enumerate(lines)
    ]
    return drawing(title, 20 + row * len(lines), [*labels, *parts])


def longest(lines, measure):
    """The maximum value of a measure, which sets the scale; never 0."""
    return max((line.marks[measure].value for line in lines), default=0) or 1


def widest(lines, measure):
    """The width of the longest text of a measure in ems."""
    return max((ems(line.marks[measure].text) for line in lines), default=1)


def ems(words):
    """The width of a text in ems; ASCII characters count as 0.58."""
    return sum(0.58 if each.isascii() else 1 for each in words)


def drawing(title, height, parts):
    """The complete SVG element."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="group" aria-label="{}" viewBox="0 0 {} {}"'
        ' font-family="{}">{}</svg>',
        title,
        DRAWING_WIDTH,
        svg_length(height),
        FONT,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def bar(left, top, width, height, colour):
    """A filled bar; empty where it has no length."""
    if min(width, height) <= 0:
        return mark_safe("")
    given = (*map(svg_length, (left, top, width, height)), colour)
    return format_html('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>', *given)


def rule(left, top, right, bottom):
    """A thin line."""
    given = (*map(svg_length, (left, top, right, bottom)), RULE)
    return format_html('<path d="M{} {}L{} {}" stroke="{}" fill="none"/>', *given)


def bar_number(left, top, mark, anchor="start", size=SIZE):
    """The text next to a bar, as a link if there is a URL; empty for a bare 0."""
    if mark.text == "0":
        return mark_safe("")
    written = text(left, top, mark.text, anchor, size=size)
    return format_html('<a href="{}">{}</a>', mark.address, written) if mark.address else written


def text(left, top, words, anchor="start", colour=INK, size=SIZE):
    """Text at a position."""
    given = (svg_length(left), svg_length(top), anchor, colour, svg_length(size), words)
    return format_html('<text x="{}" y="{}" text-anchor="{}" fill="{}" font-size="{}">{}</text>', *given)


def cut_text(right, top, words, room):
    """Text that ends at `right`, cut where it needs more room, then with the whole of it as its title."""
    shown = words
    while ems(shown) * SIZE > room:
        shown = f"{shown.removesuffix('…')[:-1]}…"
    if shown == words:
        return text(right, top, words, "end")
    return format_html("<g><title>{}</title>{}</g>", words, text(right, top, shown, "end"))


def svg_length(length):
    """A length in SVG notation, independent of the locale."""
    return f"{length:.1f}"
