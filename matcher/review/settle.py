"""Pure: a pool and people's acts → the shortlist as it stands, with its version, its seal and what was checked.

The same acts always give the same shortlist, byte for byte: no clock and no order of work but ``seq`` goes in.
"""

from __future__ import annotations

from collections.abc import Iterable

from matcher import score
from matcher.models import Decision, Shortlist, Verdict
from matcher.review.agreement import Agreement, Estimate, agreement, table, wilson
from matcher.review.ledger import Ledger, ledger
from matcher.review.plan import CellKey
from matcher.score import Pool, QuoteSpan

FEW = 10
"""Below this many cells no coefficient is stated."""
_COUNTING = ("verdict", "agree", "adjudicate", "advance", "hold", "decline", "reviewed_below_cut", "second_look",
             "first_look", "undo")  # fmt: skip


def settle(pool: Pool, decisions: Iterable[Decision], quote: QuoteSpan) -> Shortlist:
    """Return the shortlist as the acts leave it: overridden verdicts, decisions, version, seal, review in sentences."""
    acts = tuple(sorted(decisions, key=lambda act: act.seq))
    made = score.shortlist(pool, acts, quote)
    book = ledger(acts)
    version, sealed_by = seal_state(book)
    return made.model_copy(update={"version": version, "sealed_by": sealed_by, "review": sentences(pool, book)})


def seal_state(book: Ledger) -> tuple[int, str | None]:
    """Return version and signer: every seal closes a version, and the first act after it begins the next."""
    signed = len(book.signatures)
    if not signed:
        return 1, None
    last = book.signatures[-1]
    if any(act.seq > last.seq and act.kind in _COUNTING for act in book.acts):
        return signed + 1, None
    return signed, last.who


def sentences(pool: Pool, book: Ledger) -> tuple[str, ...]:
    """Return what people checked, one sentence per part of the review that took place."""
    made = (_checked(pool, book), _blind(pool, book), _second(book), _below(book))
    parts = tuple(part for part in made if part)
    return parts or (("Signed without a single cell checked by a person.",) if book.signatures else ())


def machine_verdicts(pool: Pool) -> dict[CellKey, Verdict]:
    """Return the machine's verdicts on all cells that it assessed."""
    return {
        CellKey(candidate, cell.criterion): cell.verdict
        for candidate, assessment in pool.assessments.items()
        for cell in assessment.justifications
        if cell.status == "done" and cell.verdict is not None
    }


def machine_pairs(pool: Pool, book: Ledger) -> list[tuple[CellKey, Verdict, Verdict]]:
    """Return the person's first look and the machine's verdict for every cell that was answered blind."""
    machine = machine_verdicts(pool)
    return [
        (key, answers.first.verdict, machine[key])
        for (_, key), answers in sorted(book.answers.items())
        if answers.first is not None and answers.first.verdict is not None and key in machine
    ]


def reliance(pool: Pool, book: Ledger) -> tuple[int, int]:
    """Return how many first looks with a final answer differed from the machine, and how many then took its side."""
    machine = machine_verdicts(pool)
    differed = followed = 0
    for (_, key), answers in book.answers.items():
        first, said = answers.first, machine.get(key)
        if first is not None and answers.standing is not None and said is not None and first.verdict != said:
            differed += 1
            followed += answers.standing.verdict == said
    return differed, followed


def trusted_wrongly(pool: Pool, book: Ledger) -> tuple[int, int]:
    """Return how many answers were given in sight of a verdict later ruled wrong, and how many of them followed it.

    The reliance that matters: agreement with the machine where it was wrong. Wrong is what a third person ruled against
    after two had differed, so it is counted on real cells and nobody is shown an invented one.
    """
    machine = machine_verdicts(pool)
    wrong = {key for key, act in book.adjudicated.items() if key in machine and act.verdict != machine[key]}
    answers = [a.standing for (_, key), a in book.answers.items() if key in wrong and a.standing and not a.second]
    seen = [(act.verdict, machine[CellKey(act.candidate, act.criterion or "")]) for act in answers if act.machine_shown]
    return len(seen), sum(mine == machines for mine, machines in seen)


def _checked(pool: Pool, book: Ledger) -> str:
    total = sum(len(assessment.justifications) for assessment in pool.assessments.values())
    seen = {key for (_, key), answers in book.answers.items() if answers.standing is not None}
    machine = machine_verdicts(pool)
    ruled = {key: act.verdict for key, act in book.adjudicated.items()}
    said = {key: a.standing.verdict for (_, key), a in sorted(book.answers.items()) if a.standing} | ruled
    if not said:
        return ""
    changed = sum(key in machine and verdict != machine[key] for key, verdict in said.items())
    people = len({act.who for act in book.standing if act.kind in ("verdict", "agree", "adjudicate")})
    checked = f"{_people(people)} checked {len(seen | set(ruled))} of {total} cells"
    return f"{checked} and changed {_many(changed, 'verdict')}."


def _blind(pool: Pool, book: Ledger) -> str:
    pairs = machine_pairs(pool, book)
    if not pairs:
        return ""
    figures = agreement(table((mine, machine) for _, mine, machine in pairs))
    seen = f"Answered before the machine's verdict was shown: {_cells(len(pairs))}; {in_words(figures)}"
    differed, followed = reliance(pool, book)
    return (
        f"{seen}; {followed} of {differed} that differed ended with the machine's verdict." if differed else f"{seen}."
    )


def _second(book: Ledger) -> str:
    pairs = book.pairs()
    if not pairs:
        return ""
    figures = agreement(table((first, second) for _, first, second in pairs))
    ruled, open_ = len(book.adjudicated), len(book.disagreements())
    return f"Two people answered {_cells(len(pairs))}; {in_words(figures)}; {ruled} ruled on, {open_} still open."


def _below(book: Ledger) -> str:
    seen = book.below.values()
    if not seen:
        return ""
    missed = sum(act.verdict == "met" for act in seen)
    unclear = sum(act.verdict == "partial" for act in seen)
    clear = len(seen) - unclear
    low, high = wilson(missed, clear)
    return (
        f"{_people(len(seen))} from below the cut {'was' if len(seen) == 1 else 'were'} looked at: {missed} of {clear}"
        f" belonged on the list (miss rate {_share(missed, clear)}, 95 % interval {low:.0%} to {high:.0%}),"
        f" {unclear} unclear."
    )


def in_words(figures: Agreement) -> str:
    """Return all figures of an agreement in one phrase."""
    same = f"the same verdict in {round((figures.raw.value or 0) * figures.n)} of {figures.n}"
    if figures.n < FEW:
        return f"{same}, too few for more figures"
    shares = (("raw", figures.raw), ("AC1", figures.ac1), ("κ", figures.kappa), ("weighted κ", figures.quadratic))
    return f"{same} (" + ", ".join(f"{name} {estimate(value)}" for name, value in shares) + ")"


def estimate(value: Estimate) -> str:
    """Return a figure with its interval, or *undefined*."""
    if value.value is None or value.low is None or value.high is None:
        return "undefined"
    return f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"


def _cells(number: int) -> str:
    return _many(number, "cell")


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "unknown"
