"""Words of a text as the lexical index sees them, the same for every language that separates words."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:[+#]+(?!\w))?|(?<!\w)\.net\b", re.UNICODE)


def words(text: str) -> list[str]:
    """Return the words of ``text`` in order: folded to lower case, compatibility forms joined, plurals in -s cut.

    ``C++``, ``C#`` and ``.NET`` stay words. The plural rule is Harman's S-stemmer (1991), which is safe enough to be
    applied to any language: query and document go through the same rule.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [_singular(word) for word in _WORD.findall(folded)]


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s"):
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word if word[-2] in "us" else word[:-1]
