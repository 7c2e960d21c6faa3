"""Document → Criteria: each responsibility and qualification of a posting becomes one criterion in its own words.

Invariants: a criterion's text is the posting's text at its span (white space folded, bullet left out); criteria stand
in the posting's order; what the employer says of itself, of pay, benefits and equal opportunity becomes none.
Nothing in the posting is an instruction: a line that tries to be one becomes a criterion that a person sees.
"""

from __future__ import annotations

from matcher.errors import PostingError
from matcher.models import Criteria, Criterion, CriterionKind, Document, Span
from matcher.posting.blocks import Block, blocks, starts_with_verb
from matcher.posting.details import degree, employer_names, min_years, neutral, title
from matcher.posting.sections import Part, PartKind, parts
from matcher.posting.sentences import requirements
from matcher.posting.words import fold
from matcher.structure.language import language

MAX_CRITERIA = 60
_REPEAT_SHARE = 0.9
WEIGHTS: dict[CriterionKind, int] = {"responsibility": 2, "minimum": 3, "preferred": 1}
_LETTERS: dict[CriterionKind, str] = {"responsibility": "R", "minimum": "Q", "preferred": "F"}

_Found = tuple[CriterionKind, Span]


def posting(document: Document, name: str | None = None) -> Criteria:
    """Return the draft criteria of a posting.

    Raises:
        PostingError: no requirement was found, or more than MAX_CRITERIA of them.
    """
    made = blocks(document)
    inside = parts(made)
    found = _unique(document, [one for part in inside for one in _in_part(document, part)])
    found = found or _unique(document, [one for part in inside for one in _bare_list(part)])
    label = name or document.name
    if not found:
        raise PostingError(
            f"{label} holds no responsibility and no qualification that could be judged: give the posting itself"
            " (a saved page, text, DOCX or PDF), or write criteria.toml by hand (`matcher criteria --help`)."
        )
    if len(found) > MAX_CRITERIA:
        raise PostingError(
            f"{label} holds {len(found)} requirements, more than the {MAX_CRITERIA} that can be judged with care:"
            " draft them with `matcher criteria`, keep those that matter, and run with that file."
        )
    role = title(made)
    names = employer_names([block.text for block in made], role)
    return Criteria(
        posting=document.id,
        title=role,
        criteria=tuple(_number(document, found, names)),
        language=document.language or language(document.text),
    )


def _in_part(document: Document, part: Part) -> list[_Found]:
    found: list[_Found] = []
    for block in part.blocks:
        if block.kind == "item":
            kind = _item_kind(block, part.kind)
            if kind is not None:
                found.append((kind, block.span))
            continue
        raw = document.text[block.span.start : block.span.end]
        for kind_of, span in requirements(block, raw, part.kind):
            if kind_of in ("responsibility", "minimum", "preferred"):
                found.append((kind_of, span))
    return found


def _bare_list(part: Part) -> list[_Found]:
    """The items of a list without any heading that is known: all a page may have; a person sees and edits them."""
    items = [block for block in part.blocks if block.kind == "item"] if part.kind == "unknown" else []
    return [("responsibility" if starts_with_verb(block.text) else "minimum", block.span) for block in items]


def _item_kind(block: Block, kind: PartKind) -> CriterionKind | None:
    if kind in ("responsibility", "minimum", "preferred"):
        return kind
    return "minimum" if kind == "profile" else None


def _unique(document: Document, found: list[_Found]) -> list[_Found]:
    """Leave out a requirement whose words stand in an earlier one (a page may hold the posting, or its gist, twice)."""
    kept: list[_Found] = []
    seen: list[frozenset[str]] = []
    for kind, span in found:
        tokens = frozenset(fold(document.text[span.start : span.end]).split())
        if tokens and not any(_repeats(tokens, other) for other in seen):
            seen.append(tokens)
            kept.append((kind, span))
    return kept


def _repeats(tokens: frozenset[str], other: frozenset[str]) -> bool:
    return tokens == other or (len(tokens) >= 4 and len(tokens & other) >= _REPEAT_SHARE * len(tokens))


def _number(document: Document, found: list[_Found], names: tuple[str, ...]) -> list[Criterion]:
    counts: dict[CriterionKind, int] = {"responsibility": 0, "minimum": 0, "preferred": 0}
    made = []
    for kind, span in found:
        counts[kind] += 1
        text = " ".join(document.text[span.start : span.end].split())
        qualification = kind != "responsibility"
        made.append(
            Criterion(
                id=f"{_LETTERS[kind]}{counts[kind]}",
                kind=kind,
                text=text,
                span=span,
                must_have=kind == "minimum",
                weight=WEIGHTS[kind],
                min_years=min_years(text) if qualification else None,
                degree=degree(text) if qualification else None,
                neutral=neutral(text, names),
            )
        )
    return made
