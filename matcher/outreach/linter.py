"""The linter: blocks a draft, with the reason, unless every word of it is accounted for.

Strict by construction rather than by a list of bad words. A sentence may hold

- quotations that are verbatim pieces of a fact that it cites,
- words and figures of the facts that it cites, their forms and synonyms, of the sender, and the person's name,
- words of the ordinary list of its language (``tables/ordinary_*.txt``), which claim nothing,
- where a clause claims nothing, words of general language, and a few unknown words of mere style,

and nothing else. Banned words and phrases, links, pay, promises, layout and repetition are checked on top.
The facts come from the caller, never from the draft, so that a draft cannot bring its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matcher.outreach import claims, hygiene, shape
from matcher.outreach.company import Company
from matcher.outreach.duties import fixed_blocks
from matcher.outreach.records import Draft, Fact, Problem

counters = shape.counters
MAX_LOOSE = 3
"""Unknown words of mere style that one draft may hold."""


def lint(draft: Draft, facts: Sequence[Fact], company: Company, others: Iterable[Draft] = ()) -> tuple[Problem, ...]:
    """Return every reason for which this draft may not be used; empty for a clean one.

    Args:
        draft: the draft to check.
        facts: what may be said, built from the shortlist, the posting and company.toml; not taken from the draft.
        company: for the allow-list of links and the fixed blocks.
        others: other drafts of the run, to be told apart from this one.
    """
    known = {fact.id: fact for fact in facts}
    unknown = [fact for fact in draft.facts if known.get(fact.id) != fact]
    if unknown:
        words = "; ".join(fact.id for fact in unknown)
        return (Problem(rule="unknown fact", words=words, advice="cite facts of this person and this posting only"),)
    problems = [*hygiene.check(draft, known, company), *_fixed(draft, company)]
    for where, sentence in enumerate(draft.sentences, start=1):
        if sentence.part not in ("footer", "notice"):
            problems += claims.check(sentence, where, draft.language, known)
    problems = _forgiven(problems)
    problems += claims.check_subject(draft, known)
    problems += shape.check(draft, known, company)
    problems += shape.repeated(draft, tuple(others))
    return tuple(problems)


def _forgiven(problems: list[Problem]) -> list[Problem]:
    """Leave out unknown words that are mere style, if they are few and nothing else is wrong."""
    loose = [problem for problem in problems if problem.rule == "loose word"]
    return [] if len(loose) == len(problems) and len(loose) <= MAX_LOOSE else problems


def _fixed(draft: Draft, company: Company) -> list[Problem]:
    """Footer and notice are written by code alone: anything else in their place is a change."""
    wanted = fixed_blocks(draft, company)
    have = tuple((s.part, s.text) for s in draft.sentences if s.part in ("footer", "notice"))
    if have == wanted:
        return []
    advice = "footer and notice come from company.toml: leave them as they are"
    return [Problem(rule="fixed block changed", words="footer or notice", advice=advice)]
