"""The audit log: what it holds, what it never holds, and what it survives."""

import hashlib
import json
import multiprocessing
import os
import resource
import signal
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from matcher.audit import merkle
from matcher.audit.log import Log
from matcher.audit.note import parse_note
from matcher.audit.verify import events, verify
from matcher.errors import LogError
from tests.fakes_audit import candidate, filled_log, fixed_clock

RFC_INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
RFC_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def _rfc_leaves() -> list[bytes]:
    return [merkle.leaf_hash(bytes.fromhex(data)) for data in RFC_INPUTS]


@pytest.mark.parametrize("size", RFC_ROOTS)
def test_the_roots_are_those_of_rfc_6962(size: int) -> None:
    assert merkle.root(_rfc_leaves()[:size]).hex() == RFC_ROOTS[size]


def test_the_root_of_an_empty_tree_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == hashlib.sha256(b"").digest()


def _naive_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(_naive_root(leaves[:split]), _naive_root(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 40))
def test_every_leaf_of_every_small_tree_is_proved_and_no_other_leaf_is(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    root = merkle.root(leaves)
    assert root == _naive_root(leaves)
    for index, path in enumerate(merkle.inclusion_paths(leaves, range(size))):
        assert merkle.verify_inclusion(leaves[index], index, size, path, root)
        assert not merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, size, path, root)
        assert not merkle.verify_inclusion(leaves[index], index + 1, size, path, root)
        assert not merkle.verify_inclusion(leaves[index], index, size, (*path, root), root)


def test_what_is_recorded_verifies_and_the_checkpoint_is_a_c2sp_note(tmp_path: Path) -> None:
    with filled_log(tmp_path, 20) as log:
        checkpoint = log.seal()
    result = verify(tmp_path, [checkpoint.note])
    assert (result.ok, result.size, result.uncovered) == (True, 21, 0)
    origin, size, root, blank, signature = checkpoint.note.splitlines()
    assert (origin, size, blank) == (checkpoint.origin, "21", "")
    assert signature.startswith(f"— {origin} ")
    assert parse_note(checkpoint.note, checkpoint.key) == checkpoint
    assert len(root) == 44


def test_sealing_twice_with_nothing_new_gives_the_same_checkpoint(tmp_path: Path) -> None:
    with filled_log(tmp_path, 3) as log:
        assert log.seal() == log.seal()


def test_the_signing_key_is_made_once_and_only_the_owner_can_read_it(tmp_path: Path) -> None:
    filled_log(tmp_path, 1).close()
    first = (tmp_path / "signing.key").read_bytes()
    filled_log(tmp_path, 1).close()
    assert (tmp_path / "signing.key").read_bytes() == first
    for name in ("signing.key", "keys.jsonl", "log.jsonl"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_no_text_of_a_person_stands_in_the_log(tmp_path: Path) -> None:
    with Log.open(tmp_path, clock=fixed_clock) as log:
        body = {
            "file": "Zaphira_Quillfeather.pdf", "reason": "Zaphira led the audit", "order": [candidate(1)],
            "evidence": [{"quote": "Zaphira again", "start": 3}], "status": "Zaphira Quillfeather", candidate(2): "met",
        }  # fmt: skip
        log.record("verdict", actor="human:Zaphira Boss", candidate=candidate(1), criterion="Zaphira crit", body=body)
        log.record("llm_call", actor="model:org/small-7b", candidate=candidate(1), body={"tokens": 12, "cost": 0.25})
        log.seal()
    written = (tmp_path / "log.jsonl").read_text("utf-8")
    for word in ("Zaphira", "Quillfeather", candidate(1), candidate(2)):
        assert word not in written
    said = [event.said for event in events(tmp_path)]
    assert said[0]["body"]["order"] == [said[0]["candidate"]]
    assert said[1]["body"] == {"tokens": 12, "cost": "0.25"}
    assert said[1]["actor"] == {"kind": "model", "id": "org/small-7b"}


def test_an_actor_that_is_nobody_is_refused(tmp_path: Path) -> None:
    with Log.open(tmp_path) as log:
        for actor in ("", "human:", "robot:x", "Jane"):
            with pytest.raises(ValueError, match="actor"):
                log.record("verdict", actor=actor)
        assert log.size == 0


def test_equal_texts_of_two_candidates_cannot_be_seen_to_be_equal(tmp_path: Path) -> None:
    with Log.open(tmp_path) as log:
        for number in (1, 2):
            log.record("verdict", actor="system", candidate=candidate(number), body={"reason": "the same"})
    first, second = events(tmp_path)
    assert first.said["body"] != second.said["body"]


def test_a_forgotten_person_can_no_longer_be_tied_to_their_events_and_the_log_still_verifies(tmp_path: Path) -> None:
    with filled_log(tmp_path, 20) as log:
        checkpoint = log.seal()
        before, key = log.subject(candidate(3)), log.keys.find(candidate(3))
        assert log.forget(candidate(3))
        assert log.keys.find(candidate(3)) is None
        assert log.subject(candidate(3)) != before
    assert key is not None
    assert key.hex().encode() not in (tmp_path / "keys.jsonl").read_bytes()
    assert verify(tmp_path, [checkpoint.note]).ok


def test_another_process_that_holds_the_log_open_sees_that_a_key_is_gone(tmp_path: Path) -> None:
    with filled_log(tmp_path, 10) as one, Log.open(tmp_path) as other:
        before = other.subject(candidate(3))
        one.forget(candidate(3))
        assert other.keys.find(candidate(3)) is None
        assert other.subject(candidate(3)) != before


def _write_events(folder: str, count: int) -> None:
    with Log.open(Path(folder)) as log:
        for number in range(count):
            log.record("verdict", actor="system", candidate=candidate(number % 5), body={"score": number})


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_events, args=(str(tmp_path), 40)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    result = verify(tmp_path)
    assert (result.ok, result.size) == (True, 120)


@pytest.mark.parametrize("attempt", range(6))
def test_many_that_begin_a_log_at_once_sign_with_one_key(tmp_path: Path, attempt: int) -> None:
    gate = threading.Barrier(12)

    def opened(_: int) -> str:
        gate.wait()
        with Log.open(tmp_path) as log:
            return log.key

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(opened, range(12)))) == 1


@pytest.mark.parametrize("cut", [1, 2, 40, 150])
def test_a_torn_last_line_is_recognised_and_its_repair_is_an_event(tmp_path: Path, cut: int) -> None:
    with filled_log(tmp_path, 5) as log:
        checkpoint = log.seal()
        log.record("verdict", actor="system", body={"score": 9})
    data = (tmp_path / "log.jsonl").read_bytes()
    (tmp_path / "log.jsonl").write_bytes(data[:-cut])
    assert verify(tmp_path, [checkpoint.note]).torn
    with Log.open(tmp_path) as log:
        log.record("verdict", actor="system", body={"score": 10})
    result = verify(tmp_path, [checkpoint.note])
    assert (result.ok, result.torn) == (True, False)
    kinds = [event.said["kind"] for event in events(tmp_path)]
    kept = cut == 1
    assert kinds[6:] == (["verdict"] if kept else []) + ["log_repaired", "verdict"]


def test_a_last_line_of_zero_bytes_is_repaired_too(tmp_path: Path) -> None:
    filled_log(tmp_path, 5).close()
    with (tmp_path / "log.jsonl").open("ab") as file:
        file.write(bytes(4096))
    Log.open(tmp_path).close()
    assert verify(tmp_path).ok


def _write_until_killed(folder: str) -> None:
    with Log.open(Path(folder)) as log:
        log.record("verdict", actor="human:A", body={"score": 1})
        (Path(folder) / "ready").touch()
        while True:
            log.record("verdict", actor="system", candidate=candidate(1), body={"score": 2, "reason": "x" * 3000})


def test_a_killed_writer_leaves_a_log_that_goes_on(tmp_path: Path) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=_write_until_killed, args=(str(tmp_path),))
    worker.start()
    while not (tmp_path / "ready").exists():
        worker.join(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    with Log.open(tmp_path) as log:
        log.record("verdict", actor="system", body={"score": 3})
    result = verify(tmp_path)
    assert result.ok
    assert result.size >= 2


def _fill_the_disk(folder: str, results: str) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Log.open(Path(folder)) as log:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        written = 0
        try:
            for _ in range(1000):
                log.record("verdict", actor="system", body={"score": written, "reason": "x"})
                written += 1
        except LogError as error:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            Path(results).write_text(json.dumps([written, str(error)]), "utf-8")


def test_a_log_that_cannot_be_written_stops_the_run_and_keeps_only_whole_events(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    folder = tmp_path / "audit"
    worker = multiprocessing.get_context("spawn").Process(target=_fill_the_disk, args=(str(folder), str(results)))
    worker.start()
    worker.join()
    written, message = json.loads(results.read_text("utf-8"))
    result = verify(folder)
    assert (result.ok, result.torn, result.size) == (True, False, written)
    assert 10 < written < 100
    assert "cannot be written" in message


def test_a_full_disk_raises_a_log_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled_log(tmp_path, 5) as log:

        def full(handle: int, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("matcher.audit.log.os.write", full)
            with pytest.raises(LogError, match="No space left"):
                log.record("verdict", actor="system")
        log.record("verdict", actor="system")
    assert verify(tmp_path).size == 6


def test_acts_of_people_are_on_the_disk_before_record_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr("matcher.audit.log.os.fsync", lambda handle: (synced.append(handle), real(handle)))
    with Log.open(tmp_path) as log:
        synced.clear()
        log.record("llm_call", actor="system")
        assert synced == []
        log.record("verdict", actor="human:Ada")
        assert len(synced) >= 1


def test_a_log_whose_chain_is_broken_is_not_written_on(tmp_path: Path) -> None:
    filled_log(tmp_path, 5).close()
    lines = (tmp_path / "log.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "log.jsonl").write_bytes(b"".join(lines[:2] + lines[3:]))
    with pytest.raises(LogError, match="record 2 "):
        Log.open(tmp_path)
