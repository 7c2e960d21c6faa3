"""From a stored run to the desk, a comparison and a hand-over pack."""

import json
from datetime import date
from pathlib import Path

import fakes_report
import jsonschema
import pytest

from matcher import cli, report
from matcher.canonical import sha256_hex
from matcher.config import Settings
from matcher.errors import ConfigError, InputError
from matcher.models import Resume, Shortlist, Span, StoredRun
from matcher.pipeline import auditing, demo, reviewing
from matcher.pipeline.run import run
from matcher.pipeline.session import session
from matcher.review.acts import Request, Reviewer

RITA = Reviewer("Rita")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A workspace with one stored run: six people, four of them read, originals on disk."""
    made = Settings(workspace=tmp_path / "ws", embedder="hash", quiet=True)
    texts = {}
    for document in fakes_report.documents(6).values():
        path = tmp_path / "files" / Path(document.name).name
        path.parent.mkdir(exist_ok=True)
        path.write_text(document.text, "utf-8", newline="")
        texts[fakes_report.candidate(document)] = document.model_copy(update={"name": str(path)})
    pool = fakes_report.pool(texts, judged=4)
    with session(made, "write") as opened:
        for candidate, document in texts.items():
            resume = Resume(candidate=candidate, document=document.id, language="en", identity=(), sections=(),
                            positions=(), education=(), lines=(Span(start=0, end=len(document.text)),))  # fmt: skip
            sha256 = sha256_hex(document.text.encode())
            opened.workspace.put_document(document, resume, sha256, sha256, document.name)
        for row in pool.files:
            opened.workspace.put_file(row)
        stored = StoredRun(
            run=pool.run, criteria=pool.criteria, posting_text="Posting", ranking=pool.ranking,
            assessments=tuple(pool.assessments.values()),
            views=tuple(fakes_report.view(texts[c]) for c in pool.assessments), files=tuple(pool.files),
            facts=tuple(pool.facts.items()), findings=tuple(pool.findings.items()),
        )  # fmt: skip
        opened.workspace.put("run", stored.run.id, stored)
        opened.workspace.set_meta("last_run", stored.run.id)
    return made


def test_a_review_is_kept_in_the_workspace_and_the_log_and_signing_hands_over(
    settings: Settings, tmp_path: Path
) -> None:
    with session(settings, "read") as opened:
        stored = reviewing.stored_run(opened)
        room = reviewing.room(opened, stored, reviewing.DeskOptions(out=tmp_path / "out", blind_share=0.0), "csrf")
        before = opened.log.size
        room.desk.begin(RITA)
        for key in room.desk.plan(RITA).cells[:5]:
            room.desk.act(RITA, Request("agree", key.candidate, key.criterion))
        room.desk.act(RITA, Request("sign", ""))
        assert room.on_sign is not None
        room.on_sign()
        signed = room.desk.shortlist()
        assert opened.log.size >= before + 1 + 5 + 1 + 1
        assert opened.workspace.get("shortlist", f"{stored.run.id}/v1", Shortlist) == signed
    assert signed.sealed_by == "Rita"
    assert (tmp_path / "out" / "shortlist.json").read_bytes() == report.render_json(signed)


def test_the_review_replayed_from_the_workspace_gives_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    with session(settings, "read") as opened:
        room = reviewing.room(opened, reviewing.stored_run(opened), reviewing.DeskOptions(blind_share=0.0), "csrf")
        for key in room.desk.plan(RITA).cells[:8]:
            if room.desk.machine(key).verdict == "met":
                room.desk.act(
                    RITA, Request("verdict", key.candidate, key.criterion, "partial", "too_generous", "A part.")
                )
            else:
                room.desk.act(RITA, Request("agree", key.candidate, key.criterion))
        first = report.render_json(room.desk.shortlist())
    made, paths = reviewing.hand_over(settings, tmp_path / "out")
    assert report.render_json(made) == first == paths["shortlist.json"].read_bytes()


def test_the_pack_is_valid_and_the_blind_copy_names_nobody(settings: Settings, tmp_path: Path) -> None:
    _, paths = reviewing.hand_over(settings, tmp_path / "out")
    schema = json.loads((Path(__file__).parents[1] / "docs/schema/shortlist.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(paths["shortlist.json"].read_bytes()))
    assert {"shortlist.html", "summary.html", "shortlist.xlsx", "shortlist.csv"} <= set(paths)
    _, blind = reviewing.hand_over(settings, tmp_path / "blind", blind=True)
    for path in blind.values():
        content = path.read_bytes().decode("utf-8", "replace")
        assert not [name for name in fakes_report.NAMES if name in content], path.name


def test_what_was_handed_over_is_in_the_log_and_known_to_erasure(settings: Settings, tmp_path: Path) -> None:
    reviewing.hand_over(settings, tmp_path / "out")
    log = (settings.workspace / "audit" / "log.jsonl").read_text("utf-8")
    assert '"kind":"export"' in log and str(tmp_path) not in log
    with session(settings, "read") as opened:
        path = (tmp_path / "out" / "shortlist.json").resolve()
        assert opened.workspace.meta(f"export:{path}") == sha256_hex(path.read_bytes())


def test_every_file_of_the_pack_can_be_saved_from_the_desk(settings: Settings) -> None:
    with session(settings, "read") as opened:
        stored = reviewing.stored_run(opened)
        shortlist = reviewing.shortlist_now(opened, stored)
        for name in (
            "shortlist.html",
            "blind.html",
            "summary.html",
            "shortlist.xlsx",
            "shortlist.csv",
            "shortlist.json",
        ):
            assert reviewing.pack_file(opened, stored, shortlist, name, "Rita")
        with pytest.raises(KeyError):
            reviewing.pack_file(opened, stored, shortlist, "secret.key", "Rita")


def test_an_original_is_given_only_while_it_is_still_the_same(settings: Settings, tmp_path: Path) -> None:
    with session(settings, "read") as opened:
        case = reviewing.case(opened, reviewing.stored_run(opened))
        candidate = next(iter(case.pool.assessments))
        assert case.original(candidate) == case.document(candidate).text.encode()
        path = Path(case.document(candidate).name)
        path.write_text("something else", "utf-8")
        assert case.original(candidate) is None
        path.unlink()
        assert case.original(candidate) is None
        assert case.picture(b"text", case.document(candidate), 0, 5) is None


def test_people_below_the_cut_have_a_masked_text_too(settings: Settings) -> None:
    with session(settings, "read") as opened:
        case = reviewing.case(opened, reviewing.stored_run(opened))
        below = next(
            row.candidate for row in case.pool.files if row.candidate and row.candidate not in case.pool.assessments
        )
        assert case.view(below).candidate == below


def test_the_desk_ends_with_the_list_as_it_stands_and_needs_a_run(settings: Settings, tmp_path: Path) -> None:
    links: list[str] = []

    def stop(link: str) -> None:
        links.append(link)
        raise KeyboardInterrupt

    assert reviewing.review(settings, announce=stop).version == 1
    assert links[0].startswith("http://127.0.0.1:") and "/login?t=" in links[0]
    with pytest.raises(InputError, match="no such run"):
        reviewing.review(settings, "run:unknown", announce=stop)
    with pytest.raises(ConfigError, match="this machine only"):
        reviewing.review(settings, options=reviewing.DeskOptions(host="0.0.0.0"), announce=stop)
    empty = settings.model_copy(update={"workspace": tmp_path / "empty"})
    with session(empty, "write"):
        pass
    with pytest.raises(InputError, match="matcher run"):
        reviewing.hand_over(empty, tmp_path / "out")


def test_the_command_line_hands_over_and_compares(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--workspace", str(settings.workspace)]
    assert cli.run(["shortlist", "--out", str(tmp_path / "out"), *place]) == 0
    assert (tmp_path / "out" / "shortlist.html").exists()
    assert cli.run(["compare", "000.txt", "001.txt", *place]) == 0
    out = capsys.readouterr().out
    assert "● Met" in out and "Regional Sales Manager" in out
    assert cli.run(["compare", "000.txt", "001.txt", "--json", *place]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["candidates"][0]["answers"]["R1"] == "met"
    assert cli.run(["compare", "000.txt", *place]) == 2
    assert cli.run(["shortlist", "--run", "run:none", *place]) == 2


POSTING = """Warehouse shift manager

Responsibilities
- Lead a shift of warehouse staff and plan their work

Requirements
- At least 3 years of experience supervising warehouse work
- Forklift licence
"""
PERSON = (
    "{0} Okoro\n{0}@example.org\n\nEXPERIENCE\nShift manager, Brightmoor Foods, Jan 2018 – Dec 2023\n"
    "- Ran the night shift, 22 people, and made the rota.\n\nLICENCES\nForklift licence\n"
)


def test_a_signed_review_replayed_from_what_is_kept_gives_the_same_bytes(tmp_path: Path) -> None:
    made = Settings(workspace=tmp_path / "ws", embedder="hash", as_of=date(2026, 11, 1), quiet=True)
    (tmp_path / "posting.txt").write_text(POSTING, "utf-8")
    (tmp_path / "cv").mkdir()
    for name in ("ines", "pavel"):
        (tmp_path / "cv" / f"{name}.txt").write_text(PERSON.format(name), "utf-8")
    run(made, tmp_path / "posting.txt", [tmp_path / "cv"], tmp_path / "out")
    with session(made, "read") as opened:
        stored = reviewing.stored_run(opened)
        desk = reviewing.room(opened, stored, reviewing.DeskOptions(blind_share=0.5), "csrf").desk
        for key in desk.plan(RITA).cells:
            if not desk.machine_shown(RITA, key):
                desk.act(RITA, Request("first_look", key.candidate, key.criterion, "partial"))
            if desk.machine(key).verdict is not None:
                desk.act(RITA, Request("agree", key.candidate, key.criterion))
        desk.act(RITA, Request("advance", desk.plan(RITA).cells[0].candidate))
        desk.act(RITA, Request("sign", ""))
        signed = report.render_json(desk.shortlist())
    result = auditing.replay(made)
    assert result.same, (result.kept_there, result.replayed_there)
    assert result.replayed_sha256 == sha256_hex(signed) and b'"sealed_by": "Rita"' in signed


@pytest.mark.slow
def test_the_demonstration_leaves_people_below_the_cut_answers_every_cell_and_can_be_replayed(tmp_path: Path) -> None:
    made = Settings(workspace=tmp_path / "ws", embedder="hash", quiet=True)
    outcome = demo.demo(made, tmp_path / "out")
    counts = dict(outcome.shortlist.counts)
    assert (counts["ranked"], counts["below_cut"], counts["cells_not_assessed"]) == (demo.READ_IN_DEPTH, 4, 0)
    with session(made, "read") as opened:
        desk = reviewing.room(opened, reviewing.stored_run(opened), reviewing.DeskOptions(), "csrf").desk
        assert len(desk.plan(RITA).below) == 4
    assert auditing.replay(made).same
