"""The poster as a PDF file."""

from pathlib import Path

from reports.printing.colours import AMBER, GREEN, INK, QUIET, RED, RULE
from reports.printing.printed import printable
from reports.targets.progress import AHEAD, DONE, EVEN, OVERDUE

from . import pdf

COLOURS = {"red": RED, "amber": AMBER, "ink": INK, "quiet": QUIET, "rule": RULE}
# The colour of a target's bar, as on its page; amber in all other states.
BARS = {DONE: GREEN, AHEAD: GREEN, EVEN: GREEN, OVERDUE: RED}
POSTER = Path(__file__).parent / "poster.typ"


def write_poster(poster, stream):
    """Writes the poster to a binary stream."""
    stream.write(pdf(POSTER, poster_content(poster), poster.counted_on))


def poster_content(poster):
    """The content for the layout: plain strings, and the charts as SVG."""
    return {
        "colours": COLOURS,
        "title": printable(poster.title),
        "place": printable(poster.scope.name),
        "days": poster.scope.days,
        "counted_on": str(poster.counted_on),
        "headlines": [headline_content(headline) for headline in poster.headlines],
        "targets": [target_content(pace) for pace in poster.targets],
        "targets_left_out": poster.targets_left_out,
        "drawings": [
            {"title": drawing.title, "svg": printable(str(drawing.svg)), "left_out": drawing.left_out}
            for drawing in poster.drawings
        ],
    }


def headline_content(headline):
    """One headline figure with its unit, its quality, and the value of the year before."""
    result = headline.result
    return {
        "label": printable(result.figure.label),
        "value": result.amount,
        "unit": "" if result.is_missing else result.figure.unit,
        "note": headline.note,
        "before": "　".join(filter(None, [headline.before_words, headline.change])),
    }


def target_content(pace):
    """One target: its progress in words, as a share and as a colour."""
    done = pace.result.value if pace.result else 0
    return {
        "label": printable(pace.figure.label),
        "words": pace.words,
        "share": min(done / pace.target.value, 1) if pace.target.value else 1,
        "colour": BARS.get(pace.state, AMBER),
    }
