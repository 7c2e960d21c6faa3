"""The tagger that reads by meaning what no list holds: its weights, how it reads a line, what is hidden after it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from matcher.blind import tagged, tagger
from matcher.blind.masks import apply_masks
from matcher.blind.rules import Mask, lists_languages
from matcher.blind.tagger import CATEGORIES, FOLDER, LONG, Tagger, _stretches
from matcher.errors import ModelMismatch
from matcher.models import Span
from tests.fakes_structure import shown

WORK = "\n\nEXPERIENCE\n\nNurse, Elm Hospital — May 2019 to present\n• Led the night team.\n"


@pytest.fixture(scope="module")
def shipped() -> Tagger:
    return Tagger()


def likely(reader: Tagger, kind: str, text: str) -> str:
    """The words of a line that are personal rather than not."""
    return " ".join(text[start:end] for start, end, _, share in reader.words(kind, text) if share >= 0.5)


@pytest.mark.parametrize(
    ("kind", "text", "personal", "work"),
    [
        ("other", "Father of three, licence B, own car.", "Father of three", "licence"),
        ("interests", "Chess, cycling and singing in the cathedral choir of my parish", "parish", "Chess"),
        ("profile", "Widowed; certified welder, TIG and MIG, 14 years on pipelines.", "Widowed", "welder"),
        ("personal", "Konfession: römisch-katholisch", "katholisch", ""),
        ("other", "Ancien du 2e régiment étranger de parachutistes", "régiment", ""),
    ],
)
def test_what_tells_about_the_person_is_told_from_what_tells_about_the_work(
    shipped: Tagger, kind: str, text: str, personal: str, work: str
) -> None:
    found = likely(shipped, kind, text)
    assert personal in found
    assert not work or work not in found


@pytest.mark.parametrize(
    "text",
    [
        "Supported mothers and newborns on a 24-bed ward",
        "Catered for weddings and Eid receptions of up to 400 guests",
        "Cut the age of open invoices from 52 to 31 days",
        "Handled asylum cases before the regional court",
        "Managed pensions of army veterans and their widows",
    ],
)
def test_work_that_sounds_alike_is_read_as_work(shipped: Tagger, text: str) -> None:
    assert [found for found in shipped.words("other", text) if found[3] >= tagged.SURE] == []


def test_a_line_is_read_alike_alone_and_after_any_other(shipped: Tagger) -> None:
    lines = ["Father of three, licence B", "Led a team of nine", "Wife of a pastor; 44"] * 2
    alone = {line: Tagger().words("other", line) for line in set(lines)}
    assert all(shipped.words("other", line) == alone[line] for line in lines)


def test_a_call_holds_one_stretch_and_every_word_is_given_once_in_order(shipped: Tagger) -> None:
    text = "Deacon, 44; 1,250 pallets a day — O'Neill's yard"
    found = shipped.words("other", text)
    assert [text[start:end] for start, end, _, _ in found] == [
        "Deacon", ",", "44", ";", "1,250", "pallets", "a", "day", "—", "O'Neill's", "yard",
    ]  # fmt: skip
    assert {category for _, _, category, _ in found} <= set(CATEGORIES)
    assert all(0 <= share <= 1 for *_, share in found)


def test_long_lines_are_read_in_parts_that_leave_nothing_out() -> None:
    for text in ("one, two; three " * 200, "x" * 3000, "Sentence one. " * 70 + "no end", ""):
        parts = list(_stretches(text))
        assert "".join(text[start:end] for start, end in parts) == text
        assert all(end - start <= LONG for start, end in parts)


def test_the_end_of_a_very_long_line_is_read_as_well(shipped: Tagger) -> None:
    text = "Planned loads for nine docks and kept the yard clear of trailers, " * 60 + "mother of two, widowed"
    assert likely(shipped, "other", text).endswith("widowed")


@pytest.mark.parametrize("name", ["tagger.onnx", "tokenizer.json"])
def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(FOLDER, folder)
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    with pytest.raises(ModelMismatch, match=f"{name} of the tagger"):
        Tagger(folder).words("other", "Father of three")


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelMismatch, match="install the package again"):
        Tagger(tmp_path).words("other", "Father of three")


def test_the_weights_stay_under_thirty_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 30_000_000


# --- what is hidden after it -----------------------------------------------------------------------------------------


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, float]]:
    """A tagger that knows the words it is told, and nothing else."""
    known: dict[str, tuple[str, float]] = {}

    def words(kind: str, text: str) -> tuple[tuple[int, int, str, float], ...]:
        out = []
        at = 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            out.append((start, at, *known.get(word, ("family", 0.0))))
        return tuple(out)

    monkeypatch.setattr(tagger, "words", words)
    return known


def hidden(text: str, kind: str) -> str:
    lines = [Span(start=0, end=len(text))]
    return apply_masks(text, lines[0], tuple(tagged.tagged_masks(text, lines, ((0, len(text), kind),), ())))


def test_a_word_is_hidden_where_such_words_are_likely_and_elsewhere_only_if_it_is_sure(says) -> None:
    says["Kikuyu"] = ("nationality", 0.6)
    assert hidden("Kikuyu farmer", "summary") == "farmer"
    assert hidden("Kikuyu farmer", "experience") == "Kikuyu farmer"
    says["Kikuyu"] = ("nationality", 0.99)
    assert hidden("Kikuyu farmer", "experience") == "farmer"


def test_the_region_of_residence_stays(says) -> None:
    says["Lane"] = says["Ohio"] = ("address", 0.99)
    assert hidden("9 Lane Ohio", "header") == "9 Ohio"


def test_what_the_tagger_says_reaches_the_view(says) -> None:
    text = "Ada Moss\nada@example.com" + WORK + "\nINTERESTS\nZorblian since birth and chess\n"
    assert "Zorblian" in shown(text, "before.txt")
    says["Zorblian"] = ("nationality", 0.9)
    assert "Zorblian" not in shown(text, "after.txt")
    assert "chess" in shown(text, "after.txt")


BULLET = "• Arranged Catholic weddings and funerals for the parish office"


def test_in_bullets_of_work_the_tagger_overrules_what_a_list_takes_for_a_creed(says) -> None:
    place = Mask(BULLET.index("Catholic"), BULLET.index("Catholic") + len("Catholic"), "religion")
    lines = [Span(start=0, end=len(BULLET))]
    assert tagged.doubted(BULLET, lines, ((0, len(BULLET), "experience"),), [place]) == {place}
    assert tagged.doubted(BULLET, lines, ((0, len(BULLET), "interests"),), [place]) == frozenset()
    says["Catholic"] = ("religion", 0.3)
    assert tagged.doubted(BULLET, lines, ((0, len(BULLET), "experience"),), [place]) == frozenset()


def test_permission_to_work_and_ages_are_never_overruled(says) -> None:
    text = "• US citizen, aged 44, ready for work on any site"
    permit = Mask(2, 12, "nationality", "authorised to work in the US")
    age = Mask(14, 21, "birth")
    lines = [Span(start=0, end=len(text))]
    assert tagged.doubted(text, lines, ((0, len(text), "experience"),), [permit, age]) == frozenset()


def test_bullets_of_work_without_a_heading_are_read_as_work(says) -> None:
    says["Kikuyu"] = ("nationality", 0.6)
    assert hidden("• Kikuyu farmers advised on soil", "unheaded") == "Kikuyu farmers advised on soil"
    assert hidden("Kikuyu farmer, widowed", "unheaded") == "farmer, widowed"


def test_lists_of_languages_tell_no_origin() -> None:
    assert "Georgian, Russian, English" in shown(f"Ada Moss\nada@example.com{WORK}\nGeorgian, Russian, English\n")
    assert not lists_languages("Irish, British")
    assert not lists_languages("Georgian")


def test_beside_a_plain_statement_the_rest_of_the_line_is_read_by_fragments(monkeypatch: pytest.MonkeyPatch) -> None:
    def words(kind: str, text: str) -> tuple[tuple[int, int, str, float], ...]:
        known = {"widowed": 0.99, "zorblings": 0.8 if text == "two zorblings" else 0.05}
        found = re.finditer(r"\w+", text)
        return tuple((match.start(), match.end(), "family", known.get(match.group(), 0.1)) for match in found)

    monkeypatch.setattr(tagger, "words", words)
    assert hidden("baker, widowed, two zorblings", "summary") == "baker, two"
    assert hidden("baker, two zorblings", "summary") == "baker, two zorblings"


def test_a_line_goes_as_a_whole_only_if_the_tagger_is_sure_of_it(says) -> None:
    says.update({"Zorblian": ("religion", 0.7), "gathering": ("religion", 0.7)})
    assert hidden("Zorblian gathering", "interests") == "Zorblian gathering"
    says.update({"Zorblian": ("religion", 0.9), "gathering": ("religion", 0.8)})
    assert hidden("Zorblian gathering", "interests") == ""


def test_the_name_of_a_person_changes_nothing_that_the_tagger_reads(shipped: Tagger) -> None:
    seen = []
    for name, mail in (("Ada Moss", "ada.moss"), ("Nguyễn Thị Hồng", "hong.nguyen")):
        text = f"{name}\n{mail}@example.com{WORK}\nREMARKS\n{name} is a father of three; deacon.\n"
        seen.append(shown(text))
    assert seen[0] == seen[1]
    assert "deacon" not in seen[0]


def test_probabilities_are_rounded_so_that_machines_agree(shipped: Tagger) -> None:
    shares = [share for *_, share in shipped.words("other", "Father of three, licence B, own car.")]
    assert np.allclose(shares, np.round(shares, 3), atol=0)
