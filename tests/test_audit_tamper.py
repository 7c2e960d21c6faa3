"""Eight ways to forge a log, fifty times each: all are caught by a checkpoint that was kept outside."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matcher.audit.log import GENESIS, Log
from matcher.audit.merkle import leaf_hash
from matcher.audit.verify import verify
from matcher.canonical import canonical_json
from matcher.errors import LogError
from tests.fakes_audit import candidate, filled_log

TRIALS = 50
SEALED = 61
Lines = list[dict[str, Any]]


def _rechain(lines: Lines) -> None:
    last = GENESIS
    for seq, line in enumerate(lines):
        line.pop("hash", None)
        line["seq"], line["prev"] = seq, last
        last = line["hash"] = leaf_hash(canonical_json(line)).hex()


def _edit(lines: Lines, place: int) -> None:
    lines[place]["body"] = {"verdict": "not_shown", "score": 0}


def _edit_rechained(lines: Lines, place: int) -> None:
    _edit(lines, place)
    _rechain(lines)


def _delete(lines: Lines, place: int) -> None:
    del lines[place]
    _rechain(lines)


def _reorder(lines: Lines, place: int) -> None:
    other = (place + 7) % SEALED
    lines[place], lines[other] = lines[other], lines[place]
    _rechain(lines)


def _insert(lines: Lines, place: int) -> None:
    lines.insert(place, dict(lines[place]))
    _rechain(lines)


def _truncate(lines: Lines, place: int) -> None:
    del lines[place:]


ATTACKS: dict[str, Callable[[Lines, int], None]] = {
    "edit": _edit,
    "edit and chain again": _edit_rechained,
    "delete and chain again": _delete,
    "reorder and chain again": _reorder,
    "insert and chain again": _insert,
    "cut off before the checkpoint": _truncate,
}


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A log of 60 events, sealed, with ten more after the seal; and the note that was kept outside."""
    folder = tmp_path_factory.mktemp("sealed")
    with filled_log(folder, SEALED - 1) as log:
        note = log.seal().note
        for number in range(10):
            log.record("verdict", actor="system", candidate=candidate(number), body={"score": number})
    return folder, note


def _attacked(source: Path, target: Path, attack: Callable[[Lines, int], None], place: int) -> Path:
    shutil.copytree(source, target)
    lines = [json.loads(line) for line in (target / "log.jsonl").read_bytes().splitlines()]
    attack(lines, place)
    (target / "log.jsonl").write_bytes(b"".join(canonical_json(line) + b"\n" for line in lines))
    shutil.rmtree(target / "checkpoints")  # whoever can change the log can throw away its own checkpoints
    return target


@pytest.mark.parametrize("name", ATTACKS)
def test_an_outside_checkpoint_catches_every_trial_of(name: str, sealed: tuple[Path, str], tmp_path: Path) -> None:
    source, note = sealed
    chance = random.Random(name)
    for trial in range(TRIALS):
        place = chance.randrange(SEALED)
        result = verify(_attacked(source, tmp_path / str(trial), ATTACKS[name], place), [note])
        assert not result.ok
        assert result.first_bad is not None
        assert result.last_bad is not None
        assert result.first_bad <= place <= result.last_bad


def test_an_edit_that_is_not_chained_again_is_named_by_its_number(sealed: tuple[Path, str], tmp_path: Path) -> None:
    for place in range(SEALED):
        result = verify(_attacked(sealed[0], tmp_path / str(place), _edit, place))
        assert (result.problem, result.first_bad, result.last_bad) == ("changed", place, place)


def test_an_outside_checkpoint_catches_a_log_replaced_by_another(sealed: tuple[Path, str], tmp_path: Path) -> None:
    for trial in range(TRIALS):
        folder = tmp_path / str(trial)
        with filled_log(folder, SEALED + trial) as log:
            log.seal()
        assert verify(folder).ok
        assert verify(folder, [sealed[1]]).problem == "bad_checkpoint"


def test_an_outside_checkpoint_catches_the_owner_of_the_key_who_rewrites_and_signs_again(tmp_path: Path) -> None:
    for trial in range(TRIALS):
        folder = tmp_path / str(trial)
        with filled_log(folder, 20 + trial % 7) as log:
            note = log.seal().note
        (folder / "log.jsonl").unlink()
        shutil.rmtree(folder / "checkpoints")
        with Log.open(folder) as log:
            for number in range(30 + trial % 5):
                log.record("verdict", actor="system", candidate=candidate(number), body={"verdict": "met"})
            log.seal()
        assert verify(folder).ok
        assert verify(folder, [note]).problem == "rewritten"


@pytest.mark.parametrize("name", ["delete and chain again", "reorder and chain again", "cut off before the checkpoint"])
def test_without_an_outside_checkpoint_the_chain_alone_misses(
    name: str, sealed: tuple[Path, str], tmp_path: Path
) -> None:
    assert verify(_attacked(sealed[0], tmp_path / "x", ATTACKS[name], 5)).ok


def test_the_log_s_own_checkpoints_narrow_where_the_bad_record_lies(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    with filled_log(folder, 10) as log:
        log.seal()
        for number in range(10):
            log.record("verdict", actor="system", candidate=candidate(number), body={"score": number})
        log.seal()
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_bytes().splitlines()]
    _edit_rechained(lines, 15)
    (folder / "log.jsonl").write_bytes(b"".join(canonical_json(line) + b"\n" for line in lines))
    result = verify(folder)
    assert (result.problem, result.first_bad, result.last_bad) == ("rewritten", 11, 21)


def test_what_came_after_the_last_checkpoint_is_counted_as_uncovered(sealed: tuple[Path, str], tmp_path: Path) -> None:
    source, note = sealed
    assert verify(source, [note]).uncovered == 10
    result = verify(_attacked(source, tmp_path / "x", _truncate, SEALED + 3), [note])
    assert (result.ok, result.uncovered) == (True, 3)


def test_a_checkpoint_with_one_changed_digit_is_refused(sealed: tuple[Path, str]) -> None:
    source, note = sealed
    assert verify(source, [note.replace(f"\n{SEALED}\n", f"\n{SEALED - 1}\n")]).problem == "bad_checkpoint"
    assert verify(source, ["nonsense"]).problem == "bad_checkpoint"


def test_a_line_with_a_space_more_is_not_canonical(sealed: tuple[Path, str], tmp_path: Path) -> None:
    shutil.copytree(sealed[0], tmp_path / "x")
    path = tmp_path / "x" / "log.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"seq":4', b'"seq": 4', 1))
    result = verify(tmp_path / "x")
    assert (result.problem, result.first_bad) == ("not_canonical", 4)


def test_there_is_nothing_to_verify_where_there_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no audit log"):
        verify(tmp_path / "nowhere")
