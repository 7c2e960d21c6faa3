# ruff: noqa: E501 — the texts stand on lines as people write them
"""Swap tests: the measure fires on a product that looks at names, and is silent on one that cannot."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from matcher.audit.renaming import rename, rename_address
from matcher.audit.swap import Assessed, swap
from matcher.audit.variants import KINDS, Variant, harmless, name_in, variants
from matcher.pipeline.swapping import Paper
from tests.fakes_structure import view

TEXT = """AMINATA DIALLO-REYES, RN
Lyon | a.diallo@example.com | 555-0100

EXPERIENCE
Nurse, Hope Hospital, 2015 – 2020
Aminata led the night shift. Diallo-Reyes Award 2019.

EDUCATION
BSN, Ohio State University, 2014
"""
POOL = {"a": TEXT, "b": TEXT.replace("night shift", "day ward and the stock room"), "c": "Nobody\nCook, 2011 – 2012\n"}


def _assess_by(score: Mapping[str, int]) -> Assessed:
    order = sorted(score, key=lambda candidate: (-score[candidate], candidate))
    places = {candidate: place for place, candidate in enumerate(order, 1)}
    verdicts = {candidate: ("met" if value > 20 else "not_shown",) for candidate, value in score.items()}
    return Assessed(score, {c: float(v) for c, v in score.items()}, places, places, verdicts)


def blind_product(documents: Mapping[str, str]) -> Assessed:
    """Counts the words of the work lines only."""
    return _assess_by(
        {c: len(re.findall(r"\w+", t.split("EXPERIENCE")[-1].split("Award")[0])[:9]) for c, t in documents.items()}
    )


def seeing_product(documents: Mapping[str, str]) -> Assessed:
    """Likes names with a b in them."""
    return _assess_by({c: 10 + 15 * t.split("\n")[0].lower().count("b") for c, t in documents.items()})


def _names(text: str) -> list[Variant[str]]:
    return list(variants("name", text, name_in(text)))


def test_a_product_that_cannot_see_the_name_moves_nothing() -> None:
    report = swap("name", POOL, _names, blind_product, cut=2)
    assert report.nothing_moved
    assert (report.effect.changes, report.effect.p, report.impact_ratio) == (72, None, 1.0)


def test_a_product_that_sees_the_name_is_caught_in_every_figure() -> None:
    report = swap("name", POOL, _names, seeing_product, cut=1)
    assert not report.nothing_moved
    effect = report.effect
    assert effect.max_score >= 15
    assert effect.flips > 0
    assert effect.order_changes > 0
    assert effect.crossed_in > 0
    assert report.others_moved > 0
    assert report.impact_ratio is not None
    assert report.impact_ratio < 1
    rates = dict(report.group_rates)
    assert rates["white_male"] > rates["asian"]


def test_an_effect_on_other_people_alone_is_caught() -> None:
    def envious(documents: Mapping[str, str]) -> Assessed:
        others = sum("Becker" in text for text in documents.values())
        return _assess_by({c: 10 - (others if "Becker" not in t else 0) for c, t in documents.items()})

    assert not swap("name", POOL, _names, envious, cut=1).nothing_moved


def test_there_are_twenty_four_names_over_six_groups_and_no_trace_of_the_old_one_is_left() -> None:
    made = _names(TEXT)
    assert len(made) == 24
    assert len({variant.group for variant in made}) == 6
    for variant in made:
        for part in ("aminata", "diallo", "reyes"):
            assert part not in variant.text.lower()
            assert part in variant.base.lower()
        assert variant.label.split()[0] in variant.text
        assert variant.label.split()[0].upper() in variant.text
        initial, last = variant.label[0].lower(), mail_word(variant.label.split()[-1])
        assert f"{initial}.{last}@example.com" in variant.text
        assert f"{variant.label.split()[-1]} Consulting LLC" in variant.text


@pytest.mark.parametrize(("line", "name"), [
    ("Bernadette Sipe, RN", "Bernadette Sipe"), ("# TOMASZ WIERZBOWSKI-CLARKE", "TOMASZ WIERZBOWSKI-CLARKE"),
    ("Solveig Mbaku / Princeton", "Solveig Mbaku"), ("Wilhelmina Osei. Seattle.", "Wilhelmina Osei"),
    ("Corinne V. Mbeki-Olsen", "Corinne V. Mbeki-Olsen"), ("Ana Ruiz — Nurse", "Ana Ruiz"),
])  # fmt: skip
def test_the_name_is_found_in_the_first_line(line: str, name: str) -> None:
    assert name_in(f"\n{line}\nSecond line\n") == name


def mail_word(word: str) -> str:
    """A word as an address has it."""
    return "".join(re.findall("[a-z]+", unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()))


def test_a_name_over_two_lines_of_one_word_is_found_and_replaced() -> None:
    text = "Selin\nDemir\n\nOslo, Norway\nselin.demir@example.com\n"
    assert name_in(text) == "Selin Demir"
    assert rename(text, "Selin Demir", "Wei Zhang") == "Wei\nZhang\n\nOslo, Norway\nwei.zhang@example.com\n"


def test_a_name_inside_another_word_is_left_alone() -> None:
    assert rename("Ann led planning in Annecy", "Ann Lee", "Wei Zhang") == "Wei led planning in Annecy"


@pytest.mark.parametrize(("old", "text", "new", "renamed"), [
    ("Daniel Okafor", "Okafor's team; OKAFOR DATA LLC", "Tyrone Banks", "Banks's team; BANKS DATA LLC"),
    ("Daniel Okafor", "Okafor, Daniel", "Wei Zhang", "Zhang, Wei"),
    ("Daniel Okafor", "D. Okafor and Okafor, D. (2019); M. Okafor", "Wei Zhang", "W. Zhang and Zhang, W. (2019); M. Zhang"),
    ('Bartholomew "Barty" Yeoh', "Barty's Box, barty@example.com", "Todd Becker", "Todd's Box, todd@example.com"),
    ("Delphine Okafor-Reyes", "Ms Okafor-Reyes, DELPHINE", "Ana|de la Cruz", "Ms de la Cruz, ANA"),
    ("Anna van der Berg", "Anna van der Berg, Mrs. van der Berg", "José Ramírez", "José Ramírez, Mrs. Ramírez"),
    ("Maëlle Kerbrat", "Maelle KERBRAT", "Wei Zhang", "Wei ZHANG"),
    ("Grant Hope", "Grant writing. Hope House. Asked Grant to lead. Mr. Hope", "Kofi Osei",
     "Grant writing. Hope House. Asked Kofi to lead. Mr. Osei"),
    ("Boris Kettleman", "42 Elm St, via Kettleman Data LLC", "Tyrone Banks", "42 Elm St, via Banks Data LLC"),
    ("Corinne V. Mbeki-Olsen", "Corinne V. Mbeki-Olsen; Corinne", "Mary T. King", "Mary T. King; Mary"),
])  # fmt: skip
def test_a_name_is_rewritten_as_its_bearer_would_have_written_it(old: str, text: str, new: str, renamed: str) -> None:
    assert rename(text, old, new) == renamed


@pytest.mark.parametrize(("old", "address", "renamed"), [
    ("Roscoe Tindall", "roscoe.tindall@example.com", "maria.rodriguez@example.com"),
    ("Wilhelmina Osei", "w.osei@example.com", "m.rodriguez@example.com"),
    ("Itzel Quintero", "itzel.q@example.com", "maria.r@example.com"),
    ("Latoya Brzezinski-Hale", "lbh.teach@example.com", "mr.teach@example.com"),
    ("Delphine Okafor-Reyes", "https://www.linkedin.com/in/delphine-okafor-reyes", "https://www.linkedin.com/in/maria-rodriguez"),
    ("Oyinda Blackwood", "oyinda.example.com", "maria.example.com"),
    ("Ada Moss", "github.com/adamoss", "github.com/mariarodriguez"),
    ("Boris Kettleman", "hello@kettleman.dev", "hello@rodriguez.dev"),
    ("Daniel Okafor", "CV_Okafor.pdf", "CV_Rodriguez.pdf"),
    ("Erik Bergstrom", "Bergstrom, Erik - Resume.docx", "Rodriguez, Maria - Resume.docx"),
])  # fmt: skip
def test_addresses_links_and_file_names_follow_the_name(old: str, address: str, renamed: str) -> None:
    assert rename_address(address, old, "María Guadalupe Rodríguez") == renamed


def test_the_name_of_the_file_changes_with_the_text() -> None:
    variant = _names(TEXT)[0]
    assert variant.file("cv_Diallo-Reyes.txt") == "cv_Becker.txt"


PAPERS = (
    Paper(TEXT.replace(" Diallo-Reyes Award 2019.", ""), "cv_Diallo-Reyes.txt"),
    Paper("Boris Kettleman\nboris.k@example.com | Raleigh, NC\n\nCONTRACTS\n\nBank (via Kettleman Data LLC) — Engineer — 06/2023 to present\n"
          "• Looked after a cluster.\n\nABOUT MY COMPANY\nKettleman Data LLC is me and an accountant.\n", "kettleman.txt"),
    Paper('Bartholomew "Barty" Yeoh\nRockford, Illinois — barty@example.com\n\nEXPERIENCE\n\nBarty\'s Box of Wonders (self-employed), Rockford, '
          "2014 to now\n• 300 parties.\n", "resume.txt"),
    Paper("WREN CASTELLOW\nwc.vet@example.com | Chillicothe, Ohio\n\nEXPERIENCE\n\nFarm hand, Castellow family dairy, until 2018\n", "wc.txt"),
    Paper("LATOYA BRZEZINSKI-HALE\nSterling, Illinois | 815-555-0176 | lbh.teach@example.com\n\nEXPERIENCE\n\nTeacher, Elm School, 2015 – 2020\n"
          "• Grant writing; English and Spanish; wrote for the Washington Post.\n", "teacher.txt"),
)  # fmt: skip


def _differing(papers: Iterator[Paper], every: int) -> tuple[list[str], int]:
    """Names under which a blind view differs from the one of the text as it was, and how many were compared."""
    found, compared = [], 0
    for number, paper in enumerate(papers):
        for variant in _names(paper.text)[number % every :: every]:
            before = view(variant.base, paper.file)
            after = view(variant.text, variant.file(paper.file))
            compared += 1
            if before.hash != after.hash or [x.text for x in before.lines] != [x.text for x in after.lines]:
                found.append(f"{paper.file} {variant.label}")
    return found, compared


def test_no_name_of_the_swap_changes_a_blind_view() -> None:
    assert _differing(iter(PAPERS), 1) == ([], 120)


def test_no_name_of_the_swap_changes_a_blind_view_of_the_gold_texts(shared: Path) -> None:
    papers = (Paper(path.read_text("utf-8")) for path in sorted((shared / "gold").glob("*/c*.txt")))
    found, compared = _differing(papers, 6)
    assert found == []
    assert compared == 224


@pytest.mark.slow
def test_no_name_changes_a_blind_view_of_the_gold_texts_in_full(shared: Path) -> None:
    papers = (Paper(path.read_text("utf-8")) for path in sorted((shared / "gold").glob("*/c*.txt")))
    assert _differing(papers, 1) == ([], 1344)


def test_going_back_to_the_first_name_gives_the_same_view() -> None:
    for paper in PAPERS:
        name = name_in(paper.text)
        for variant in _names(paper.text):
            back = rename(variant.text, variant.label, name.title() if name.isupper() else name)
            assert [x.text for x in view(back).lines] == [x.text for x in view(variant.base).lines], variant.label


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "name"])
def test_every_other_kind_changes_the_text_and_its_control_has_the_same_length(kind: str) -> None:
    made = list(variants(kind, TEXT, name_in(TEXT)))
    assert made
    for variant in made:
        assert variant.text != variant.base
        if variant.control is not None and kind != "pronouns":
            assert len(variant.control) == len(variant.text)


def test_the_older_graduate_differs_in_years_of_study_only() -> None:
    older = next(variant for variant in variants("age", TEXT, "x") if variant.group == "older by graduation")
    assert "University, 1994" in older.text
    assert "2015 – 2020" in older.text


def test_schools_are_replaced_where_there_is_one() -> None:
    labels = [variant.label for variant in variants("school", TEXT, "x")]
    assert "Howard University" in labels
    assert list(variants("school", "Cook, 2011", "x")) == []


def test_a_harmless_line_has_the_asked_length() -> None:
    for length in (3, 40, 150, 400):
        assert len(harmless("x" * length, length)) == length


def test_a_control_that_moves_as_much_stands_beside_the_change() -> None:
    def by_length(documents: Mapping[str, str]) -> Assessed:
        return _assess_by({c: len(t) for c, t in documents.items()})

    report = swap("affinity", POOL, lambda text: variants("affinity", text, "x"), by_length, cut=1)
    assert report.control is not None
    assert report.effect.mean_fit == report.control.mean_fit > 0
    assert report.p_against_control is None


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        list(variants("shoe size", TEXT, "x"))
