"""A real local model end to end, for plumbing and not for quality: opt-in, `-m local_llm`, with MATCHER_TEST_ENDPOINT.

Start any OpenAI-compatible server first (docs/local-model.md shows one) and name its address and model:
``MATCHER_TEST_ENDPOINT=http://127.0.0.1:8811/v1 MATCHER_TEST_MODEL=name pytest -m local_llm``.
Asserted are structure, quotes and failure handling, never verdicts.
"""

import json
import os
from html import unescape
from pathlib import Path

import pytest

from matcher.cli import run

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
ENDPOINT, MODEL = os.environ.get("MATCHER_TEST_ENDPOINT"), os.environ.get("MATCHER_TEST_MODEL", "local")
pytestmark = [pytest.mark.local_llm, pytest.mark.timeout(3600)]


def test_a_real_model_gives_cells_with_quotes_or_cells_that_say_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ENDPOINT, "name a running server in MATCHER_TEST_ENDPOINT"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_BASE_URL", ENDPOINT)
    monkeypatch.setenv("OPENAI_API_KEY", "local")
    monkeypatch.setenv("MATCHER_EMBEDDER", "hash")
    monkeypatch.setenv("MATCHER_DEADLINE", "1500")
    monkeypatch.setenv("MATCHER_CONCURRENCY", "1")
    (tmp_path / "few").mkdir()
    text = (EXAMPLES / "resumes/ekstrom.html").read_text("utf-8")
    (tmp_path / "few/ekstrom.html").write_text(text, "utf-8")
    page = unescape(text)
    arguments = ["run", str(EXAMPLES / "posting.html"), "few", "--llm", MODEL, "--quiet"]
    assert run([*arguments, "--out", "one"]) in (0, 3)
    made = json.loads((tmp_path / "one/shortlist.json").read_text("utf-8"))
    cells = [cell for person in made["candidates"] for cell in person["justifications"]]
    assert len(cells) == len(made["posting"]["criteria"])
    for cell in cells:
        if cell["status"] != "done":
            assert cell["reason"]
            assert cell["why_not_assessed"] not in ("call_failed", "pending"), "the server did not answer in time"
        elif cell["verdict"] in ("met", "partial"):
            lines = [
                line.removeprefix("• ") for quote in cell["evidence"] for line in quote["quote"].splitlines() if line
            ]
            assert lines and all(line in page for line in lines)
    assert run([*arguments, "--out", "two"]) in (0, 3)
    assert (tmp_path / "one/shortlist.json").read_bytes() == (tmp_path / "two/shortlist.json").read_bytes()
