"""Killed, out of space, flipped, cut or replaced: nothing acknowledged is lost, and answers stay the same."""

from __future__ import annotations

import os
import pickle
import random
import resource
import select
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index import Index, Item, Policy, StoreFull, stamped
from tests.fakes_index import CountingEmbedder, answers, item, items, open_index

APPROXIMATE = Policy(exact_limit=5, cache_from=1, recall=0.5)


# --- killed -----------------------------------------------------------------------------------------------------------


def _steps(seed: int, count: int) -> list[tuple[str, list[int]]]:
    draw = random.Random(seed)
    kinds = draw.choices(["add", "delete", "ask", "compact"], weights=[6, 2, 3, 1], k=count)
    return [(kind, draw.sample(range(25), draw.randint(1, 4))) for kind in kinds]


def _do(made: Index, kind: str, numbers: list[int], seed: int) -> None:
    if kind == "add":
        made.add([item(number, seed) for number in numbers])
    elif kind == "delete":
        made.delete([item(number).id for number in numbers])
    elif kind == "compact":
        made.compact()
    else:
        answers(made)


def _after(held: dict[str, Item], kind: str, numbers: list[int], seed: int) -> dict[str, Item]:
    changed = dict(held)
    for number in numbers if kind in ("add", "delete") else []:
        changed.pop(item(number).id, None)
        if kind == "add":
            changed[item(number).id] = item(number, seed)
    return changed


def _live_and_die(folder: Path, policy: Policy, seed: int, after: int, delay: float) -> int:
    """Work in a child that is killed some time after ``after`` steps; return how many it had acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            made = open_index(folder, policy)
            for kind, numbers in _steps(seed, 40):
                _do(made, kind, numbers, seed)
                os.write(writing, b".")
        finally:
            os._exit(0)
    os.close(writing)
    seen = 0
    while seen < after and select.select([reading], [], [], 5)[0] and (got := os.read(reading, after - seen)):
        seen += len(got)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return seen + len(pipe.read())


def _kill_at_random_points(tmp_path: Path, policy: Policy, times: int) -> None:
    draw = random.Random(11)
    held: dict[str, Item] = {}
    interrupted = 0
    for seed in range(times):
        done = _live_and_die(tmp_path / "lives", policy, seed, draw.randint(0, 34), draw.random() * 0.004)
        steps = _steps(seed, 40)
        interrupted += done < len(steps)
        for kind, numbers in steps[:done]:
            held = _after(held, kind, numbers, seed)
        made = open_index(tmp_path / "lives", policy)
        possible = [held, _after(held, *steps[done], seed)] if done < len(steps) else [held]
        ids = set(made.pool().ids)
        assert made._store.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        matched = [state for state in possible if set(state) == ids and _holds(made, state)]
        assert matched, f"after {done} acknowledged steps of life {seed}"
        held = matched[-1]
        fresh = open_index(tmp_path / f"fresh{seed}", policy)
        fresh.add(held.values())
        assert answers(made) == answers(fresh)
        fresh._store.connection.close()
        made._store.connection.close()
        shutil.rmtree(tmp_path / f"fresh{seed}")
    assert interrupted > times // 2
    assert not list((tmp_path / "lives").rglob("*.part")) or _swept(tmp_path / "lives", policy)


def _holds(made: Index, state: dict[str, Item]) -> bool:
    return all(made._store.passages(name) == one.passages for name, one in state.items())


def _swept(folder: Path, policy: Policy) -> bool:
    """Tell whether temporary files of dead processes go away when caches are next written."""
    made = open_index(folder, policy)
    made.compact()
    made.add(items(25, seed=99))
    answers(made)
    made._store.connection.close()
    return not list(folder.rglob("*.part"))


def test_killed_at_some_points_nothing_is_lost_or_doubled(tmp_path: Path):
    _kill_at_random_points(tmp_path, Policy(cache_from=1), 12)


@pytest.mark.slow
@pytest.mark.parametrize("policy", [Policy(cache_from=1), APPROXIMATE], ids=["exact", "approximate"])
def test_killed_at_200_random_points_nothing_is_lost_or_doubled(tmp_path: Path, policy: Policy):
    _kill_at_random_points(tmp_path, policy, 200)


def test_two_processes_write_at_once_and_both_are_whole(tmp_path: Path):
    open_index(tmp_path)._store.connection.close()
    children = []
    for part in range(2):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                made = open_index(tmp_path)
                made._store.connection.execute("PRAGMA busy_timeout = 20000")
                for number in range(part, 40, 2):
                    made.add([item(number)])
                    if number % 7 == 0:
                        answers(made)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    fresh = open_index(tmp_path / "fresh")
    fresh.add(items(40))
    assert answers(open_index(tmp_path)) == answers(fresh)


# --- no space ---------------------------------------------------------------------------------------------------------


def test_a_full_disk_changes_nothing_and_says_so(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(5))
    before = answers(made)
    db = made._store.connection
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreFull, match="nothing was changed"):
        made.add(item(number, seed=5) for number in range(100))
    assert answers(made) == before
    db.execute("PRAGMA max_page_count = 100000")
    assert made.add(item(number, seed=5) for number in range(100)) == 100


def test_a_full_disk_inside_the_callers_transaction_leaves_that_to_the_caller(tmp_path: Path):
    made = open_index(tmp_path)
    db = made._store.connection
    db.execute("CREATE TABLE other(x)")
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 2}")
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO other VALUES(1)")
    with pytest.raises(StoreFull):
        made.add(items(100))
    if db.in_transaction:
        db.execute("ROLLBACK")
    assert len(made) == 0


def test_caches_that_cannot_be_written_cost_time_and_nothing_else(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(30))
    expected = answers(made)
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert answers(open_index(tmp_path)) == expected


def test_a_cache_file_cut_short_by_a_size_limit_is_never_used(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(400))
    expected = answers(made)
    made.compact()
    made._store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made._store.connection.close()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
            reader = open_index(tmp_path)
            code = 0 if answers(reader) == expected else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not list((tmp_path / "cache").rglob("*.ixc"))
    assert not list((tmp_path / "cache").rglob("*.part"))
    assert answers(open_index(tmp_path)) == expected


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_real_disk_that_fills_up_keeps_what_was_acknowledged(small_disk: Path, tmp_path: Path):
    made = open_index(small_disk)
    done = 0
    with pytest.raises((StoreFull, sqlite3.OperationalError), match="full"):
        for number in range(3000):
            made.add([item(number)])
            done += 1
            if number % 50 == 0:
                answers(made)
    assert done > 20
    made._store.connection.close()
    shutil.rmtree(small_disk / "cache", ignore_errors=True)
    moved = tmp_path / "moved"
    shutil.copytree(small_disk, moved)
    again, fresh = open_index(moved), open_index(tmp_path / "fresh")
    fresh.add(items(done))
    assert answers(again) == answers(fresh)


def test_a_query_is_answered_even_where_nothing_can_be_written(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(10))
    expected = answers(made)
    made._store.connection.execute("DELETE FROM ix_query")
    made._store.connection.execute("PRAGMA query_only = ON")
    assert answers(made) == expected


# --- damaged files ----------------------------------------------------------------------------------------------------


def _filled(folder: Path) -> tuple[list[Path], list[tuple[str, float, float]]]:
    made = open_index(folder, APPROXIMATE)
    made.add(items(12))
    expected = answers(made)
    made._store.connection.close()
    files = sorted(folder.rglob("*.ixc"))
    assert [path.name for path in files] == ["passages-1.ixc", "words.ixc"]
    return files, expected


def _survives(folder: Path, expected: list[tuple[str, float, float]]) -> None:
    again = open_index(folder, APPROXIMATE)
    assert answers(again) == expected
    again._store.connection.close()


def test_400_flipped_bits_are_noticed_set_aside_and_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files, expected = _filled(tmp_path)
    draw = random.Random(8)
    parsed: list[int] = []
    real = stamped._parse
    monkeypatch.setattr(stamped, "_parse", lambda content: parsed.append(1) or real(content))
    kept = {path: path.read_bytes() for path in files}
    made = open_index(tmp_path, APPROXIMATE)
    for _ in range(400):
        path = draw.choice(files)
        content = bytearray(kept[path])
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(bytes(content))
        assert made._files.read(path.stem) is None
        assert not path.exists()
    assert parsed == []
    assert len(list(tmp_path.rglob("*.aside*"))) == 400
    made._store.connection.close()
    _survives(tmp_path, expected)


def _foreign() -> dict[str, Callable[[bytes], bytes]]:
    return {
        "empty": lambda _: b"",
        "cut": lambda content: content[: len(content) // 2],
        "cut by one byte": lambda content: content[:-1],
        "longer": lambda content: content + b"x",
        "pickle": lambda _: pickle.dumps({"rows": [1, 2]}),
        "wrong dimension": lambda _: stamped._render({"rows": np.arange(12), "index": np.zeros(8, np.uint8)}),
        "not a number": lambda _: stamped._render({"rows": np.full(12, np.nan)}),
        "huge sizes": lambda _: b"ixcache1" + (2**31).to_bytes(4, "little") + b"[]",
    }


@pytest.mark.parametrize("name", sorted(_foreign()))
def test_a_foreign_or_cut_file_is_set_aside_and_built_again(tmp_path: Path, name: str):
    files, expected = _filled(tmp_path)
    for path in files:
        path.write_bytes(_foreign()[name](path.read_bytes()))
        _survives(tmp_path, expected)
        assert path.exists()
        assert list(tmp_path.rglob(f"{path.name}.aside1"))


def test_hostile_index_files_are_never_opened(tmp_path: Path, shared: Path):
    files, expected = _filled(tmp_path)
    hostile = sorted(path for path in (shared / "hostile" / "index").iterdir() if path.is_file())
    assert hostile
    for one in hostile:
        for path in files:
            path.write_bytes(one.read_bytes())
        _survives(tmp_path, expected)


def test_an_older_file_that_was_once_right_is_not_used(tmp_path: Path):
    made = open_index(tmp_path)
    made.add(items(10))
    answers(made)
    old = (tmp_path / "cache" / "index" / "words.ixc").read_bytes()
    made.add(items(20, seed=3))
    expected = answers(made)
    assert (tmp_path / "cache" / "index" / "words.ixc").read_bytes() != old
    (tmp_path / "cache" / "index" / "words.ixc").write_bytes(old)
    assert answers(open_index(tmp_path)) == expected


def test_nothing_in_the_library_unpickles():
    source = Path(stamped.__file__).parent
    texts = [path.read_text("utf-8") for path in source.glob("*.py")]
    assert not any("import pickle" in text or "allow_pickle=True" in text or "joblib" in text for text in texts)


def test_an_interruption_while_embedding_loses_only_the_group_at_hand(tmp_path: Path):
    class Stopping(CountingEmbedder):
        def embed(self, texts, *, role):
            if len(self.asked) > 150:
                raise KeyboardInterrupt
            return super().embed(texts, role=role)

    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    made = Index(connection, tmp_path, Stopping())
    with pytest.raises(KeyboardInterrupt):
        made.add(items(200))
    stored = len(made)
    assert stored > 0
    assert stored % 64 == 0
    resumed = CountingEmbedder()
    assert Index(connection, tmp_path, resumed).add(items(200)) == 200 - stored
