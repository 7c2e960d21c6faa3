"""Proofs for one person, checked by the script that is handed out with them; and replays."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from matcher.audit import check_proof
from matcher.audit.note import parse_note
from matcher.audit.prove import latest_checkpoint, prove, verifier_script
from matcher.audit.replay import replay
from matcher.audit.verify import events
from matcher.errors import InputError, LogError
from tests.fakes_audit import candidate, filled_log

REASONS = [f"Reason number {number}" for number in range(60)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with filled_log(tmp_path / "audit", 57) as log:
        log.record("shortlist_sealed", actor="human:Ada", body={"order": [candidate(3), candidate(4)]})
        log.seal()
        log.record("verdict", actor="system", candidate=candidate(3), body={"score": 1})
    return tmp_path / "audit"


def _run(folder: Path, proof: object, outside: str | None = None) -> subprocess.CompletedProcess[str]:
    (folder / "proof.json").write_text(json.dumps(proof), "utf-8")
    (folder / "script.py").write_text(verifier_script(), "utf-8")
    arguments = [sys.executable, "-I", str(folder / "script.py"), str(folder / "proof.json")]
    if outside is not None:
        (folder / "outside.note").write_text(outside, "utf-8")
        arguments.append(str(folder / "outside.note"))
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


def test_the_verifier_is_at_most_150_lines_of_standard_library() -> None:
    lines = verifier_script().splitlines()
    assert len(lines) <= 150
    imported = [line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))]
    assert set(imported) <= sys.stdlib_module_names


def test_a_proof_holds_all_records_of_one_person_and_of_nobody_else(folder: Path) -> None:
    proof = prove(folder, candidate(3), latest_checkpoint(folder), REASONS)
    records = proof["records"]
    assert [record["index"] for record in records] == [3, 13, 23, 33, 43, 53, 57]
    assert records[0]["texts"] == [{"field": "reason", "text": "Reason number 3"}]
    others = {event.said.get("candidate") for event in events(folder)} - {json.loads(records[0]["line"])["candidate"]}
    text = json.dumps([record["line"] for record in records[:-1]])
    assert not any(str(other) in text for other in others if other)


def test_the_script_accepts_a_true_proof(folder: Path) -> None:
    checkpoint = latest_checkpoint(folder)
    proof = prove(folder, candidate(3), checkpoint, REASONS)
    done = _run(folder, proof, checkpoint.note)
    assert (done.returncode, done.stdout) == (0, "7 records stand in the log, unchanged.\n")


def _forgeries(proof: dict[str, object]) -> dict[str, object]:
    def changed(**fields: object) -> dict[str, object]:
        return json.loads(json.dumps(proof)) | fields

    records = json.loads(json.dumps(proof["records"]))
    edited = json.loads(json.dumps(records))
    edited[0]["line"] = edited[0]["line"].replace('"verdict":"met"', '"verdict":"contradicted"')
    twice = json.loads(json.dumps(records))
    twice[0]["line"] = twice[0]["line"].replace('{"actor"', '{"kind":"override","actor"')
    moved = json.loads(json.dumps(records))
    moved[0]["index"] += 1
    path = json.loads(json.dumps(records))
    path[0]["path"][0] = "00" * 32
    text = json.loads(json.dumps(records))
    text[0]["texts"][0]["text"] = "Reason number 4"
    return {
        "an edited record": changed(records=edited), "a field written twice": changed(records=twice),
        "another place": changed(records=moved), "another path": changed(records=path),
        "another text": changed(records=text), "another person": changed(candidate=candidate(4)),
        "another key": changed(key="11" * 32),
        "another size": changed(checkpoint=str(proof["checkpoint"]).replace("\n59\n", "\n58\n")),
    }  # fmt: skip


@pytest.mark.parametrize("name", [
    "an edited record", "a field written twice", "another place", "another path", "another text", "another person",
    "another key", "another size",
])  # fmt: skip
def test_the_script_refuses(name: str, folder: Path) -> None:
    forged = _forgeries(prove(folder, candidate(3), latest_checkpoint(folder), REASONS))[name]
    assert _run(folder, forged).returncode == 1


def test_the_script_refuses_a_proof_for_another_checkpoint_than_the_one_that_was_handed_out(folder: Path) -> None:
    proof = prove(folder, candidate(3), latest_checkpoint(folder), REASONS)
    with filled_log(folder.parent / "other", 57) as log:
        other = log.seal().note
    assert _run(folder, proof, other).returncode == 1


def test_a_proof_can_be_made_for_an_earlier_checkpoint(tmp_path: Path) -> None:
    with filled_log(tmp_path, 20) as log:
        earlier = log.seal()
        log.record("verdict", actor="system", candidate=candidate(3), body={"score": 1})
        log.seal()
    proof = prove(tmp_path, candidate(3), parse_note(earlier.note, earlier.key))
    assert [record["index"] for record in proof["records"]] == [3, 13]
    assert _run(tmp_path, proof, earlier.note).returncode == 0


def test_the_plain_ed25519_agrees_with_the_library_on_many_keys_and_refuses_flipped_bits() -> None:
    for number in range(1, 13):
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public, message = private.public_key().public_bytes_raw(), b"m" * number
        signature = private.sign(message)
        assert check_proof.signed(public, message, signature)
        assert not check_proof.signed(public, message + b"!", signature)
        flipped = bytes([signature[0] ^ 1]) + signature[1:]
        assert not check_proof.signed(public, message, flipped)


def test_nobody_is_proved_who_is_not_in_the_log(folder: Path) -> None:
    with pytest.raises(InputError, match="knows nobody"):
        prove(folder, candidate(99), latest_checkpoint(folder))


def test_a_log_that_was_never_sealed_has_no_checkpoint(tmp_path: Path) -> None:
    filled_log(tmp_path, 2).close()
    with pytest.raises(LogError, match="never sealed"):
        latest_checkpoint(tmp_path)


def test_a_replay_that_gives_the_same_bytes_says_so() -> None:
    assert replay(b'{"a":1}', lambda: b'{"a":1}').same


def test_a_replay_names_the_first_byte_that_differs() -> None:
    result = replay(b'{"a":1,"b":2}', lambda: b'{"a":1,"b":3}')
    assert (result.same, result.first_difference) == (False, 11)
    assert result.kept_there.endswith('"b":2}')
    assert replay(b"abc", lambda: b"ab").first_difference == 2


def test_the_script_is_the_module_that_the_tests_import() -> None:
    spec = importlib.util.find_spec("matcher.audit.check_proof")
    assert isinstance(check_proof, ModuleType)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).read_text("utf-8") == verifier_script()
