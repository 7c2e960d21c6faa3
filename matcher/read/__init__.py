"""Reading: files in every common résumé format → the text that a person can see, with every character's place."""

from matcher.read.find import boxes, find_quote
from matcher.read.limits import Limits
from matcher.read.reader import fetch, read, read_one, read_posting, render_quote
from matcher.read.reading import Reading, ReadingStatus
from matcher.read.sandbox import Sandbox

__all__ = [
    "Limits", "Reading", "ReadingStatus", "Sandbox", "boxes", "fetch", "find_quote", "read", "read_one", "read_posting",
    "render_quote",
]  # fmt: skip
