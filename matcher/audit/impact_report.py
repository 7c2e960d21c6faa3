"""A shortlist and self-reported data → all impact tables of a run, as text for people and JSON for an auditor.

Measures: selection (a person advanced the candidate), being on the shortlist at several lengths and at the real cut,
and scoring strictly above the median, by the final score and by the fit of the whole pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcher.audit import rules
from matcher.audit.demographics import Demographics
from matcher.audit.impact import UNKNOWN, Row, Table, above_median, reconcile, tabulate, words
from matcher.models import Record, Shortlist
from matcher.sinks import terminal

LENGTHS = (5, 10, 20, 50)
HIDDEN_BELOW = 5
STANDING = (
    "This is a self-test of one run, not an independent audit. Groups are as people stated them; nobody's was guessed.",
    "Ratios come from unrounded rates; tests are two-sided at 5 %; in small groups the exact test leads.",
)


class ImpactReport(Record):
    """All tables of one run with the rules they are read against; or why there are none."""

    schema_: str = "matcher.impact/1"
    run: str
    people: int
    tables: tuple[Table, ...] = ()
    not_computed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rules_as_of: str
    rules: tuple[rules.Rule, ...]
    standing: tuple[str, ...] = STANDING


def impact(shortlist: Shortlist, demographics: Demographics | None, lengths: Sequence[int] = LENGTHS) -> ImpactReport:
    """Return the impact report of a run; without self-reported data, one that says *not computed*."""
    entries = shortlist.entries
    base = {
        "run": shortlist.run.id, "people": len(entries), "rules_as_of": rules.as_of().isoformat(),
        "rules": rules.rules("impact"),
    }  # fmt: skip
    if demographics is None:
        return ImpactReport(**base, not_computed=("everything: no self-reported data were given (--demographics CSV)",))
    measures, missing = _measures(shortlist, lengths, demographics)
    tables = tuple(
        tabulate(measure, attribute, dict(groups), chosen, note)
        for measure, chosen, note in measures
        for attribute, groups in demographics.attributes
    )
    warnings = [*reconcile(tables)]
    if demographics.unmatched:
        warnings.append(f"{demographics.unmatched} ids of the file belong to nobody in this run.")
    if demographics.missing:
        warnings.append(f"{demographics.missing} people of this run are not in the file: they count as not stated.")
    return ImpactReport(**base, tables=tables, not_computed=tuple(missing), warnings=tuple(warnings))


Measure = tuple[str, dict[str, bool], str]


def _measures(
    shortlist: Shortlist, lengths: Sequence[int], demographics: Demographics
) -> tuple[list[Measure], list[str]]:
    entries, missing = shortlist.entries, []
    measures: list[Measure] = []
    if any(entry.decision is not None for entry in entries):
        chosen = {entry.candidate: entry.decision == "advance" for entry in entries}
        measures.append(("selection by a person", chosen, "Advanced by a named person; everyone of the pool counts."))
    else:
        missing.append("selection by a person: nobody has decided yet")
    for length in sorted({k for k in lengths if k < len(entries)}):
        chosen = {entry.candidate: entry.rank is not None and entry.rank <= length for entry in entries}
        measures.append((f"among the first {length}", chosen, "Ties share a rank."))
    cut = {entry.candidate: entry.status == "ranked" for entry in entries}
    if 0 < sum(cut.values()) < len(cut):
        measures.append((f"above the cut ({sum(cut.values())} read)", cut, "Read and ranked by the judge."))
    groups = [pair for _, of_attribute in demographics.attributes[:1] for pair in of_attribute]
    stated = [candidate for candidate, group in groups if group != UNKNOWN]
    scores = {entry.candidate: float(entry.score) for entry in entries if entry.score is not None}
    fits = {entry.candidate: entry.fit for entry in entries if entry.fit is not None}
    measures += _scoring("scoring (final score)", scores, stated)
    measures += _scoring("scoring (fit of the pool)", fits, stated)
    return measures, missing


def _scoring(name: str, scores: dict[str, float], stated: Sequence[str]) -> Iterator[Measure]:
    scoring = above_median(scores, stated)
    if scoring is None:
        return
    note = (
        f"Strictly above the median ({scoring.median:g}) of all {len(scores)} people assessed, those who stated"
        f" no group included; {scoring.ties_at_median:.0%} of the scores equal the median."
    )
    if scoring.median_of_stated is not None:
        note += f" Without those who stated no group the median is {scoring.median_of_stated:g}."
    yield name, dict(scoring.above), note


def render(report: ImpactReport, shareable: bool = True) -> str:
    """Return the report as plain text; in a shareable one, numbers of groups below five people are withheld."""
    lines = [f"Impact tables of run {report.run}: {report.people} people.", *report.standing, ""]
    lines += [f"Not computed: {what}." for what in report.not_computed]
    lines += [f"Note: {warning}" for warning in report.warnings]
    for table in report.tables:
        lines += ["", f"{table.measure} by {terminal(table.attribute)}", table.note, *_render_rows(table, shareable)]
    lines += ["", f"Rules as last looked at on {report.rules_as_of} (not legal advice):"]
    return "\n".join([*lines, *(f"- {rule.line}" for rule in report.rules)]) + "\n"


def _render_rows(table: Table, shareable: bool) -> Iterator[str]:
    for row in table.rows:
        yield _render_row(row, shareable)
    hidden = shareable and 0 < table.unknown_total < HIDDEN_BELOW
    count = f"fewer than {HIDDEN_BELOW}" if hidden else f"{table.unknown_selected} of {table.unknown_total}"
    yield f"  not stated: {count}. {words()['says']['unknown']}"


def _render_row(row: Row, shareable: bool) -> str:
    group = terminal(row.group)
    if shareable and row.total < HIDDEN_BELOW:
        return f"  {group}: fewer than {HIDDEN_BELOW} people, numbers withheld. {words()['says']['too_small']}"
    marks = f" [under {rules.rule('nyc-impact').value:.0%} of those stated]" if row.under_share else ""
    marks += " [small sample]" if row.small else ""
    rate = "-" if row.rate is None else f"{row.rate:.1%} ({row.rate_interval[0]:.1%} to {row.rate_interval[1]:.1%})"
    text = f"  {group}: {row.selected} of {row.total} = {rate}, ratio {_number(row.ratio)}"
    if row.ratio_interval is not None:
        text += f" ({row.ratio_interval[0]:.3f} to {row.ratio_interval[1]:.3f})"
    if row.fisher is not None:
        text += f", z {_number(row.z)}, p {_number(row.p, 4)}, exact p {row.fisher:.4f}, mid-p {_number(row.mid_p, 4)}"
        text += f", {row.shortfall} more would reach four fifths, {row.expected_shortfall:.2f} fewer than expected"
        text += f", ratio {_number(row.flip_flop)} if one decision went the other way"
    return f"{text}.{marks} {row.says}"


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
