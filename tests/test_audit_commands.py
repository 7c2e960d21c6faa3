"""The audit commands over a small workspace: verify, prove, replay, impact, explain, card, erase, retention."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from matcher import cli
from matcher.audit.explain import reading_grade
from matcher.audit.retention import add_months, default_policy, load_policy, plan, warnings, write_policy
from matcher.audit.verify import events
from matcher.config import Settings
from matcher.errors import ConfigError, InputError, LogError
from matcher.pipeline import auditing, keeping, swapping
from matcher.pipeline.run import run

POSTING = """Warehouse shift manager

Responsibilities
- Lead a shift of warehouse staff and plan their work
- Keep stock records accurate through regular counts

Requirements
- At least 3 years of experience supervising warehouse work
- Forklift licence
"""
PEOPLE = {
    "ines.txt": "Ines Okoro\nines@example.org\n\nEXPERIENCE\nShift manager, Brightmoor Foods, Jan 2018 – Dec 2023\n"
    "- Ran the night shift, 22 people, and made the rota.\n"
    "- Counted part of the stock every week.\n\n"
    "LICENCES\nForklift licence\n",
    "pavel.txt": "Pavel Dorn\npavel@example.org\n\nEXPERIENCE\n"
    "Warehouse worker, Saltmarsh Logistics, Mar 2016 – Oct 2024\n"
    "- Loaded lorries and unloaded them.\n- Stood in for the shift lead one week in ten.\n",
    "lena.txt": "Lena Abara\nlena@example.org\n\nEXPERIENCE\nNurse, Eastgate Clinic, May 2019 – Sep 2024\n"
    "- Gave flu vaccines and kept the fridge cold.\n- Wrote up each visit.\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one run of three people, and the delivered files."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / "cv").mkdir()
    (folder / "posting.txt").write_text(POSTING, "utf-8")
    for name, text in PEOPLE.items():
        (folder / "cv" / name).write_text(text, "utf-8")
    run(_settings(folder), folder / "posting.txt", [folder / "cv"], folder / "out")
    return folder


def _settings(folder: Path) -> Settings:
    return Settings(workspace=folder / "ws", embedder="hash", as_of=date(2026, 11, 1), quiet=True)


def _command(folder: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("MATCHER_EMBEDDER", "hash")
    monkeypatch.setenv("MATCHER_AS_OF", "2026-11-01")
    return cli.run([*arguments, "--workspace", str(folder / "ws")])


def test_a_run_leaves_a_log_that_verifies_against_the_checkpoint_that_left_the_machine(made: Path) -> None:
    sealed = auditing.checkpoint(_settings(made), made / "kept" / "checkpoint.note")
    result = auditing.verify(_settings(made), [made / "kept" / "checkpoint.note"])
    assert (result.ok, result.size, result.outside_checkpoints) == (True, sealed.size, 1)
    kinds = {event.said["kind"] for event in events(made / "ws" / "audit")}
    assert {"run_started", "document_ingested", "ranked", "verdict", "shortlist", "checkpoint"} <= kinds


def test_nothing_personal_of_a_whole_run_stands_in_the_log(made: Path) -> None:
    written = (made / "ws" / "audit" / "log.jsonl").read_text("utf-8")
    for word in ("Ines", "Okoro", "ines", "Brightmoor", "pavel", "night shift", "cand:"):
        assert word not in written


def test_a_changed_log_is_named_by_the_command_with_the_exit_code_of_damage(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ws" / "audit").mkdir(parents=True)
    data = (made / "ws" / "audit" / "log.jsonl").read_bytes()
    (tmp_path / "ws" / "audit" / "log.jsonl").write_bytes(data.replace(b'"kind":"ranked"', b'"kind":"rankex"', 1))
    place = next(event.seq for event in events(made / "ws" / "audit") if event.said["kind"] == "ranked")
    assert _command(tmp_path, "audit", "verify", monkeypatch=monkeypatch) == LogError.exit_code
    assert f"Record {place} was changed" in capsys.readouterr().out


def test_a_replay_gives_the_same_bytes_and_judges_nothing_anew(made: Path) -> None:
    before = [event.said["kind"] for event in events(made / "ws" / "audit")]
    result = auditing.replay(_settings(made))
    assert result.same
    after = [event.said["kind"] for event in events(made / "ws" / "audit")]
    assert after == [*before, "replayed"]


def test_a_proof_of_a_run_is_accepted_by_the_script_beside_it(made: Path) -> None:
    proof, script = auditing.prove(_settings(made), "ines.txt", made / "proof")
    done = subprocess.run([sys.executable, "-I", script, proof], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    opened = [text["text"] for record in json.loads(proof.read_text("utf-8"))["records"] for text in record["texts"]]
    assert opened


def test_the_page_for_a_person_says_everything_and_nothing_about_others(made: Path) -> None:
    page = auditing.explain(_settings(made), "ines.txt", contact="jobs@example.org")
    for needed in ("What was read", "What was not read", "Forklift licence", "not shown", "decided", "jobs@example.org",
                   "How to correct", "Regulation (EU) 2024/1689"):  # fmt: skip
        assert needed in page
    for other in ("Pavel", "pavel", "Lena", "Saltmarsh", "rank 1", "place 1"):
        assert other not in page


def test_the_page_for_a_person_is_plain_enough(made: Path) -> None:
    page = auditing.explain(_settings(made), "ines.txt").split("## Rules about")[0]
    own = [line for line in page.splitlines() if not line.startswith((">", "Who read"))]
    assert reading_grade("\n".join(own)) <= 10


def test_nobody_is_explained_who_is_not_in_the_run(made: Path) -> None:
    with pytest.raises(InputError, match="is not in run"):
        auditing.explain(_settings(made), "cand:0000000000000000")


def test_no_section_of_the_model_card_is_empty(made: Path) -> None:
    sections = auditing.card(_settings(made)).split("\n## ")[1:]
    assert len(sections) == 11
    assert all(len(section.partition("\n")[2].strip()) > 10 for section in sections)


def test_impact_without_data_computes_nothing_and_says_so(made: Path) -> None:
    report = auditing.impact(_settings(made), None)
    assert report.tables == ()
    assert "no self-reported data" in report.not_computed[0]


def test_impact_joins_by_id_counts_the_unknown_and_never_says_compliant(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shortlist = json.loads((made / "out" / "shortlist.json").read_text("utf-8"))
    ids = [entry["id"] for entry in shortlist["candidates"]]
    rows = [
        f"{ids[0]},Female,A,52,x",
        f"{ids[1]},Male,prefer not to say,28,=cmd()",
        "cand:ffffffffffffffff,Male,A,30,y",
    ]
    (tmp_path / "d.csv").write_text("\n".join(["candidate,sex,race,age,team", *rows]), "utf-8")
    report = auditing.impact(_settings(made), tmp_path / "d.csv", lengths=[1])
    attributes = {table.attribute for table in report.tables}
    assert attributes == {"sex", "race/ethnicity", "age 40 and over", "team", "sex × race/ethnicity"}
    by_race = next(table for table in report.tables if table.attribute == "race/ethnicity")
    assert by_race.unknown_total == 2
    assert len(report.warnings) == 2
    assert _command(made, "audit", "impact", "--demographics", str(tmp_path / "d.csv"), monkeypatch=monkeypatch) == 0
    printed = capsys.readouterr().out.lower()
    assert "numbers withheld" in printed
    assert "29 cfr 1607.4(d)" in printed
    for word in ("compliant", "bias-free", "passed", "the law requires"):
        assert word not in printed
    assert b"Female" not in b"".join(path.read_bytes() for path in (made / "ws").rglob("*") if path.is_file())


@pytest.mark.parametrize("text", ["", "name,sex\nx,F", "candidate\nx", "candidate,sex\nx,F\nx,M", "\xff\xfe\x00"])
def test_a_demographics_file_that_cannot_be_used_is_refused(made: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "d.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="demographics file"):
        auditing.impact(_settings(made), tmp_path / "d.csv")


def test_a_name_that_is_swapped_moves_nothing_in_the_real_stages(made: Path) -> None:
    reports = swapping.swaps(_settings(made), made / "posting.txt", [made / "cv"], ["name", "affinity"], cut=1)
    assert reports[0].nothing_moved
    assert reports[0].effect.changes == 72
    assert reports[1].control is not None


def test_remembering_stages_changes_no_result(made: Path) -> None:
    from index import HashEmbedder
    from matcher.pipeline import matching

    job = matching.read_job(made / "posting.txt")
    embedder = HashEmbedder()
    results = []
    for remember in (True, False):
        judge_of = swapping.offline_judge(embedder)
        with swapping.PoolAssessor(
            job.criteria, job.text, embedder, judge_of, date(2026, 11, 1), remember=remember
        ) as assess:
            people = {name: swapping.Paper(text) for name, text in PEOPLE.items()}
            results.append([assess(people), assess({**people, "ines.txt": people["lena.txt"]}), assess(people)])
    assert results[0] == results[1]


def test_an_unknown_swap_is_refused(made: Path) -> None:
    with pytest.raises(InputError, match="no swap test"):
        swapping.swaps(_settings(made), made / "posting.txt", [made / "cv"], ["shoe size"])


def test_the_style_pairs_hold_the_same_numbers_in_both_wordings() -> None:
    import re

    from matcher.audit.style import roles

    for role in roles():
        for plain, polished in role.polished.items():
            assert re.findall(r"\d+", plain) == re.findall(r"\d+", polished)


def test_erase_hold_and_allow_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cv").mkdir()
    (tmp_path / "posting.txt").write_text(POSTING, "utf-8")
    for name in ("ines.txt", "lena.txt"):
        (tmp_path / "cv" / name).write_text(PEOPLE[name], "utf-8")
    run(_settings(tmp_path), tmp_path / "posting.txt", [tmp_path / "cv"], tmp_path / "out")

    def command(*arguments: str) -> int:
        return _command(tmp_path, *arguments, monkeypatch=monkeypatch)

    assert command("erase", "ines.txt", "--yes") == 2
    assert command("retention", "hold", "ines.txt", "--by", "Ada", "--reason", "case 12") == 0
    assert command("erase", "ines.txt", "--by", "Ada", "--yes") == 2
    assert command("retention", "hold", "ines.txt", "--by", "Ada", "--lift") == 0
    assert command("erase", "ines.txt", "--by", "Ada", "--yes") == 0
    held = b"".join(path.read_bytes() for path in (tmp_path / "ws").rglob("*") if path.is_file())
    assert b"Okoro" not in held
    assert b"ines@" not in held
    assert list((tmp_path / "out").iterdir()) == []
    again = run(_settings(tmp_path), tmp_path / "posting.txt", [tmp_path / "cv"], tmp_path / "out")
    assert [row.status for row in again.shortlist.files] == ["unreadable", "read"]
    assert command("erase", "--allow", str(tmp_path / "cv" / "ines.txt"), "--by", "Ada") == 0
    again = run(_settings(tmp_path), tmp_path / "posting.txt", [tmp_path / "cv"], tmp_path / "out")
    assert [row.status for row in again.shortlist.files] == ["read", "read"]
    assert command("audit", "verify") == 0


def test_retention_counts_calendar_months() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 11, 25), 48) == date(2030, 11, 25)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)


def test_the_default_policy_is_the_longest_minimum_of_the_places() -> None:
    assert default_policy().candidates == 48
    assert default_policy(("Colorado",)).candidates == 36
    assert default_policy(("European Union",)).log == 6
    assert default_policy().impact_reports == 6


def test_what_is_due_and_what_a_hold_keeps() -> None:
    made = [("candidates", "a", date(2022, 11, 24)), ("candidates", "b", date(2022, 11, 24)),
            ("candidates", "c", date(2022, 11, 26)), ("log", "log", date(2022, 1, 1))]  # fmt: skip
    rows = plan(default_policy(), made, ["b"], date(2026, 11, 25))
    assert {(row.key, row.due, row.on_hold) for row in rows} == {
        ("log", True, False), ("a", True, False), ("b", False, True), ("c", False, False)
    }  # fmt: skip
    assert all(not row.due for row in plan(default_policy(), made, ["all"], date(2026, 11, 25)))


def test_the_policy_file_is_edited_by_people_and_a_shorter_period_is_pointed_out(tmp_path: Path) -> None:
    path = write_policy(tmp_path, default_policy())
    assert "Regulation (EU) 2024/1689" in path.read_text("utf-8")
    assert load_policy(tmp_path) == default_policy()
    path.write_text(path.read_text("utf-8").replace("candidates = 48", "candidates = 12"), "utf-8")
    shorter = load_policy(tmp_path)
    assert shorter.candidates == 12
    assert [warning.split(":")[0] for warning in warnings(shorter)] == ["candidates", "candidates"]
    path.write_text("candidates = 'soon'", "utf-8")
    with pytest.raises(ConfigError, match="candidates"):
        load_policy(tmp_path)


def test_purging_erases_those_whose_time_is_over_and_logs_it(tmp_path: Path) -> None:
    (tmp_path / "cv").mkdir()
    (tmp_path / "posting.txt").write_text(POSTING, "utf-8")
    for name in ("ines.txt", "lena.txt"):
        (tmp_path / "cv" / name).write_text(PEOPLE[name], "utf-8")
    settings = _settings(tmp_path)
    run(settings, tmp_path / "posting.txt", [tmp_path / "cv"], tmp_path / "out")
    keeping.hold(settings, "lena.txt", "case 12", "Ada")
    assert keeping.purge(settings, "Ada", date(2027, 1, 1)) == ()
    assert len(keeping.purge(settings, "Ada", date(2040, 1, 1))) == 1
    _, rows, _ = keeping.plan(settings, date(2040, 1, 1))
    assert [row.on_hold for row in rows if row.subject == "candidates"] == [True]
    assert [event.said["kind"] for event in events(tmp_path / "ws" / "audit")].count("purged") == 2
    assert auditing.verify(settings).ok
