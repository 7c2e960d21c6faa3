"""Where a model judges, the offline reader orders whom it reads first, so that a budget is spent on the likeliest."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fakes_llm import answer

from matcher import llm
from matcher.config import Settings
from matcher.justify.adversaries import asked_ids
from matcher.models import BlindView, Cell, Criteria
from matcher.pipeline import judges, matching, run
from matcher.pipeline.session import session

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
FEW = ("vance_resume_2026.txt", "haugen-ingrid.html", "ekstrom.html")


class Scout:
    """Finds everything in one candidate and nothing in the others."""

    name = note = "scout"

    def __init__(self, favourite: str) -> None:
        self.favourite = favourite

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        seen = "partial" if any(self.favourite in line.text for line in view.lines) else "not_shown"
        lines = (view.lines[0].id,) if seen == "partial" else ()
        return tuple(Cell(criterion=c.id, verdict=seen, lines=lines) for c in criteria.criteria)


@pytest.mark.parametrize("favourite", ["Norrland Valves", "Corner Electronics", "Vannkraft"])
def test_whom_the_offline_reader_finds_most_in_is_asked_about_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, favourite: str
) -> None:
    asked: list[str] = []

    def reader(request: Any) -> dict[str, Any]:
        asked.append(request.user)
        return {"answers": [answer(name, "not_shown", []) for name in asked_ids(request)]}

    monkeypatch.setattr(judges, "offline", lambda session, ranking: Scout(favourite))
    settings = Settings(workspace=tmp_path / "w", embedder="hash", llm="m", as_of=date(2026, 11, 1), concurrency=1)
    posting = EXAMPLES / "posting.html"
    with session(settings) as opened:
        gateway = llm.Gateway(llm.FunctionLLM(reader), llm.MemoryStore())
        files = [EXAMPLES / "resumes" / name for name in FEW]
        made = run.run_in(opened, matching.read_job(posting), posting, files, tmp_path / "out", gateway)
    assert len(asked) == len(FEW)
    assert favourite in asked[0]
    assert not any(favourite in text for text in asked[1:])
    assert dict(made.shortlist.counts)["candidates"] == len(FEW)
