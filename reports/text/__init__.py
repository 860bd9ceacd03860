"""The text that people write: sections in which names stand for figures, and variants for what these come to.

`parsing` reads a text without running anything, `names`, `aspects`, `subjects` and `words` say what the names in it
mean within a scope, `reading` finds what means nothing, `writing` puts in what they stand for, and `defaults` holds
the texts from which a document starts.
"""

from .defaults import default_drafts
from .parsing import Problem
from .reading import read
from .vocabulary import Vocabulary
from .writing import Draft, Writer, texts_of

__all__ = ["Draft", "Problem", "Vocabulary", "Writer", "default_drafts", "problems", "read", "section_problems"]


def problems(source, scope, vocabulary=None):
    """Everything in a text that cannot be read, or means nothing within the scope, in the order of its lines."""
    return read(source, vocabulary or Vocabulary(scope)).problems


def section_problems(section, scope, vocabulary=None):
    """Everything wrong in the heading and the body of a section."""
    vocabulary = vocabulary or Vocabulary(scope)
    return tuple(problem for text in texts_of(section) for problem in read(text, vocabulary).problems)
