"""What a draft may say: facts from verified evidence, the posting and company.toml, and from nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from matcher.models import Criteria, Decision, Document, Entry, Justification
from matcher.outreach import words
from matcher.outreach.company import Company
from matcher.outreach.records import Fact, make_fact
from matcher.outreach.snippets import calm, tidy
from matcher.score import standing

_TITLE_END = re.compile(r"(?<=\w{4})[.!?](?:\s|$)|[<>{}]|\w+://")
"""A title ends where a sentence, markup, a placeholder or an address begins: what follows is not a title."""
_GENDER_TAG = re.compile(
    r"\s*[(\[]\s*(?:(?:[mwfdxhi]|gn)(?:\s*[/|*,]\s*(?:[mwfdxhi]|gn))+|all genders|alle geschlechter|h/f|f/h)\s*[)\]]",
    re.IGNORECASE,
)
_SHORT_CUT = re.compile(r"\s+[-–—|/]\s+|,\s+|\s*[(\[]|:\s+")
_NAME = re.compile(r"[^\W\d_]+(?:[.’'\-][^\W\d_]+)*\.?(?: [^\W\d_]+(?:[.’'\-][^\W\d_]+)*\.?){0,4}")
_NAME_LIMIT = 60
_LONGEST_FACT = 600
_ABOUT_READING = frozenset(("second reader", "reason is grounded"))
"""Checks that concern the verdict or its reason, and not the quote: an advanced person may still be quoted."""


def person_facts(
    entry: Entry, decisions: Sequence[Decision] = (), document: Document | None = None, *, unsure: bool = False
) -> tuple[Fact, ...]:
    """Return the facts about a person: quotes behind verified *met* and *partial* cells, and text a reviewer chose.

    A cell counts when it is done and none of its checks failed, or when a person decided it. Cells that the readers
    disagree about count only with ``unsure``: for people whom a reviewer has looked at and advanced.
    What a person turned to *not shown* or *contradicted*, or flagged, counts no more, and lines that speak to the
    reader or to a machine never do, nor those about residence and permission to work, which often tell an origin.
    """
    acts = _last_acts(decisions, entry.candidate)
    found: list[Fact] = []
    for cell in entry.justifications:
        act = acts.get(cell.criterion)
        if _verified(cell, act, unsure):
            found += [_quote_fact(cell, entry.candidate, n) for n in range(len(cell.evidence))]
    if document is not None:
        found += [fact for act in acts.values() for fact in _chosen(act, document)]
    usable = (fact for fact in found if fact.text and not words.addressed(fact.text))
    return tuple({fact.id: fact for fact in usable}.values())


def _last_acts(decisions: Sequence[Decision], candidate: str) -> dict[str, Decision]:
    """The last act of a person per criterion that stands: verdict, agreement or flag, undone ones left out."""
    kinds = ("verdict", "agree", "flag", "adjudicate")
    own = [act for act in standing(decisions) if act.candidate == candidate and act.kind in kinds]
    return {d.criterion: d for d in own if d.criterion is not None}


def _verified(cell: Justification, act: Decision | None, unsure: bool) -> bool:
    if cell.status != "done" or cell.verdict not in ("met", "partial"):
        return False
    if any(check.name == "stated facts" for check in cell.checks):
        return False
    if act is not None:
        return act.kind != "flag" and (act.verdict is None or act.verdict in ("met", "partial"))
    failed = {check.name for check in cell.checks if not check.passed}
    return not failed - _ABOUT_READING if unsure else not failed and not cell.unsure


def _quote_fact(cell: Justification, candidate: str, at: int) -> Fact:
    quote = cell.evidence[at]
    doubt = ", readers disagree" if cell.unsure else ""
    source = f"{cell.verdict}{doubt}, line {quote.line}, page {quote.page}"
    text = tidy(quote.text)[:_LONGEST_FACT]
    return make_fact("person", text, source, criterion=cell.criterion, page=quote.page, owner=candidate)


def _chosen(act: Decision, document: Document) -> list[Fact]:
    """Spans that a reviewer marked as evidence for *met* or *partial*."""
    if act.verdict not in ("met", "partial"):
        return []
    source = f"{act.verdict}, chosen by a reviewer"
    texts = [tidy(document.text[span.start : span.end])[:_LONGEST_FACT] for span in act.evidence]
    return [make_fact("person", t, source, criterion=act.criterion, owner=act.candidate) for t in texts if t]


def approved_fact(text: str, who: str, candidate: str) -> Fact:
    """Return a fact for text that a reviewer states and answers for (told on the phone, for example)."""
    return make_fact("approved", tidy(text)[:_LONGEST_FACT], f"stated by {who}", owner=candidate)


def role_facts(criteria: Criteria, posting: Document | str | None = None) -> tuple[Fact, ...]:
    """Return the facts about the job: its title, its criteria, and the lines of the posting that name pay."""
    text = posting.text if isinstance(posting, Document) else posting or ""
    known = _capitals([c.text for c in criteria.criteria] + [text])
    full = clean_title(criteria.title, known)
    short = _SHORT_CUT.split(full, maxsplit=1)[0].strip()
    titles = [full, short] if len(short.split()) > 1 or len(short) >= 8 else [full]
    # A title that gives orders is no title: without one there is no draft.
    plain = [] if words.addressed(full) or any(words.hard(full.casefold())) else titles
    found = [make_fact("role", title, "title", owner=criteria.hash) for title in dict.fromkeys(plain) if title]
    for criterion in criteria.criteria:
        if words.addressed(criterion.text):
            continue
        said = tidy(calm(criterion.text, known))[:_LONGEST_FACT]
        found.append(make_fact("role", said, f"posting, {criterion.id}", criterion=criterion.id, owner=criteria.hash))
    found += [make_fact("role", line, "posting, pay", owner=criteria.hash) for line in _pay_lines(text)]
    return tuple(found)


def clean_title(title: str, known: frozenset[str] = frozenset()) -> str:
    """Return a posting's title without gender tags, in calm letter case."""
    first = _TITLE_END.split(" ".join(title.split()))[0]
    bare = _GENDER_TAG.sub("", first).strip(" -–—|,")
    calmed = calm(bare, known)
    if calmed == bare:
        return bare
    return re.sub(r"(?<![^\W\d_’'])([^\W\d_])([^\W\d_]{2,})", lambda m: m.group(1).upper() + m.group(2), calmed)


def _capitals(texts: Iterable[str]) -> frozenset[str]:
    """Words that are written in capitals inside ordinary lines: acronyms, which stay as they are."""
    found: set[str] = set()
    for text in chain.from_iterable(text.splitlines() for text in texts):
        if text and sum(c.isupper() for c in text) < 0.5 * sum(c.isalpha() for c in text):
            found.update(re.findall(r"\b[A-Z][A-Z0-9+#]{1,6}\b", text))
    return frozenset(found)


def _pay_lines(text: str) -> list[str]:
    lines = [tidy(line) for line in text.splitlines() if re.search(r"\d", line) and 8 <= len(line.strip()) <= 200]
    return [line for line in lines if _names_pay(line.casefold())][:3]


def _names_pay(line: str) -> bool:
    return any(reason == "pay" for language in words.LANGUAGES for reason, _ in words.soft(line, language))


def sender_facts(company: Company) -> tuple[Fact, ...]:
    """Return the facts about sender and employer, each with its field of company.toml as source."""
    fields = {
        "sender.name": company.sender.name,
        "sender.title": company.sender.title,
        "sender.organisation": company.sender.organisation,
        "employer.name": company.employer.name,
        "sender.email": company.sender.email,
        "sender.phone": company.sender.phone,
    }
    return tuple(make_fact("sender", value, f"company.toml, {field}") for field, value in fields.items() if value)


def name_of(names: Sequence[str], candidate: str) -> Fact | None:
    """Return how the person is called: the first full name among those that the résumé states, or else the first."""
    found = [fact for fact in (name_fact(name, candidate) for name in names) if fact is not None]
    full = next((fact for fact in found if " " in fact.text), None)
    if full is None and len(found) > 1:
        # Given and family name on lines of their own, as they stand.
        full = name_fact(f"{found[0].text} {found[1].text}", candidate)
    return full or (found[0] if found else None)


def name_fact(name: str | None, candidate: str) -> Fact | None:
    """Return how the person is called, or None where the text is no plain name (then nobody is named)."""
    if not name:
        return None
    bare = " ".join(name.split(",")[0].split("(")[0].split())
    tame = " ".join(_case(part) for part in bare.split())
    if len(tame) > _NAME_LIMIT or not _NAME.fullmatch(tame) or _speaks(tame):
        return None
    return make_fact("name", tame, "résumé, name", owner=candidate)


def _case(part: str) -> str:
    letters = [c for c in part if c.isalpha()]
    if len(letters) > 2 and all(c.isupper() for c in letters):
        return re.sub(r"[^\W\d_]+", lambda m: m.group()[:1] + m.group()[1:].lower(), part)
    return part


def _speaks(name: str) -> bool:
    """Whether a "name" is a sentence: several words of speech, or words that no draft may hold."""
    common = frozenset().union(*(words.word_set(f"ordinary_{language}.txt") for language in words.LANGUAGES))
    parts = [part.casefold().strip(".") for part in name.split()]
    return sum(part in common for part in parts if len(part) > 3) > 1 or any(
        reason in ("instruction", "fraud") for reason, _ in words.hard(name.casefold())
    )
