"""The judge that asks a language model: one call per candidate (and per part of a very long résumé).

Invariants: a request holds one candidate and never two; the system text is the same for a whole run; the model names
lines and positions, nothing else of its reply is used but the reason, and that only after the checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from matcher.justify import merge, render, replies
from matcher.llm import Asker, Failure, Request
from matcher.models import BlindView, Cell, Criteria, NotAssessedReason, Verdict
from matcher.prompting import Prompt, load

TOKENS_PER_ANSWER = 160
TOKENS_TO_SPARE = 800
SMALLEST_PART = 800
LONGER = 3
"""A reply that was cut is asked for once more with this many times the room."""


class ModelJudge:
    """Reads through a gateway; ``passes`` readings vote on every cell."""

    def __init__(self, asker: Asker, *, prompt: Prompt | None = None, passes: int = 1, part_tokens: int = 0) -> None:
        self.asker = asker
        self.prompt = prompt or load("justify")
        self.passes = passes
        self.name = f"model:{asker.name}"
        self.note = (
            f"Read by the language model {asker.name} with prompt {self.prompt.ref}; code checked every reply. "
            "How well this model reads is printed by `matcher selftest`."
        )
        self._part_tokens = part_tokens or render.PART_TOKENS

    def requests(self, view: BlindView, criteria: Criteria, sample: int = 0) -> tuple[Request, ...]:
        """Return the requests of one reading, as they are sent: for estimates and batch files."""
        parts = render.layout(view, self._part_tokens).parts
        return tuple(self._request(view, criteria, part, sample) for part in parts)

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        """Return one cell per criterion. Raises BudgetReached or ModelUnreachable."""
        readings = [self._reading(view, criteria, sample, self._part_tokens, {}) for sample in range(self.passes)]
        return tuple(merge.vote(cells) for cells in zip(*readings, strict=True))

    def read_again(self, view: BlindView, criteria: Criteria, complaints: Mapping[str, str]) -> tuple[Cell, ...]:
        """Return new cells for the criteria that are complained about."""
        cells = self._reading(view, criteria, 0, self._part_tokens, complaints)
        return tuple(cell for cell in cells if cell.criterion in complaints)

    def _reading(
        self, view: BlindView, criteria: Criteria, sample: int, part_tokens: int, complaints: Mapping[str, str]
    ) -> list[Cell]:
        plan = render.layout(view, part_tokens)
        ids = [c.id for c in criteria.criteria if not complaints or c.id in complaints]
        by_part: list[list[Cell]] = []
        for part in plan.parts:
            request = self._request(view, criteria, part, sample, complaints)
            cells = self._ask(request, view, ids)
            if _too_long(cells) and part_tokens > SMALLEST_PART:
                return self._reading(view, criteria, sample, part_tokens // 2, complaints)
            by_part.append(cells)
        merged = [merge.merge_parts(cells) for cells in zip(*by_part, strict=True)]
        return [_cut_off(cell) for cell in merged] if plan.left_out else merged

    def _request(
        self,
        view: BlindView,
        criteria: Criteria,
        part: render.Part,
        sample: int,
        complaints: Mapping[str, str] | None = None,
    ) -> Request:
        return Request(
            system=render.system_text(self.prompt, criteria),
            user=render.part_text(view, part) + _correction(complaints or {}),
            schema_name="answers",
            schema=replies.reply_schema(criteria),
            max_tokens=TOKENS_TO_SPARE + TOKENS_PER_ANSWER * len(criteria.criteria),
            sample=sample,
        )

    def _ask(self, request: Request, view: BlindView, ids: Sequence[str]) -> list[Cell]:
        reply = self.asker.ask(request, candidate=view.candidate)
        if not isinstance(reply, Failure) and reply.finish == "length":
            longer = replace(request, max_tokens=request.max_tokens * LONGER)
            reply = self.asker.ask(longer, candidate=view.candidate)
        if isinstance(reply, Failure):
            return [self._failed(name, reply.reason, reply.detail, reply.key) for name in ids]
        parsed = replies.parse(reply.text, ids)
        return [self._cell(name, parsed, reply.key) for name in ids]

    def _cell(self, name: str, parsed: replies.Parsed, key: str) -> Cell:
        answer = parsed.answers.get(name)
        if answer is None:
            return self._failed(name, "reply_invalid", parsed.wrong[name], key)
        return Cell(
            criterion=name,
            verdict=answer.verdict,
            reason=answer.reason,
            lines=tuple(answer.lines),
            counted=tuple(answer.positions),
            prompt=self.prompt.ref,
            reply=key,
        )

    def _failed(self, name: str, why: NotAssessedReason, detail: str, key: str) -> Cell:
        return Cell(
            criterion=name,
            status="not_assessed",
            why_not_assessed=why,
            reason=detail,
            prompt=self.prompt.ref,
            reply=key,
        )


class ModelVerifier:
    """The second reading: only criterion and cited lines, by another prompt (or another model)."""

    def __init__(self, asker: Asker, *, prompt: Prompt | None = None) -> None:
        self.asker = asker
        self.prompt = prompt or load("verify")

    def second(self, view: BlindView, criteria: Criteria, cells: Sequence[Cell]) -> Mapping[str, Verdict]:
        """Return the second verdict of every *met* and *partial* cell, from one call; none where the call fails."""
        claims = [cell for cell in cells if cell.verdict in ("met", "partial") and cell.lines]
        if not claims:
            return {}
        ids = [cell.criterion for cell in claims]
        request = Request(
            system=self.prompt.render(),
            user="\n\n".join(_item(cell, view, criteria) for cell in claims),
            schema_name="answers",
            schema=_verify_schema(),
            max_tokens=TOKENS_TO_SPARE + TOKENS_PER_ANSWER * len(claims),
        )
        reply = self.asker.ask(request, candidate=view.candidate)
        if isinstance(reply, Failure):
            return {}
        return {name: answer.verdict for name, answer in replies.parse(reply.text, ids).answers.items()}


def _item(cell: Cell, view: BlindView, criteria: Criteria) -> str:
    lines = [view.line(name) for name in cell.lines]
    spans = {p.id: f"{p.id}: a position, {render.span_text(p)}" for p in view.positions}
    shown = [
        f"  [{spans.get(line.position or '', 'section: ' + line.section)}] {render.line_text(line)}" for line in lines
    ]
    return "\n".join([render.criterion_line(criteria.get(cell.criterion)), *shown])


def _verify_schema() -> dict[str, object]:
    entry = {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "reason": {"type": "string"},
            "verdict": {"type": "string", "enum": ["met", "partial", "not_shown", "contradicted"]},
        },
        "required": ["id", "reason", "verdict"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"answers": {"type": "array", "items": entry}},
        "required": ["answers"],
        "additionalProperties": False,
    }


def _correction(complaints: Mapping[str, str]) -> str:
    """Complaints in the program's own words: nothing of the earlier reply is repeated."""
    if not complaints:
        return ""
    lines = [f"- {render.one_line(name)}: {complaint}" for name, complaint in complaints.items()]
    head = "An earlier answer was refused. Answer these requirements again, and only these, in the same form:"
    return "\n\n" + "\n".join(["# CORRECTION", head, *lines])


def _too_long(cells: Iterable[Cell]) -> bool:
    return any(cell.why_not_assessed == "too_long" for cell in cells)


def _cut_off(cell: Cell) -> Cell:
    """Of a résumé longer than all parts together: what was found stands, silence is not silence to the end."""
    if cell.verdict in ("met", "partial", "contradicted") or cell.status != "done":
        return cell.model_copy(update={"unsure": True})
    return Cell(
        criterion=cell.criterion,
        status="not_assessed",
        why_not_assessed="too_long",
        reason="the résumé is longer than the reader may read; its end was not read",
        prompt=cell.prompt,
        reply=cell.reply,
    )
