"""Self-reported data that the user supplies, joined to candidates by their opaque id.

Nothing here guesses: a value that is missing, declined or unreadable is *not stated*.
The file is read, used and forgotten; it is never stored in the workspace.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Mapping

from matcher.audit.impact import UNKNOWN, words
from matcher.errors import InputError
from matcher.models import Record

OLDER, YOUNGER = "40 and over", "under 40"


class Demographics(Record):
    """Groups per attribute and candidate, and ids that belong to nobody in the run."""

    attributes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    unmatched: int = 0
    missing: int = 0
    """People of the run who are not in the file."""

    def groups(self, attribute: str) -> dict[str, str]:
        """Return the group of each candidate. Raises KeyError."""
        return dict(dict(self.attributes)[attribute])


def read_demographics(data: bytes, candidates: Collection[str]) -> Demographics:
    """Read the CSV and join it to the candidates of a run.

    Columns: ``candidate`` (the opaque id), and any of sex, race, age (in years) or age_40 (yes or no), and others, each
    of which is one more attribute. Sex and race together give a further one.

    Raises:
        InputError: not a CSV in UTF-8, no column with ids, an id twice, or no attribute.
    """
    rows, id_column = _rows(data)
    by_id: dict[str, Mapping[str, str]] = {}
    for row in rows:
        candidate = row[id_column].strip()
        if candidate in by_id:
            raise InputError("The demographics file names one candidate twice: keep one row per candidate.")
        by_id[candidate] = row
    known = {candidate: by_id[candidate] for candidate in candidates if candidate in by_id}
    attributes = _attributes([name for name in rows[0] if name != id_column], known)
    if not attributes:
        raise InputError("The demographics file has no column beside the ids: add sex, race, age or others.")
    return Demographics(
        attributes=tuple((name, tuple(groups.items())) for name, groups in attributes.items()),
        unmatched=len(set(by_id) - set(candidates)),
        missing=len(set(candidates) - set(by_id)),
    )


def _rows(data: bytes) -> tuple[list[dict[str, str]], str]:
    try:
        text = data.decode("utf-8-sig")
        dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t") if "\n" in text else csv.excel
        rows = [
            {(name or "").strip(): (value or "") for name, value in row.items() if isinstance(value, str | None)}
            for row in csv.DictReader(io.StringIO(text), dialect=dialect)
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError("The demographics file is not a CSV in UTF-8: save it as one.") from error
    id_column = next((name for name in (rows[0] if rows else {}) if name.lower() in words()["columns"]["id"]), None)
    if id_column is None:
        raise InputError("The demographics file needs a column `candidate` with the ids of the run, and one row each.")
    return rows, id_column


def _attributes(columns: Collection[str], known: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    attributes: dict[str, dict[str, str]] = {}
    for column in columns:
        name, reader = _meaning(column)
        attributes.setdefault(name, {candidate: reader(row.get(column, "")) for candidate, row in known.items()})
    if "sex" in attributes and "race/ethnicity" in attributes:
        attributes["sex × race/ethnicity"] = {
            candidate: _both(sex, attributes["race/ethnicity"][candidate])
            for candidate, sex in attributes["sex"].items()
        }
    return attributes


def _meaning(column: str) -> tuple[str, Callable[[str], str]]:
    name, names = column.strip().lower(), words()["columns"]
    if name in names["sex"]:
        return "sex", _stated
    if name in names["race"]:
        return "race/ethnicity", _stated
    if name in names["age"]:
        return "age 40 and over", _by_years
    if name in names["age_40"]:
        return "age 40 and over", _by_answer
    return column.strip(), _stated


def _stated(value: str) -> str:
    plain = " ".join(value.split())
    return UNKNOWN if plain.lower() in words()["unknown"]["words"] else plain


def _by_years(value: str) -> str:
    plain = value.strip()
    if not plain.isdecimal() or not 14 <= int(plain) <= 110:
        return UNKNOWN
    return OLDER if int(plain) >= 40 else YOUNGER


def _by_answer(value: str) -> str:
    plain = value.strip().lower()
    if plain in words()["columns"]["yes"]:
        return OLDER
    return YOUNGER if plain in words()["columns"]["no"] else UNKNOWN


def _both(sex: str, race: str) -> str:
    return UNKNOWN if UNKNOWN in (sex, race) else f"{sex}, {race}"
