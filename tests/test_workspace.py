"""The workspace: one truth on disk, refused when damaged or foreign, never half written, locked by one writer."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from fakes import assessment

from matcher.errors import WorkspaceError, WorkspaceLocked
from matcher.models import Assessment, Decision, Document, FileRow, Page, Resume
from matcher.workspace import Workspace


def document(text: str = "Led a team") -> Document:
    page = Page(number=1, width=0, height=0, start=0, end=len(text))
    return Document(id="doc:1", name="a.txt", media_type="text/plain", text=text, pages=(page,))


def resume(candidate: str = "cand:1") -> Resume:
    return Resume(candidate=candidate, document="doc:1", language="en", identity=(), sections=(), positions=(),
                  education=(), lines=())  # fmt: skip


def decision(seq: int) -> Decision:
    return Decision(seq=seq, run="run:1", candidate="cand:1", kind="flag", who="Ada", when="t")


def test_what_was_stored_is_read_back(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", "write") as made:
        made.put_document(document(), resume(), "ab", "cd", "a.txt")
        made.put_file(FileRow(file="a.txt", status="read", candidate="cand:1"))
        made.put_reply("key", b"said", {"model": "m"}, "cand:1")
        made.put("assessment", "x", assessment("cand:1", Q1="met"))
        made.put_decision(decision(1))
    with Workspace.open(tmp_path / "w") as found:
        assert found.candidates() == ("cand:1",)
        assert found.document("cand:1").text == "Led a team"
        assert found.resume("cand:1") == resume()
        assert found.known_hashes() == ({"ab": "cand:1"}, {"cd": "cand:1"})
        assert [row.file for row in found.files()] == ["a.txt"]
        assert found.reply("key") == b"said" and found.reply_meta("key") == {"model": "m"}
        assert found.get("assessment", "x", Assessment) == assessment("cand:1", Q1="met")
        assert found.decisions("run:1") == (decision(1),)
        assert found.decisions("run:2") == ()


def test_the_first_reply_under_a_key_stays(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", "write") as made:
        made.put_reply("key", b"first", {}, None)
        made.put_reply("key", b"second", {}, None)
        assert made.reply("key") == b"first"


def test_a_number_of_a_decision_is_taken_once(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", "write") as made:
        made.put_decision(decision(1))
        with pytest.raises(WorkspaceError, match="exists already"):
            made.put_decision(decision(1))


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", "write") as made:
        with pytest.raises(RuntimeError), made.transaction():
            made.put_document(document(), resume(), "ab", "cd", "a.txt")
            raise RuntimeError
        assert made.candidates() == ()


def test_a_second_writer_is_refused_and_readers_are_not(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", "write"):
        with pytest.raises(WorkspaceLocked, match="Another process"):
            Workspace.open(tmp_path / "w", "write", wait=0.05)
        with Workspace.open(tmp_path / "w") as reader:
            assert reader.files() == ()
    Workspace.open(tmp_path / "w", "write", wait=0.05).close()


def test_threads_take_turns_in_one_connection(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", "write") as made:

        def write(number: int) -> None:
            for i in range(20):
                made.put_reply(f"{number}-{i}", b"x", {}, None)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert made.connection.execute("SELECT count(*) FROM reply").fetchone() == (80,)


def test_a_workspace_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace"):
        Workspace.open(tmp_path / "nowhere")


def _foreign(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE other(x)")
    db.commit()
    db.close()


def _future(path: Path) -> None:
    Workspace.open(path.parent, "write").close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()


def _trigger(path: Path) -> None:
    Workspace.open(path.parent, "write").close()
    db = sqlite3.connect(path)
    db.execute("CREATE TRIGGER bad AFTER INSERT ON meta BEGIN DELETE FROM document; END")
    db.commit()
    db.close()


def _torn(path: Path) -> None:
    with Workspace.open(path.parent, "write") as made:
        for n in range(50):
            made.put_reply(str(n), os.urandom(3000), {}, None)
        made.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[8192:16384] = os.urandom(8192)
    path.write_bytes(data)


def _noise(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)


@pytest.mark.parametrize("damage", [_foreign, _future, _trigger, _torn, _noise])
@pytest.mark.parametrize("mode", ["read", "write"])
def test_a_damaged_or_foreign_database_is_refused_and_left_as_it_is(tmp_path: Path, damage, mode) -> None:
    path = tmp_path / "w" / "matcher.db"
    path.parent.mkdir()
    damage(path)
    before = path.read_bytes()
    with pytest.raises(WorkspaceError, match="cannot be used"):
        Workspace.open(path.parent, mode)
    assert path.read_bytes() == before


def test_what_was_acknowledged_before_a_kill_is_there_afterwards(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from matcher.workspace import Workspace
        made = Workspace.open(Path(sys.argv[1]), "write")
        n = 0
        while True:
            made.put_reply(str(n), b"x" * 500, {}, None)
            print(n, flush=True)
            n += 1
        """
    )
    last = -1
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "w")], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            last = int(line)
            if last % 40 == 39:
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with Workspace.open(tmp_path / "w", "write") as found:
            assert all(found.reply(str(n)) is not None for n in range(last + 1))
