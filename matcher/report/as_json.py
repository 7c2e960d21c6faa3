"""The shortlist as JSON: schema ``matcher.shortlist/1``, published in ``docs/schema/shortlist.schema.json``."""

from __future__ import annotations

import json
from typing import Any

from matcher.models import Criterion, Entry, FileRow, Justification, Quote, RunInfo, Shortlist

SCHEMA = "matcher.shortlist/1"


def render_json(shortlist: Shortlist) -> bytes:
    """Return the shortlist as UTF-8 JSON, two spaces indented, keys in the documented order, no clock time."""
    value = {
        "schema": SCHEMA,
        "version": shortlist.version,
        "sealed_by": shortlist.sealed_by,
        "run": _run(shortlist.run),
        "posting": {
            "title": shortlist.criteria.title,
            "criteria": [_criterion(c) for c in shortlist.criteria.criteria],
        },
        "candidates": [_candidate(entry) for entry in shortlist.entries],
        "files": [_file(row) for row in shortlist.files],
        "counts": dict(shortlist.counts),
        "review": list(shortlist.review),
    }
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode("utf-8", "replace")


def _run(run: RunInfo) -> dict[str, Any]:
    return {
        "id": run.id,
        "versions": dict(run.versions),
        "judge": run.judge,
        "judge_note": run.judge_note,
        "prompt_refs": list(run.prompt_refs),
        "embedding": run.embedding,
        "criteria_hash": run.criteria_hash,
        "as_of": run.as_of.isoformat(),
        "top": run.top,
        "ranking_policy": run.ranking_policy,
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "kind": criterion.kind,
        "text": criterion.text,
        "must_have": criterion.must_have,
        "weight": criterion.weight,
        "min_years": criterion.min_years,
        "degree": criterion.degree,
    }


def _candidate(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.candidate,
        "file": entry.file,
        "rank": entry.rank,
        "status": entry.status,
        "score": entry.score,
        "fit": entry.fit,
        "gates": [{"criterion": gate.criterion, "state": gate.state} for gate in entry.gates],
        "findings": [finding.model_dump(mode="json") for finding in entry.findings],
        "justifications": [_cell(cell) for cell in entry.justifications],
        "tied": entry.tied,
        "rank_low": entry.rank_low,
        "rank_high": entry.rank_high,
        "score_low": entry.score_low,
        "score_high": entry.score_high,
        "coverage": entry.coverage,
        "fit_order": entry.fit_order,
        "facts": entry.facts.model_dump(mode="json"),
        "links": list(entry.links),
        "overridden": list(entry.overridden),
        "decision": entry.decision,
    }


def _cell(cell: Justification) -> dict[str, Any]:
    return {
        "criterion": cell.criterion,
        "status": cell.status,
        "verdict": cell.verdict,
        "reason": cell.reason,
        "years": cell.years,
        "evidence": [_quote(quote) for quote in cell.evidence],
        "checks": [check.model_dump(mode="json") for check in cell.checks],
        "why_not_assessed": cell.why_not_assessed,
        "nearest": [_quote(quote) for quote in cell.nearest],
        "judge": cell.judge,
        "unsure": cell.unsure,
    }


def _quote(quote: Quote) -> dict[str, Any]:
    return {"quote": quote.text, "page": quote.page, "start": quote.start, "end": quote.end}


def _file(row: FileRow) -> dict[str, Any]:
    return {
        "file": row.file,
        "status": row.status,
        "reason": row.reason,
        "detail": row.detail,
        "sha256": row.sha256,
        "candidate": row.candidate,
        "duplicate_of": row.duplicate_of,
        "links": list(row.links),
    }
