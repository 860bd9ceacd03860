"""The text that people write: sections with placeholders for figures, and variants that depend on their values.

`parsing` parses a text without executing anything; `names`, `aspects`, `subjects` and `words` define what the names in
it mean within a scope, with `activity_words` and `plans` for what is taken from records of activities; `reading`
resolves them and reports those without a meaning; `writing` fills in their values; `defaults` holds the texts from
which a document starts, in each style.
"""

from .defaults import Style, default_drafts
from .parsing import TextProblem
from .reading import read_text
from .vocabulary import Vocabulary
from .writing import Draft, TextWriter

__all__ = ["Draft", "Style", "TextProblem", "TextWriter", "Vocabulary", "default_drafts", "read_text"]
