"""criteria.toml: the draft that a person edits and approves, and its way back into Criteria."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import tomlkit
from pydantic import ValidationError

from matcher.errors import CriteriaError
from matcher.models import Criteria, Criterion, LintNote, Span

_HEAD = """\
The requirements of one posting, in its own words. Edit, then approve: put your name into approved_by.
kind: responsibility, minimum or preferred. must_have: shown as a gate. weight: 0 to 100, 0 leaves it out of the score.
min_years and degree: what code checks against dated positions and stated degrees; leave them out where none is asked.
start and end: where the words stand in the posting.\
"""


def write(criteria: Criteria, notes: tuple[LintNote, ...] = ()) -> str:
    """Return criteria.toml, with a comment above each criterion whose wording should be looked at."""
    made = tomlkit.document()
    for line in _HEAD.splitlines():
        made.add(tomlkit.comment(line))
    made.add(tomlkit.nl())
    made["posting"] = criteria.posting
    made["title"] = criteria.title
    if criteria.language:
        made["language"] = criteria.language
    made["approved_by"] = criteria.approved_by or ""
    table = tomlkit.aot()
    for criterion in criteria.criteria:
        table.append(_table(criterion, [note for note in notes if note.criterion == criterion.id]))
    made["criterion"] = table
    return tomlkit.dumps(made)


def _table(criterion: Criterion, notes: list[LintNote]) -> tomlkit.items.Table:
    made = tomlkit.table()
    for note in notes:
        made.add(tomlkit.comment(f'{note.level}: "{note.words}". {note.advice}'))
    made["id"] = criterion.id
    made["kind"] = criterion.kind
    made["text"] = criterion.text
    made["must_have"] = criterion.must_have
    made["weight"] = criterion.weight
    for name in ("min_years", "degree", "neutral"):
        value = getattr(criterion, name)
        if value is not None:
            made[name] = value
    made["start"] = criterion.span.start
    made["end"] = criterion.span.end
    return made


def read(path: Path) -> Criteria:
    """Return the criteria in a criteria.toml.

    Raises:
        CriteriaError: not TOML, an unknown or missing field, no criterion, an id used twice; the message says where.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CriteriaError(f"{path} cannot be read as a criteria file: {error}.") from error
    try:
        return _criteria(values)
    except (KeyError, TypeError) as error:
        raise CriteriaError(f"{path}: the field {error} is missing or of the wrong kind.") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "criterion"
        raise CriteriaError(f"{path}: {where}: {first['msg']}.") from error


def _criteria(values: Mapping[str, object]) -> Criteria:
    rows = values.get("criterion")
    if not isinstance(rows, list):
        raise KeyError("criterion")
    made = []
    for row in rows:
        fields = dict(row)
        start, end = int(fields.pop("start", 0)), int(fields.pop("end", 0))
        made.append(Criterion.model_validate(fields | {"span": Span(start=start, end=end)}))
    known = {name: values[name] for name in ("posting", "title", "language") if name in values}
    approved = str(values.get("approved_by", "")).strip() or None
    unknown = set(values) - {"posting", "title", "language", "approved_by", "criterion"}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    return Criteria.model_validate(known | {"criteria": tuple(made), "approved_by": approved})
