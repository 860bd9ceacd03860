"""The text that people write: sections in which names stand for figures, and variants for what these come to.

`parsing` reads a text without running anything, `names`, `aspects`, `subjects` and `words` say what the names in it
mean within a scope, `reading` finds what means nothing, `writing` puts in what they stand for, and `defaults` holds
the texts from which a document starts.
"""

from .defaults import default_drafts
from .parsing import Problem
from .reading import read
from .vocabulary import Vocabulary
from .writing import Draft, Writer

__all__ = ["Draft", "Problem", "Vocabulary", "Writer", "default_drafts", "read"]
