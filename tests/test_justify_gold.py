"""On the gold postings, a reader that answers from the truth file loses nothing between the model and the cell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fakes_llm_gold import POSTINGS, TRUTH_WORDS, answering, criteria_of, resumes_of

from matcher.justify import ModelJudge, justify
from matcher.models import Justification

SAID = {"met": "met", "partial": "partial", "not_shown": "not_shown", "contradicted": "not_shown", None: "nothing"}


@pytest.fixture(scope="module")
def cells() -> list[tuple[str, Justification, dict, str]]:
    """Every cell of the four postings: posting, cell, truth, text of the résumé."""
    root = Path(__file__).resolve().parents[2] / "shared" / "gold"
    if not root.exists():
        pytest.skip("the shared material does not lie beside this checkout")
    out = []
    for posting in POSTINGS:
        criteria = criteria_of(root / posting)
        for gold in resumes_of(root / posting):
            judge = ModelJudge(answering(gold, criteria))
            for cell in justify(gold.view, gold.document, criteria, judge).justifications:
                truth = dict(gold.truth["verdicts"].get(cell.criterion, {}))
                truth["years"] = gold.truth.get("years", {}).get(cell.criterion)
                out.append((posting, cell, truth, gold.document.text))
    return out


def test_every_verdict_is_the_one_that_the_reader_gave(cells):
    judged = [(cell, truth) for _, cell, truth, _ in cells if "verdict" in truth]
    wrong = [cell for cell, truth in judged if SAID[cell.verdict] != TRUTH_WORDS[truth["verdict"]]]
    assert len(judged) == 846
    assert wrong == []


def fold(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_every_quote_is_verbatim_and_stands_in_the_evidence_of_the_truth(cells):
    """Cells that code decides from stated facts (residence, permission to work) may quote another line."""
    for _, cell, truth, text in cells:
        assert all(text[quote.start : quote.end] == quote.text for quote in cell.evidence)
        by_code = any(check.name == "stated facts" for check in cell.checks)
        if cell.verdict in ("met", "partial") and truth.get("evidence") and not by_code:
            lines = [fold(line) for line in truth["evidence"]]
            quotes = [fold(quote.text) for quote in cell.evidence]
            assert any(quote in line or line in quote for quote in quotes for line in lines)


def test_years_are_within_half_a_year_of_the_truth_in_97_of_100_cells(cells):
    stated = [(cell, truth["years"]) for _, cell, truth, _ in cells if truth["years"] is not None]
    near = [cell for cell, years in stated if cell.years is not None and abs(cell.years - years) <= 0.5]
    assert len(stated) >= 50
    assert len(near) >= 0.97 * len(stated)
