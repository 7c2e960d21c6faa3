"""Erasure: no byte of a person is left anywhere in the workspace, the log verifies, the file stays out."""

import contextlib
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index import HashEmbedder, Index
from matcher import blind, rank, report, structure
from matcher.audit.erase import allow, erase, is_erased
from matcher.audit.log import Log
from matcher.audit.verify import verify
from matcher.canonical import sha256_hex
from matcher.errors import InputError, WorkspaceError, WorkspaceLocked
from matcher.models import Decision, FileRow, StoredRun, candidate_id
from matcher.read.document import read_document
from matcher.read.limits import Limits
from matcher.score import Pool, shortlist
from matcher.workspace import Workspace
from tests.fakes import assessment, criteria, ranking, run_info

MARKERS = ("Zaphirina", "Quillfeather", "xylomarimba", "zq7731@example.org", "+44 20 7946 7731", "Gorblimey Castings")
PERSON = """Zaphirina Quillfeather
zq7731@example.org | +44 20 7946 7731

EXPERIENCE
Foundry manager, Gorblimey Castings, 2015 – 2020
- Ran the xylomarimba line with forty people and brought scrap down to two per cent within a year
"""
OTHER = PERSON.replace("Zaphirina Quillfeather", "Ben Ode").replace("zq7731", "ben").replace("7731", "0000")
OTHER = OTHER.replace("xylomarimba", "ordinary").replace("Gorblimey Castings", "Plain Castings")
DAY = date(2026, 11, 1)


def _id(text: str) -> str:
    return candidate_id(sha256_hex(text.encode()))


ONE, TWO = _id(PERSON), _id(OTHER)


def _index(workspace: Workspace) -> Index:
    return Index(workspace.connection, workspace.cache, HashEmbedder())


def _fill(workspace: Workspace, log: Log, out: Path) -> None:
    rows = []
    for text, name in ((PERSON, "Quillfeather_Zaphirina.txt"), (OTHER, "ode.txt")):
        document = read_document(text.encode(), name, Limits())
        resume = structure.structure(document, candidate=_id(text))
        row = FileRow(file=f"/in/{name}", status="read", candidate=_id(text), sha256=sha256_hex(text.encode()))
        workspace.put_document(document, resume, row.sha256 or "", f"text:{name}", row.file)
        workspace.put_file(row)
        rows.append(row)
        view = blind.blind(document, resume, DAY)
        index = _index(workspace)
        index.add([rank.passages(view)])
        workspace.put_reply(f"reply:{name}", text.encode(), {"model": "m"}, _id(text))
        log.record("document_ingested", actor="system", candidate=_id(text), body={"file": row.file, "status": "read"})
        log.record("verdict", actor="human:Ada", candidate=_id(text), body={"verdict": "met", "reason": text[:40]})
    copy = FileRow(file="/in/copy of Zaphirina.txt", status="duplicate", reason="same_bytes", duplicate_of=ONE)
    workspace.put_file(copy)
    _store_run(workspace, [*rows, copy])
    workspace.put_decision(
        Decision(
            seq=1, run="run:x", candidate=ONE, kind="advance", text="Zaphirina shines", who="Ada", when="2026-11-25"
        )
    )
    workspace.put_decision(Decision(seq=2, run="run:x", candidate=TWO, kind="hold", who="Ada", when="2026-11-25"))
    workspace.set_meta(f"session:{ONE}", "open")
    (workspace.cache / "lexical").mkdir()
    (workspace.cache / "lexical" / "part").write_text(PERSON, "utf-8")
    (workspace.path / "report.part").write_text(PERSON, "utf-8")
    _export(workspace, out / "shortlist.html", PERSON.replace("&", "&amp;").encode())
    _export(workspace, out / "other.html", OTHER.encode())
    with zipfile.ZipFile(out / "book.xlsx", "w") as archive:
        archive.writestr("sheet.xml", PERSON)
    _export(workspace, out / "book.xlsx", (out / "book.xlsx").read_bytes())


def _store_run(workspace: Workspace, rows: list[FileRow]) -> None:
    wanted = criteria()
    texts = {ONE: PERSON, TWO: OTHER}
    views = tuple(
        blind.blind(workspace.document(one), workspace.resume(one), DAY).model_copy(update={"candidate": one})
        for one in texts
    )
    assessments = {one: assessment(one, Q1="met", Q2="not_shown") for one in texts}
    order = ranking(ONE, TWO)
    stored = StoredRun(run=run_info(wanted), criteria=wanted, posting_text="A post", ranking=order,
                       assessments=tuple(assessments.values()), views=views, files=tuple(rows))  # fmt: skip
    workspace.put("run", "run:x", stored)
    made = shortlist(Pool(run=run_info(wanted), criteria=wanted, ranking=order, assessments=assessments, files=rows))
    workspace.put("shortlist", "run:x", made)
    workspace.put("draft", f"run:x/{ONE}", made)


def _export(workspace: Workspace, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    workspace.set_meta(f"export:{path.resolve()}", sha256_hex(content))


def _streams(data: bytes) -> Iterator[bytes]:
    """Every zlib stream that begins anywhere in these bytes, as far as it can be unpacked."""
    start = data.find(b"\x78")
    while start >= 0:
        if data[start + 1 : start + 2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
            with contextlib.suppress(zlib.error):
                yield zlib.decompressobj().decompress(data[start:])
        start = data.find(b"\x78", start + 1)


def _cells(path: Path) -> Iterator[bytes]:
    connection = sqlite3.connect(path)
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            for value in row:
                yield str(value).encode()
                if isinstance(value, bytes):
                    yield value
                    yield from _streams(value)
    connection.close()


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte of every file of a folder, as it is, and unpacked wherever something packed begins."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield path.name, str(path.relative_to(folder)).encode() + b"\n" + data
        for stream in _streams(data):
            yield path.name, stream
        if path.suffix == ".db":
            for cell in _cells(path):
                yield path.name, cell


def found_in(folder: Path, *markers: str) -> set[tuple[str, str]]:
    """Which markers stand in which files."""
    return {
        (name, marker)
        for name, data in everything_in(folder)
        for marker in markers
        if marker.encode() in data or marker.lower().encode() in data.lower()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    out.mkdir()
    with Workspace.open(tmp_path / "ws", "write") as workspace, Log.open(tmp_path / "ws" / "audit") as log:
        _fill(workspace, log, out)
        log.seal()
    return tmp_path


def _erase(folder: Path, candidate: str = ONE):
    with Workspace.open(folder / "ws", "write") as workspace, Log.open(folder / "ws" / "audit") as log:
        return erase(workspace, log, candidate, by="Ada", forget=_index(workspace).delete)


def test_before_erasure_the_search_finds_the_person_in_every_kind_of_place(folder: Path) -> None:
    found = found_in(folder / "ws", *MARKERS, ONE)
    assert {marker for _, marker in found} == {*MARKERS, ONE}
    assert {"matcher.db", "part", "report.part"} <= {name for name, _ in found}


def test_after_erasure_no_byte_of_the_person_is_left_in_the_workspace(folder: Path) -> None:
    vectors = _person_blobs(folder)
    done = _erase(folder)
    assert found_in(folder / "ws", *MARKERS, ONE, sha256_hex(PERSON.encode())) == set()
    data = b"".join(path.read_bytes() for path in (folder / "ws").rglob("*") if path.is_file())
    assert vectors
    assert not any(blob in data for blob in vectors)
    assert (done.documents, done.replies, done.decisions, done.rows, done.records) == (1, 1, 1, 2, 3)


def _person_blobs(folder: Path) -> list[bytes]:
    connection = sqlite3.connect(folder / "ws" / "matcher.db")
    row = connection.execute("SELECT row FROM ix_item WHERE id = ?", (ONE,)).fetchone()
    other = connection.execute("SELECT row FROM ix_item WHERE id = ?", (TWO,)).fetchone()
    blobs = [connection.execute("SELECT body FROM ix_vector WHERE row = ?", one).fetchone()[0] for one in (row, other)]
    connection.close()
    pieces = [bytes(blobs[0][start : start + 16]) for start in range(0, len(blobs[0]), 16)]
    return [piece for piece in pieces if piece not in blobs[1] and len(set(piece)) > 4]


def test_the_others_are_untouched(folder: Path) -> None:
    _erase(folder)
    with Workspace.open(folder / "ws") as workspace:
        assert workspace.candidates() == (TWO,)
        assert workspace.document(TWO).text.strip() == OTHER.strip()
        assert [row.file for row in workspace.files()] == ["/in/ode.txt"]
        assert [decision.candidate for decision in workspace.decisions()] == [TWO]
        run = workspace.get("run", "run:x", StoredRun)
        assert run is not None
        assert [one.candidate for one in run.assessments] == [TWO]
        assert [view.candidate for view in run.views] == [TWO]
        assert len(_index(workspace)) == 1


def test_the_log_still_verifies_against_a_checkpoint_from_before(folder: Path) -> None:
    note = next((folder / "ws" / "audit" / "checkpoints").glob("*.note")).read_text("utf-8")
    before = (folder / "ws" / "audit" / "log.jsonl").read_bytes()
    _erase(folder)
    assert verify(folder / "ws" / "audit", [note]).ok
    assert (folder / "ws" / "audit" / "log.jsonl").read_bytes().startswith(before)


def test_delivered_files_that_hold_the_person_are_removed_and_the_others_stay(folder: Path) -> None:
    done = _erase(folder)
    assert sorted(Path(path).name for path in done.exports) == ["book.xlsx", "shortlist.html"]
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["other.html"]


def test_a_delivered_file_that_was_changed_since_is_named_and_left_to_the_user(folder: Path) -> None:
    (folder / "out" / "shortlist.html").write_text(PERSON + "edited", "utf-8")
    assert [Path(path).name for path in _erase(folder).left] == ["shortlist.html"]
    assert (folder / "out" / "shortlist.html").exists()


def test_the_same_file_is_refused_until_a_named_person_allows_it(folder: Path) -> None:
    _erase(folder)
    with Workspace.open(folder / "ws", "write") as workspace, Log.open(folder / "ws" / "audit") as log:
        sha256 = sha256_hex(PERSON.encode())
        assert is_erased(workspace, sha256)
        assert not is_erased(workspace, sha256_hex(OTHER.encode()))
        allow(workspace, log, sha256, by="Ada")
        assert not is_erased(workspace, sha256)
        with pytest.raises(InputError, match="was not erased"):
            allow(workspace, log, sha256, by="Ada")


def test_an_erasure_that_was_interrupted_is_finished_by_running_it_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(workspace: Workspace) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("matcher.audit.erase._compact", crash)
        with pytest.raises(KeyboardInterrupt):
            _erase(folder)
    _erase(folder)
    assert found_in(folder / "ws", *MARKERS, ONE) == set()
    assert verify(folder / "ws" / "audit").ok


def test_nothing_stays_in_the_write_ahead_log_while_another_program_has_the_workspace_open(folder: Path) -> None:
    with Workspace.open(folder / "ws") as reader:
        assert len(reader.candidates()) == 2
        _erase(folder)
        assert found_in(folder / "ws", *MARKERS, ONE) == set()
        assert reader.candidates() == (TWO,)


def test_a_program_in_the_middle_of_reading_is_named_and_erasing_again_finishes(folder: Path) -> None:
    with Workspace.open(folder / "ws") as reader:
        reader.connection.execute("BEGIN")
        reader.candidates()
        with pytest.raises(WorkspaceError, match="close it"):
            _erase(folder)
    _erase(folder)
    assert found_in(folder / "ws", *MARKERS, ONE) == set()


def test_nobody_cannot_be_erased(folder: Path) -> None:
    with pytest.raises(InputError, match="nobody"):
        _erase(folder, "cand:0000000000000000")
    _erase(folder)
    with pytest.raises(InputError, match="nobody"):
        _erase(folder)


def test_a_legal_hold_forbids_erasing(folder: Path) -> None:
    for held in (ONE, "all"):
        with Workspace.open(folder / "ws", "write") as workspace:
            workspace.set_meta(f"hold:{held}", "case 12")
        with pytest.raises(InputError, match="legal hold"):
            _erase(folder)
        with Workspace.open(folder / "ws", "write") as workspace, workspace.transaction() as db:
            db.execute("DELETE FROM meta WHERE key LIKE 'hold:%'")


def test_erasing_waits_for_whoever_writes(folder: Path) -> None:
    with Workspace.open(folder / "ws", "write"), pytest.raises(WorkspaceLocked):
        Workspace.open(folder / "ws", "write", wait=0.05)


def test_a_rendered_report_is_recognised_as_holding_the_person(folder: Path) -> None:
    with Workspace.open(folder / "ws", "write") as workspace:
        wanted = criteria()
        rows = [row for row in workspace.files() if row.status == "read"]
        cells = {ONE: assessment(ONE, Q1="met", Q2="not_shown"), TWO: assessment(TWO, Q1="met", Q2="met")}
        made = shortlist(
            Pool(run=run_info(wanted), criteria=wanted, ranking=ranking(ONE, TWO), assessments=cells, files=rows)
        )
        _export(workspace, folder / "out" / "list.csv", report.render_csv(made, {}).encode())
        _export(workspace, folder / "out" / "list.json", report.render_json(made))
    assert {"list.csv", "list.json"} <= {Path(path).name for path in _erase(folder).exports}
