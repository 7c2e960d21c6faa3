"""The command line as a person uses it: results, exit codes, one clear sentence when something is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import validate

from matcher.cli import app, run
from matcher.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
POSTING = str(EXAMPLES / "posting.html")
RESUMES = str(EXAMPLES / "resumes")
FEW = ("vance_resume_2026.txt", "haugen-ingrid.html", "Moreau_Luc.txt", "ekstrom.html")
SCHEMA = json.loads((ROOT / "docs/schema/shortlist.schema.json").read_text("utf-8"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the embedder that needs no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATCHER_EMBEDDER", "hash")
    (tmp_path / "few").mkdir()
    for name in FEW:
        (tmp_path / "few" / name).write_bytes((EXAMPLES / "resumes" / name).read_bytes())
    return tmp_path


def shortlist(folder: Path) -> dict:
    made = json.loads((folder / "shortlist.json").read_text("utf-8"))
    validate(made, SCHEMA)
    return made


def test_one_command_goes_from_files_to_a_shortlist_and_says_what_was_not_read(here: Path, capsys) -> None:
    assert run(["run", POSTING, RESUMES, "--out", "out"]) == 3
    said = capsys.readouterr().out
    assert "application_317.pdf (damaged)" in said
    assert said.strip().splitlines()[-1] == f"Report: {Path('out') / 'shortlist.html'}"
    made = shortlist(here / "out")
    assert len(made["files"]) == len(list((EXAMPLES / "resumes").iterdir()))
    for name in ("shortlist.html", "summary.html", "shortlist.xlsx", "shortlist.csv"):
        assert (here / "out" / name).stat().st_size > 1000


def test_promise_5_every_file_ends_in_exactly_one_row_and_the_counts_add_up(here: Path) -> None:
    run(["run", POSTING, RESUMES, "--out", "out", "--quiet"])
    made = shortlist(here / "out")
    names = [row["file"] for row in made["files"]]
    assert len(names) == len(set(names))
    counts = made["counts"]
    assert counts["files"] == counts["read"] + counts["duplicate"] + counts["unreadable"]
    assert counts["candidates"] == len(made["candidates"]) == counts["read"]
    assert {row["file"].rsplit("/", 1)[-1]: row["status"] for row in made["files"]}["lindholm_marta.pdf"] == "duplicate"


def test_promise_7_the_same_command_twice_gives_the_same_bytes(here: Path) -> None:
    run(["run", POSTING, "few", "--out", "one", "--quiet"])
    run(["run", POSTING, "few", "--out", "two", "--quiet"])
    for path in sorted((here / "one").iterdir()):
        assert path.read_bytes() == (here / "two" / path.name).read_bytes(), path.name


def test_a_fresh_workspace_gives_the_same_bytes_too(here: Path) -> None:
    run(["run", POSTING, "few", "--out", "one", "--quiet", "--as-of", "2026-11-01"])
    run(["run", POSTING, "few", "--out", "two", "--quiet", "--as-of", "2026-11-01", "--workspace", "other"])
    for path in sorted((here / "one").iterdir()):
        assert path.read_bytes() == (here / "two" / path.name).read_bytes(), path.name


def test_the_offline_reader_reads_alike_whatever_the_index_is_made_with(here: Path, monkeypatch) -> None:
    run(["run", POSTING, "few", "--workspace", "hash", "--out", "one", "--quiet"])
    monkeypatch.setenv("MATCHER_EMBEDDER", "minilm")
    run(["run", POSTING, "few", "--workspace", "real", "--out", "two", "--quiet"])
    one, two = (
        {
            (c["file"], j["criterion"]): j["verdict"]
            for c in shortlist(here / out)["candidates"]
            for j in c["justifications"]
        }
        for out in ("one", "two")
    )
    assert one == two


def test_the_as_of_day_of_a_posting_is_pinned_by_its_first_run(here: Path) -> None:
    run(["run", POSTING, "few", "--out", "one", "--quiet", "--as-of", "2025-05-01"])
    run(["run", POSTING, "few", "--out", "two", "--quiet"])
    assert shortlist(here / "two")["run"]["as_of"] == "2025-05-01"


def test_the_stages_one_by_one_lead_to_the_same_candidates(here: Path, capsys) -> None:
    assert run(["add", "few"]) == 0
    assert run(["criteria", POSTING, "--out", "criteria.toml"]) == 0
    assert run(["rank", "criteria.toml", "--json", "--quiet"]) == 0
    ranked = json.loads(capsys.readouterr().out.split("then run with it.\n", 1)[1])
    assert run(["justify", "criteria.toml", "--out", "out", "--quiet"]) in (0, 3)
    assert {c["id"] for c in ranked["candidates"]} == {c["id"] for c in shortlist(here / "out")["candidates"]}


def test_a_ranking_shows_stated_facts_beside_the_fit_and_the_margin_to_the_cut(here: Path, capsys) -> None:
    run(["add", "few", "--quiet"])
    capsys.readouterr()
    assert run(["rank", POSTING, "--quiet", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["candidates"]
    assert len(rows) == len(FEW)
    assert rows[0]["margin"] >= rows[-1]["margin"] == 0
    assert any(row["facts"]["location"] and row["facts"]["years"] for row in rows)
    assert run(["rank", POSTING]) == 0
    shown = capsys.readouterr().out
    assert "Years" in shown and "Degree" in shown and "master" in shown


def test_criteria_are_approved_by_a_named_person_which_is_an_event(here: Path) -> None:
    assert run(["criteria", POSTING, "--out", "criteria.toml", "--approve", "Ada Brandt"]) == 0
    assert 'approved_by = "Ada Brandt"' in (here / "criteria.toml").read_text("utf-8")
    log = (here / ".matcher/audit/log.jsonl").read_text("utf-8")
    assert "criteria_approved" in log and "Ada Brandt" not in log


def test_more_files_tomorrow_leave_what_was_read_alone(here: Path, capsys) -> None:
    folder = here / "pile"
    folder.mkdir()
    (folder / "a.txt").write_bytes((EXAMPLES / "resumes/vance_resume_2026.txt").read_bytes())
    assert run(["add", "pile", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["added"] == 1
    (folder / "b.html").write_bytes((EXAMPLES / "resumes/haugen-ingrid.html").read_bytes())
    assert run(["add", "pile", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["added"] == 1


MISTAKES = {
    "missing posting": (["run", "nowhere.html", "few"], 2, "There is no nowhere.html"),
    "missing résumé": (["run", POSTING, "nowhere"], 2, "There is no nowhere"),
    "empty folder": (["run", POSTING, "empty"], 2, "There is no file under empty"),
    "no requirements": (["run", "note.txt", "few"], 2, "no responsibility and no qualification"),
    "not a posting": (["run", "noise.bin", "few"], 2, "noise.bin"),
    "bad criteria": (["run", "bad.toml", "few"], 2, "bad.toml"),
    "empty workspace": (["rank", POSTING], 2, "holds no résumé yet"),
    "no workspace": (["info", "--workspace", "nowhere"], 4, "There is no workspace at nowhere"),
    "no key": (["run", POSTING, "few", "--llm", "some-model"], 2, "OPENAI_API_KEY"),
    "bad setting": (["run", POSTING, "few", "--top", "0"], 2, "top"),
    "unknown embedder": (["run", POSTING, "few", "--workspace", "w"], 2, "embedder"),
    "unknown option": (["run", "--colour", "red"], 2, ""),
    "unknown engine": (["add", "few", "--engine", "horse"], 2, "no engine horse"),
    "nobody by that id": (["rank", "--like", "cand:0"], 2, ""),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_sentence_and_its_exit_code(here: Path, capsys, monkeypatch, mistake: str) -> None:
    arguments, code, sentence = MISTAKES[mistake]
    (here / "empty").mkdir()
    (here / "note.txt").write_text("Dear all, lunch is at noon.")
    (here / "noise.bin").write_bytes(bytes(range(256)) * 20)
    (here / "bad.toml").write_text("criterion = 3")
    if mistake == "unknown embedder":
        monkeypatch.setenv("MATCHER_EMBEDDER", "nonsense")
    assert run(arguments) == code
    said = capsys.readouterr().err
    assert sentence in said and "Traceback" not in said


def test_a_workspace_in_use_is_left_alone_with_exit_code_5(here: Path, capsys) -> None:
    with Workspace.open(here / ".matcher", "write"):
        assert run(["add", "few"]) == 5
    assert "Another process is writing" in capsys.readouterr().err


def test_a_damaged_workspace_is_left_alone_with_exit_code_4(here: Path, capsys) -> None:
    (here / ".matcher").mkdir()
    (here / ".matcher/matcher.db").write_bytes(b"rubbish" * 500)
    assert run(["add", "few"]) == 4
    assert "cannot be used" in capsys.readouterr().err
    assert (here / ".matcher/matcher.db").read_bytes() == b"rubbish" * 500


def test_weights_with_another_hash_are_refused_with_exit_code_4(here: Path, capsys, monkeypatch) -> None:
    import index.minilm

    (here / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setenv("MATCHER_EMBEDDER", "minilm")
    monkeypatch.setattr(index.minilm, "folder", lambda: here)
    assert run(["run", POSTING, "few"]) == 4
    assert "SHA-256" in capsys.readouterr().err


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom matcher.cli import run\nrun(['--help'])\n"
        "heavy = {'torch', 'sentence_transformers', 'faiss', 'openai', 'onnxruntime', 'numpy', 'ray', 'lxml',"
        " 'pypdfium2', 'openpyxl', 'starlette', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_every_command_is_documented_and_has_a_sentence() -> None:
    described = (ROOT / "docs/help.md").read_text("utf-8")
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert f"## matcher {name}" in described
        assert command.callback is not None and (command.callback.__doc__ or "").strip()


def test_doctor_finds_a_sound_installation(here: Path, capsys) -> None:
    assert run(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "packages" in said and "come from different places" not in said


def test_prompt_shows_exactly_what_a_model_would_be_asked(here: Path, capsys) -> None:
    assert run(["prompt", "--posting", POSTING, "--resume", f"{RESUMES}/lindholm_marta.pdf"]) == 0
    said = capsys.readouterr().out
    assert "Order intake grew from EUR 21 million" in said
    for private in ("Lindholm", "Marta", "marta.lindholm@example.com", "+46 31"):
        assert private not in said


def test_the_demonstration_answers_every_cell_from_kept_replies(here: Path, capsys) -> None:
    assert run(["demo", "--out", "out"]) == 3
    made = shortlist(here / "out")
    assert made["counts"]["cells_not_assessed"] == 0
    assert made["run"]["judge"] == "model:kept-replies"
    first = next(c for c in made["candidates"] if c["rank"] == 1)
    assert first["file"].rsplit("/", 1)[-1].startswith("lindholm")
