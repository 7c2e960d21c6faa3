"""What judging would cost, batch files for the night, and the selftest: the parts around the judge that users see."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matcher import justify, llm
from matcher.canonical import canonical_json
from matcher.config import Settings
from matcher.errors import InputError, MatcherError
from matcher.justify import ModelJudge
from matcher.justify.adversaries import flickerer, liar, puppet
from matcher.justify.examining import Agreement, Exam, Paper, agreement, load_exam, with_line
from matcher.models import Assessment, BlindView, Criteria

TOKENS_PER_CELL = 60
"""What an answer to one requirement takes, as measured (benchmarks/judging.py)."""
SECONDS_PER_CALL = 2.0
TOKENS_PER_SECOND = 60.0
CORRECTIONS = 0.1
"""Share of the candidates about whom one more call is needed, assumed for estimates."""
LIES = 85
VERIFY_SHARE = 0.3


@dataclass(frozen=True)
class Estimate:
    """What reading these candidates would take; tokens are estimates that err on the dear side."""

    candidates: int
    calls: int
    prompt: int
    shared: int
    answers: int
    minutes: float

    def lines(self) -> list[tuple[str, str]]:
        """Return names and values for people."""
        share = self.shared / self.prompt if self.prompt else 0.0
        return [
            ("candidates", str(self.candidates)),
            ("calls", str(self.calls)),
            ("prompt tokens", f"{self.prompt:,}".replace(",", " ")),
            ("of which the same for all (cacheable)", f"{share:.0%}"),
            ("answer tokens", f"{self.answers:,}".replace(",", " ")),
            ("minutes, about", f"{max(self.minutes, 0.1):.1f}"),
        ]


def estimate(settings: Settings, criteria: Criteria, views: Sequence[BlindView]) -> list[tuple[str, str]]:
    """Return calls, tokens and minutes of a run as names and values; nothing is asked."""
    made = estimate_of(settings, criteria, views)
    return [*made.lines(), ("cost", _cost(settings, made))]


def estimate_of(settings: Settings, criteria: Criteria, views: Sequence[BlindView]) -> Estimate:
    """Return what reading these candidates would take, corrections and a second reading included."""
    judge = ModelJudge(llm.FunctionLLM(lambda _: ""), passes=settings.passes)
    requests = [
        r for view in views for sample in range(settings.passes) for r in judge.requests(view, criteria, sample)
    ]
    prompt = sum(llm.prompt_tokens(r) for r in requests)
    system = llm.estimate_tokens(requests[0].system) if requests else 0
    answers = TOKENS_PER_CELL * len(criteria.criteria) * len(requests)
    factor = 1 + CORRECTIONS
    second = len(views) if settings.verify else 0
    calls = math.ceil(len(requests) * factor) + second
    prompt_all = round(prompt * factor) + round(prompt * VERIFY_SHARE if second else 0)
    answers_all = round(answers * factor) + (answers // max(settings.passes, 1) if second else 0)
    per_call = SECONDS_PER_CALL + TOKENS_PER_CELL * len(criteria.criteria) / TOKENS_PER_SECOND
    minutes = calls * per_call / min(settings.concurrency, max(calls, 1)) / 60
    return Estimate(len(views), calls, prompt_all, max(0, len(requests) - 1) * system, answers_all, minutes)


def _cost(settings: Settings, made: Estimate) -> str:
    """The price where the settings know one (per million tokens), else what to multiply."""
    prompt, answer = settings.price_prompt, settings.price_answer
    if prompt is None or answer is None:
        return "the tokens above times your provider's prices; half of that with a batch file"
    return f"{(made.prompt * prompt + made.answers * answer) / 1e6:.2f} at your prices, before any cache discount"


# --- batch files ---------------------------------------------------------------------------------------------------


def _asked(settings: Settings, criteria: Criteria, views: Iterable[BlindView], asker: llm.Asker) -> list[llm.Asked]:
    judge = ModelJudge(asker, passes=settings.passes)
    return [
        (request, view.candidate)
        for view in views
        for sample in range(settings.passes)
        for request in judge.requests(view, criteria, sample)
    ]


def batch_write(settings: Settings, criteria: Criteria, views: Sequence[BlindView], store: llm.Store, out: Path) -> int:
    """Write the requests that the store cannot answer as a file for the Batch API; return how many.

    Raises:
        ConfigError: no key or a forbidden address.
    """
    with llm.OpenAIEndpoint(settings.llm, store=store) as endpoint:
        asked = _asked(settings, criteria, views, llm.Gateway(endpoint, store))
        lines = list(llm.batch_lines(asked, endpoint, store))
    out.write_text("".join(line + "\n" for line in lines), "utf-8")
    return len(lines)


def batch_read(
    settings: Settings, criteria: Criteria, views: Sequence[BlindView], store: llm.Store, source: Path
) -> llm.BatchOutcome:
    """Store the replies of a Batch API output file; the next run uses them as if it had asked.

    Raises:
        InputError: no such file. ConfigError: no key or a forbidden address.
    """
    try:
        lines = source.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"The batch file {source} cannot be read: {error.strerror}.") from error
    with llm.OpenAIEndpoint(settings.llm, store=store) as endpoint:
        asked = _asked(settings, criteria, views, llm.Gateway(endpoint, store))
        return llm.read_batch(lines, asked, endpoint, store)


# --- selftest ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """One part of the selftest: what was tried, whether the product held, and what was seen."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class SelftestReport:
    """All trials; the exam measures the model and cannot fail the product."""

    trials: tuple[Trial, ...]
    exam: Agreement | None = None
    model: str = "none"

    @property
    def passed(self) -> bool:
        """True if the product held in every trial."""
        return all(trial.passed for trial in self.trials)

    def lines(self) -> list[str]:
        """Return the report for people."""
        out = [f"{'ok  ' if trial.passed else 'FAIL'}  {trial.name}: {trial.detail}" for trial in self.trials]
        if self.exam is not None:
            out.append(f"exam  {self.model}: {self.exam.said()}")
        return out

    def as_json(self) -> dict[str, object]:
        """Return the report for machines."""
        trials = [{"name": t.name, "passed": t.passed, "detail": t.detail} for t in self.trials]
        exam = None if self.exam is None else {**vars(self.exam), "kappa": round(self.exam.kappa, 3)}
        return {"passed": self.passed, "model": self.model, "trials": trials, "exam": exam}


def selftest(settings: Settings, asker: llm.Asker | None = None) -> SelftestReport:
    """Try the product against models that misbehave, and where a model is configured, give it the exam.

    ``asker`` takes the place of the configured model.

    Raises:
        ConfigError: a model is named and no key is given, or an address that would show résumés to others.
    """
    exam = load_exam()
    trials = [_lies(exam), _orders(exam), _flicker(exam), _broken(exam)]
    if asker is None and settings.llm == "none":
        return SelftestReport(tuple(trials))
    if asker is not None:
        return _examined(exam, trials, asker)
    with llm.open_gateway(settings.llm, deadline=settings.deadline) as gateway:
        return _examined(exam, trials, gateway)


def _examined(exam: Exam, trials: list[Trial], asker: llm.Asker) -> SelftestReport:
    try:
        assessments = [_read(paper, exam, ModelJudge(asker)) for paper in exam.papers]
    except MatcherError as error:
        trials.append(Trial("the configured model", False, str(error)))
        return SelftestReport(tuple(trials), None, asker.name)
    return SelftestReport(tuple(trials), agreement(exam.papers, assessments), asker.name)


def _read(paper: Paper, exam: Exam, judge: justify.Judge) -> Assessment:
    return justify.justify(paper.view, paper.document, exam.criteria, judge)


def _lies(exam: Exam) -> Trial:
    lies = invented = 0
    for seed in range(LIES // len(exam.papers)):
        for paper in exam.papers:
            assessment = _read(paper, exam, ModelJudge(liar(seed)))
            lies += len(assessment.justifications)
            invented += _inventions(assessment, paper)
    return Trial("a liar", invented == 0, f"{lies} lying cells, {invented} invented quotes, ids or years shown")


def _orders(exam: Exam) -> Trial:
    """Everybody but the one whose résumé gives orders must come out byte for byte as before."""
    victim, others = exam.papers[0], exam.papers[1:]
    before = [_bytes(_read(paper, exam, ModelJudge(puppet()))) for paper in others]
    moved = invented = 0
    for text in exam.hostile:
        pool = [with_line(victim, text), *others]
        after = [_read(paper, exam, ModelJudge(puppet())) for paper in pool]
        moved += sum(a != _bytes(b) for a, b in zip(before, after[1:], strict=True))
        invented += _inventions(after[0], pool[0])
    detail = f"{len(exam.hostile)} hostile lines obeyed, {moved} other candidates moved, {invented} inventions shown"
    return Trial("a puppet", moved == invented == 0, detail)


def _flicker(exam: Exam) -> Trial:
    assessments = [_read(paper, exam, ModelJudge(flickerer(0.3), passes=3)) for paper in exam.papers]
    cells = [cell for assessment in assessments for cell in assessment.justifications]
    split = [cell for cell in cells if len(set(cell.votes)) > 1]
    unmarked = sum(not cell.unsure for cell in split if cell.status == "done")
    rates = justify.flip_rates(assessments, exam.criteria)
    most = max(rates.values(), default=0.0)
    detail = f"{len(split)} of {len(cells)} cells flickered (at most {most:.0%} of a criterion), {unmarked} unmarked"
    return Trial("a flickering model", bool(split) and unmarked == 0, detail)


def _broken(exam: Exam) -> Trial:
    """Half a reply, an error object, a refusal, silence: every cell is there and says that it was not assessed."""
    faults: list[str | bytes] = ['{"answers": [', b'{"choices": [{"message": {"content": null, "refusal": "no"}}]}', ""]
    listed = done = 0
    for fault in faults:
        judge = ModelJudge(llm.FunctionLLM(lambda _, fault=fault: fault))  # type: ignore[misc]
        for paper in exam.papers:
            cells = _read(paper, exam, judge).justifications
            listed += len(cells)
            done += sum(cell.status == "done" for cell in cells)
    expected = len(faults) * len(exam.papers) * len(exam.criteria.criteria)
    detail = f"{listed} of {expected} cells listed, {done} of them with a verdict from nothing"
    return Trial("a broken server", listed == expected and done == 0, detail)


def _inventions(assessment: Assessment, paper: Paper) -> int:
    """How many quotes, ids or years of an assessment do not come from the résumé."""
    spans = {(line.span.start, line.span.end) for line in paper.view.lines}
    known = {position.id for position in paper.view.positions}
    longest = max((p.from_ago or 0 for p in paper.view.positions), default=0) / 12
    wrong = 0
    for cell in assessment.justifications:
        for quote in (*cell.evidence, *cell.nearest):
            text = paper.document.text[quote.start : quote.end]
            wrong += (quote.start, quote.end) not in spans or text != quote.text
        wrong += sum(name not in known for name in cell.counted)
        wrong += (cell.years or 0.0) > longest + 0.1
        wrong += cell.verdict in ("met", "partial") and not cell.evidence
    return wrong


def _bytes(assessment: Assessment) -> bytes:
    return canonical_json(assessment.model_dump(mode="json"))
