"""The card of one run: what it is for and not for, what it was made of, how it was tested, how people oversee it.

Required reading for whoever deploys it; no section is ever empty: what was not measured is said to be so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from matcher.audit.swap import SwapReport
from matcher.models import Decision, Shortlist
from matcher.sinks import one_line


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("matcher.audit").joinpath("card.toml").read_text("utf-8"))


def card(
    shortlist: Shortlist,
    *,
    checkpoint: str | None = None,
    swaps: Sequence[SwapReport] = (),
    decisions: Sequence[Decision] = (),
    changes: str = "",
) -> str:
    """Return the card as Markdown; ``changes`` is the part of the changelog that belongs to this version."""
    words = _words()
    sections = {
        "Intended use": words["intended"].strip(),
        "Not intended, and harmful": words["harmful"].strip(),
        "What it was made of": _made_of(shortlist),
        "Limits": words["limits"].strip(),
        "Languages": words["languages"].strip(),
        "This run": _counts(shortlist),
        "Swap tests": _swaps(swaps),
        "People": _people(decisions),
        "Oversight": words["oversight"].strip(),
        "Log": f"Checkpoint: {checkpoint}" if checkpoint else "The log of this run was not sealed.",
        "Changes": changes.strip() or "None recorded for this version.",
    }
    parts = [f"# Model card of run {shortlist.run.id}: {one_line(shortlist.criteria.title)}"]
    parts += [f"## {title}\n\n{text}" for title, text in sections.items()]
    return "\n\n".join(parts) + "\n"


def _made_of(shortlist: Shortlist) -> str:
    run = shortlist.run
    rows = [
        ("reader", f"{run.judge}: {run.judge_note}"), ("prompts", ", ".join(run.prompt_refs) or "none"),
        ("embedding", run.embedding), ("ranking", run.ranking_policy or "none"), ("criteria", run.criteria_hash),
        ("approved by", shortlist.criteria.approved_by or "nobody yet"), ("durations to", run.as_of.isoformat()),
        *run.versions,
    ]  # fmt: skip
    return "\n".join(f"- {name}: {one_line(value)}" for name, value in rows)


def _counts(shortlist: Shortlist) -> str:
    return "\n".join(f"- {name.replace('_', ' ')}: {count}" for name, count in shortlist.counts)


def _swaps(swaps: Sequence[SwapReport]) -> str:
    if not swaps:
        return "Not measured on this run: `matcher audit swap` does."
    return "\n".join(
        f"- {one.kind}: {one.effect.changes} changes, largest change of points {one.effect.max_score},"
        f" verdicts changed {one.effect.flips}, places changed {one.effect.order_changes},"
        f" cut crossed {one.effect.crossed_in + one.effect.crossed_out}"
        for one in swaps
    )


def _people(decisions: Sequence[Decision]) -> str:
    if not decisions:
        return "No person has decided anything yet."
    overruled = sum(act.kind == "verdict" for act in decisions)
    blind = sum(act.blind for act in decisions)
    people = len({act.who for act in decisions})
    return (
        f"- people who decided: {people}\n- acts: {len(decisions)}\n- verdicts given by people: {overruled}\n"
        f"- acts with the name masked: {blind}"
    )
