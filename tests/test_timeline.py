"""Date ranges in the styles of many people and languages, and the time that jobs cover."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.models import PartialDate
from matcher.timeline import ago, find_ranges, months_ago, union_months, years
from tests.fakes_structure import AS_OF, view

NOW = "now"
STYLES: tuple[tuple[str, str, str], ...] = (
    ("2019 to now: medical ICU", "2019", NOW),
    ("Ypsilanti — Sept 2020 to Present", "2020-9", NOW),
    ("05/2015 to present", "2015-5", NOW),
    ("03.2015 – 10.2019", "2015-3", "2019-10"),
    ("01.03.2015 - 31.12.2017", "2015-3", "2017-12"),
    ("2023-02 to 2024-08, Associate", "2023-2", "2024-8"),
    ("Jan 15 - Mar 17", "2015-1", "2017-3"),
    ("03/17 – 05/19", "2017-3", "2019-5"),
    ("'09 - '12", "2009", "2012"),
    ("2015–18", "2015", "2018"),
    ("May – August 2022", "2022-5", "2022-8"),
    ("November – February 2020", "2019-11", "2020-2"),
    ("Fall 2008 – Spring 2009", "2008-9", "2009-5"),
    ("Q3 2018 - Q1 2020", "2018-7", "2020-3"),
    ("May 12, 2019 to present", "2019-5", NOW),
    ("12 May 2019 – 3 June 2020", "2019-5", "2020-6"),
    ("mid-2018 to late 2020", "2018-6", "2020-12"),
    ("10/2020-", "2020-10", NOW),
    ("Since August 2020: the middle room", "2020-8", NOW),
    ("July 2018 up to today.", "2018-7", NOW),
    ("1. März 2019 bis heute", "2019-3", NOW),
    ("seit 03/2019", "2019-3", NOW),
    ("Oktober 2012 – Jänner 2014", "2012-10", "2014-1"),
    ("mars 2020 – aujourd'hui", "2020-3", NOW),
    ("depuis septembre 2016", "2016-9", NOW),
    ("de février 2014 à août 2016", "2014-2", "2016-8"),
    ("agosto de 2020 a la fecha", "2020-8", NOW),
    ("enero de 2021 – actualidad", "2021-1", NOW),
    ("gennaio 2018 - in corso", "2018-1", NOW),
    ("dal 2014 a oggi", "2014", NOW),
    ("março de 2015 até o momento", "2015-3", NOW),
    ("maart 2016 t/m juni 2019", "2016-3", "2019-6"),
    ("01/2020 tot heden", "2020-1", NOW),
    ("jan. 2015 till och med dec. 2018", "2015-1", "2018-12"),
    ("aug 2017 – nu", "2017-8", NOW),
    ("Engineer\tMar. 2021 Present", "2021-3", NOW),
    ("Jun. 2017 May 2018", "2017-6", "2018-5"),
)  # fmt: skip


def _moment(value: PartialDate | None) -> str:
    if value is None:
        return NOW
    return f"{value.year}-{value.month}" if value.month else str(value.year)


@pytest.mark.parametrize(("text", "first", "last"), STYLES)
def test_a_stretch_of_time_is_read_as_precisely_as_it_is_written(text: str, first: str, last: str) -> None:
    found = find_ranges(text)[0]
    assert (_moment(found.first), _moment(found.last)) == (first, last)
    assert found.current == (last == NOW)


@pytest.mark.parametrize(
    "text",
    ["937-555-0114", "28 beds, 24 to 26 children", "from 14 to 7 days", "99.2% in 12 weeks", "Grade 3, room 12", ""],
)
def test_numbers_that_are_no_dates_are_left_alone(text: str) -> None:
    assert find_ranges(text) == ()


def test_a_day_does_not_reach_over_a_column() -> None:
    found = find_ranges("Classroom Assistant, Grade 3                      August 2018 – present")
    assert found[0].first == PartialDate(year=2018, month=8)
    assert "Grade 3 " in "Classroom Assistant, Grade 3 "[: found[0].start]


def test_an_end_before_its_start_is_no_stretch() -> None:
    assert all(found.kind != "range" for found in find_ranges("2019 - 2012"))


def test_only_an_end_gives_no_usable_length() -> None:
    found = find_ranges("Farm hand, until 2018")[0]
    assert (found.kind, found.first) == ("until", None)
    assert ago(found.first, found.last, found.current, AS_OF) == (None, None, "none")


def test_a_bare_year_is_its_first_of_january_as_start_and_as_end() -> None:
    assert ago(PartialDate(year=2015), PartialDate(year=2018), False, AS_OF) == (142, 106, "year")
    assert union_months([(142, 106)]) == 36


def test_what_lies_ahead_counts_as_the_reference_day() -> None:
    assert months_ago(PartialDate(year=2031, month=4), AS_OF) == 0
    assert months_ago(PartialDate(year=2026, month=10), AS_OF) == 1
    assert ago(PartialDate(year=2026, month=1), None, True, date(2025, 6, 1)) == (0, 0, "month")


def test_jobs_that_touch_are_joined_and_overlaps_count_once() -> None:
    assert union_months([(113, 80), (79, 0)]) == 113
    assert union_months([(113, 80), (78, 0)]) == 33 + 78
    assert union_months([(60, 0), (40, 20)]) == 60
    assert union_months([]) == 0


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=8))
def test_the_union_is_never_longer_than_the_sum_nor_shorter_than_the_longest(spans: list[tuple[int, int]]) -> None:
    pairs = [(max(pair), min(pair)) for pair in spans]
    total = union_months(pairs)
    longest = max((a - b for a, b in pairs), default=0)
    assert longest <= total <= sum(a - b for a, b in pairs) + max(0, len(pairs) - 1)
    assert total == union_months(reversed(pairs))
    covered = {month for a, b in pairs for month in range(b, a)}
    assert total >= len(covered)


def test_years_are_those_of_the_named_positions_alone() -> None:
    seen = view(
        "Ada Moss\nada.moss@example.com\n\nEXPERIENCE\n\nNurse, Elm Hospital — May 2020 to present\n• ICU.\n\n"
        "Nurse, Oak Hospital — January 2018 to April 2020\n• Ward.\n\nCook, Diner — 2012 to 2018\n• Grill.\n"
    )
    assert [job.months for job in seen.positions] == [78, 27, 72]
    assert years(seen, ["P1", "P2"]) == 8.8
    assert years(seen, ["P3"]) == 6.0
    assert years(seen, ["P9"]) == 0.0
