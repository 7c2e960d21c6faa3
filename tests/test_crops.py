"""Pictures of quotes in the report: drawn from the file that was read, kept, and left out when it is another."""

from pathlib import Path

import pytest

from matcher.cli import run
from matcher.workspace import Workspace

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATCHER_EMBEDDER", "hash")
    (tmp_path / "few").mkdir()
    (tmp_path / "few/a.pdf").write_bytes((EXAMPLES / "resumes/lindholm_marta.pdf").read_bytes())
    return tmp_path


def pictures(folder: Path) -> int:
    return (folder / "shortlist.html").read_text("utf-8").count("data:image/png")


def test_the_report_shows_quotes_of_a_pdf_on_their_page_and_a_rerun_the_same_bytes(here: Path) -> None:
    posting = str(EXAMPLES / "posting.html")
    run(["run", posting, "few", "--out", "one", "--quiet"])
    run(["run", posting, "few", "--out", "two", "--quiet"])
    assert pictures(here / "one") > 0
    assert (here / "one/shortlist.html").read_bytes() == (here / "two/shortlist.html").read_bytes()


def test_the_blind_copy_shows_no_page(here: Path) -> None:
    run(["run", str(EXAMPLES / "posting.html"), "few", "--out", "one", "--quiet"])
    assert run(["shortlist", "--out", "blind", "--blind", "--quiet"]) == 0
    assert pictures(here / "blind") == 0


def test_a_file_that_was_changed_since_is_not_drawn(here: Path) -> None:
    run(["run", str(EXAMPLES / "posting.html"), "few", "--out", "one", "--quiet"])
    with Workspace.open(here / ".matcher", "write") as opened, opened.transaction() as db:
        db.execute("DELETE FROM reply WHERE key LIKE 'crop:%'")
    (here / "few/a.pdf").write_bytes((EXAMPLES / "resumes/poole.pdf").read_bytes())
    assert run(["shortlist", "--out", "again", "--quiet"]) == 0
    assert pictures(here / "again") == 0
