"""Audit commands as functions: verify, prove, replay, impact, explain, card; each leaves its own event in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from matcher import llm, report
from matcher.audit import impact_report
from matcher.audit.card import card as make_card
from matcher.audit.demographics import read_demographics
from matcher.audit.events import JSON
from matcher.audit.explain import explain as make_page
from matcher.audit.impact_report import ImpactReport
from matcher.audit.log import Log
from matcher.audit.note import Checkpoint, parse_note
from matcher.audit.prove import latest_checkpoint, verifier_script
from matcher.audit.prove import prove as make_proof
from matcher.audit.replay import Replay
from matcher.audit.replay import replay as compare
from matcher.audit.verify import Verification
from matcher.audit.verify import verify as verify_folder
from matcher.canonical import sha256_hex
from matcher.config import Settings
from matcher.errors import InputError
from matcher.models import Ranking, StoredRun
from matcher.pipeline import judges, matching
from matcher.pipeline.deliver import write_whole
from matcher.pipeline.run import remember_export
from matcher.pipeline.session import Session, session
from matcher.workspace import Workspace

AUDIT = "audit"


def verify(settings: Settings, against: Sequence[Path] = (), key: str | None = None) -> Verification:
    """Verify the log of the workspace against checkpoints that were kept outside.

    Raises:
        LogError: there is no log. InputError: a checkpoint file that cannot be read.
    """
    return verify_folder(settings.workspace / AUDIT, [_text(path) for path in against], key)


def checkpoint(settings: Settings, out: Path | None = None) -> Checkpoint:
    """Seal the log and return the checkpoint; ``out`` also writes it to a file that is to be kept elsewhere."""
    with session(settings, "read") as opened:
        sealed = opened.log.seal("checkpoint")
    if out is not None:
        _write(out, sealed.note.encode())
    return sealed


def prove(settings: Settings, candidate: str, out: Path, against: Path | None = None) -> tuple[Path, Path]:
    """Write the proof for one person and the script that checks it; return both paths.

    Raises:
        InputError: nobody of this id. LogError: never sealed.
    """
    folder = settings.workspace / AUDIT
    with session(settings, "read") as opened:
        who = resolve(opened.workspace, candidate)
        opened.log.seal("prove")
        sealed = parse_note(_text(against), opened.log.key) if against else latest_checkpoint(folder)
        proof = make_proof(folder, who, sealed, _texts_about(opened.workspace, who))
        paths = out / "proof.json", out / "check_proof.py"
        _write(paths[0], json.dumps(proof, ensure_ascii=False, indent=1).encode())
        _write(paths[1], verifier_script().encode())
        opened.log.record("export", actor="system", candidate=who, body={"kind": "proof"})
        remember_export(opened, paths[0])
    return paths


def replay(settings: Settings, run: str | None = None) -> Replay:
    """Make a run's shortlist again from kept replies, without a model, and compare it with what is kept.

    Raises:
        InputError: no such run.
    """
    with session(settings, "write") as opened:
        stored = stored_run(opened.workspace, run)
        kept = report.render_json(matching.shortlist_of(opened.workspace, stored))
        counting = _Counting()
        result = compare(kept, lambda: _made_again(opened, stored, counting))
        body: dict[str, JSON] = {"run": stored.run.id, "same": result.same, "verdicts": counting.events}
        opened.log.record("replayed", actor="system", body=body)
        return result


def impact(
    settings: Settings, demographics: Path | None, run: str | None = None, lengths: Sequence[int] | None = None
) -> ImpactReport:
    """Return the impact tables of a run; the demographics file is read, used and not kept.

    Raises:
        InputError: no such run, or a file that cannot be used.
    """
    with session(settings, "read") as opened:
        shortlist = matching.shortlist_of(opened.workspace, stored_run(opened.workspace, run))
        ids = [entry.candidate for entry in shortlist.entries]
        data = read_demographics(_bytes(demographics), ids) if demographics is not None else None
        made = impact_report.impact(shortlist, data, lengths or impact_report.LENGTHS)
        facts = {"tables": len(made.tables), "computed": data is not None}
        opened.log.record("impact_report", actor="system", body={"run": made.run, **facts})
        return made


def explain(settings: Settings, candidate: str, run: str | None = None, contact: str | None = None) -> str:
    """Return the page in plain words for one person.

    Raises:
        InputError: no such run, or nobody of this id in it.
    """
    with session(settings, "read") as opened:
        stored = stored_run(opened.workspace, run)
        who = resolve(opened.workspace, candidate)
        shortlist = matching.shortlist_of(opened.workspace, stored)
        if all(entry.candidate != who for entry in shortlist.entries):
            raise InputError(f"{candidate} is not in run {stored.run.id}: name another --run.")
        view = next((view for view in stored.views if view.candidate == who), None)
        decisions = opened.workspace.decisions(stored.run.id)
        page = make_page(shortlist, who, opened.workspace.document(who), view, decisions, contact)
        opened.log.record("explained", actor="system", candidate=who, body={"run": stored.run.id})
        return page


def card(settings: Settings, run: str | None = None) -> str:
    """Return the model card of a run. Raises InputError if there is no such run."""
    with session(settings, "read") as opened:
        stored = stored_run(opened.workspace, run)
        sealed = opened.log.seal("card")
        decisions = opened.workspace.decisions(stored.run.id)
        return make_card(matching.shortlist_of(opened.workspace, stored), checkpoint=sealed.line, decisions=decisions)


def stored_run(workspace: Workspace, run: str | None) -> StoredRun:
    """Return a stored run, or the last one. Raises InputError if there is none of this id."""
    wanted = run or workspace.meta("last_run")
    stored = workspace.get("run", wanted, StoredRun) if wanted else None
    if stored is None:
        known = ", ".join(workspace.keys("run")) or "none yet: make one with `matcher run`"
        raise InputError(f"There is no such run in the workspace. Runs: {known}.")
    return stored


def resolve(workspace: Workspace, candidate: str) -> str:
    """Return the candidate of an id, the beginning of one, or the name of a file; unknown full ids stay as they are.

    Raises:
        InputError: several candidates fit.
    """
    ids = workspace.candidates()
    wanted = candidate if candidate.startswith("cand:") else f"cand:{candidate}"
    found = {one for one in ids if one.startswith(wanted)}
    for row in workspace.files():
        if candidate in (row.file, row.file.rpartition("!")[2], Path(row.file).name):
            found |= {row.candidate or row.duplicate_of or ""} - {""}
    if len(found) > 1:
        raise InputError(
            f"{candidate} fits several candidates: give the whole id of one of {', '.join(sorted(found))}."
        )
    return found.pop() if found else candidate


class _KeptOnly:
    """An endpoint that never answers: what was not kept is not there."""

    def __init__(self, identity: str, note: str) -> None:
        self.identity = identity
        self.note = note

    def send(self, request: llm.Request, deadline: float) -> bytes:
        """Refuse. Raises Fault."""
        del request, deadline
        raise llm.Fault("item", "a replay asks no model, and this reply was not kept")


class _Counting:
    """Counts what a replay would log: it judges nothing anew, so its verdicts must not stand in the log twice."""

    def __init__(self) -> None:
        self.events = 0

    def record(self, kind: str, **_: object) -> int:
        """Count one event."""
        self.events += 1
        return self.events


def _made_again(opened: Session, stored: StoredRun, counting: _Counting) -> bytes:
    job = matching.Job(stored.criteria, stored.posting_text, ())
    again = Session(_settings_of(opened, stored), opened.workspace, cast(Log, counting), opened.progress)
    pool = {row.candidate for row in stored.files if row.status == "read" and row.candidate}
    ranking = matching.rank_pool(again, job, pool)
    with _readers(again, stored, ranking) as readers:
        made = matching.judge_head(again, job, ranking, readers.judge, stored.run.as_of, readers.second)
    rebuilt = matching.stored_run(again, job, ranking, made, readers.judge, stored.files, stored.run.as_of)
    return report.render_json(matching.shortlist_of(opened.workspace, rebuilt))


def _settings_of(opened: Session, stored: StoredRun) -> Settings:
    cells = [cell for assessment in stored.assessments for cell in assessment.justifications]
    passes = max((len(cell.votes) for cell in cells), default=1) or 1
    return opened.settings.model_copy(update={"top": stored.run.top, "passes": passes})


@contextmanager
def _readers(opened: Session, stored: StoredRun, ranking: Ranking) -> Iterator[judges.Readers]:
    prefix = "model:"
    if not stored.run.judge.startswith(prefix):
        yield judges.Readers(judges.offline(opened, ranking))
        return
    with llm.WorkspaceStore(opened.settings.workspace) as store:
        gateway = llm.Gateway(_KeptOnly(stored.run.judge.removeprefix(prefix), stored.run.judge_note), store)
        yield judges.with_gateway(opened, ranking, gateway)


def _texts_about(workspace: Workspace, candidate: str) -> list[str]:
    """Whatever the workspace holds that a record about the person may have committed to."""
    texts = [row.file for row in workspace.files() if candidate in (row.candidate, row.duplicate_of)]
    texts += [row.sha256 for row in workspace.files() if row.candidate == candidate and row.sha256]
    for decision in workspace.decisions():
        if decision.candidate == candidate:
            texts += [decision.text, decision.who]
    for key in workspace.keys("run"):
        stored = workspace.get("run", key, StoredRun)
        for assessment in stored.assessments if stored else ():
            if assessment.candidate == candidate:
                texts += [
                    value for cell in assessment.justifications for value in _texts_of_cell(cell.reply, cell.reason)
                ]
    query = "SELECT key FROM reply WHERE candidate = ?"
    texts += [row[0] for row in workspace.connection.execute(query, (candidate,))]
    return [text for text in dict.fromkeys(texts) if text]


def _texts_of_cell(reply: str | None, reason: str) -> Iterator[str]:
    yield reason
    if reply is not None:
        yield reply


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Name another place.") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Correct the path.") from error


def _text(path: Path) -> str:
    return _bytes(path).decode("utf-8", "replace")


def deliver(settings: Settings, path: Path, content: str) -> None:
    """Write a page with personal data where the user wants it, and remember where, so that erasure finds it."""
    with session(settings, "read") as opened:
        _write(path, content.encode())
        remember_export(opened, path)
        opened.log.record("export", actor="system", body={"kind": "page", "sha256": sha256_hex(content.encode())})
