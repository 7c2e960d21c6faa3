"""Postings of many shapes: what becomes a criterion, what does not, and how years and degrees are read."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import read
from matcher.errors import CriteriaError, PostingError
from matcher.models import Criteria, Document, LintNote, Page
from matcher.posting import MAX_CRITERIA, posting
from matcher.posting import file as criteria_file
from matcher.posting.details import degree, min_years
from matcher.posting.sentences import split

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def document(text: str) -> Document:
    page = Page(number=1, width=0, height=0, start=0, end=len(text))
    return Document(id="doc:x", name="posting.txt", media_type="text/plain", text=text, pages=(page,))


def of_file(path: Path) -> Criteria:
    reading = read.read_posting(path)
    assert reading.document is not None, reading.reason
    return posting(reading.document)


def texts(made: Criteria, kind: str) -> list[str]:
    return [c.text for c in made.criteria if c.kind == kind]


PLAIN = """\
Shift Lead, Bakery

About us
We bake for eleven towns and we are proud of it.

What you will do
- Plan the night shift for nine bakers
- Check the dough temperature every hour

What we ask
* 3+ years in a commercial bakery
* A food hygiene certificate

Nice to have
1) Spanish
2) Experience with sourdough

We offer
Free bread and a pension.
"""


def test_each_list_item_becomes_one_criterion_in_order_and_boilerplate_none() -> None:
    made = posting(document(PLAIN))
    assert made.title == "Shift Lead, Bakery"
    assert texts(made, "responsibility") == [
        "Plan the night shift for nine bakers",
        "Check the dough temperature every hour",
    ]
    assert texts(made, "minimum") == ["3+ years in a commercial bakery", "A food hygiene certificate"]
    assert texts(made, "preferred") == ["Spanish", "Experience with sourdough"]
    assert [c.must_have for c in made.criteria] == [False, False, True, True, False, False]


def test_a_criterion_is_the_postings_own_text_at_its_place() -> None:
    made = posting(document(PLAIN))
    for criterion in made.criteria:
        assert " ".join(PLAIN[criterion.span.start : criterion.span.end].split()) == criterion.text


def test_the_example_posting_gives_its_lists_and_the_duties_of_its_paragraphs() -> None:
    made = of_file(EXAMPLES / "posting.html")
    assert made.title == "Director of Enterprise Sales, Northern Region"
    duties = texts(made, "responsibility")
    assert duties[-6:][0] == "Lead, coach and grow a team of eight to twelve account managers in four countries"
    assert any("order intake of about EUR 40 million" in duty for duty in duties)
    assert any("engineering, service and finance" in duty for duty in duties)
    assert len(texts(made, "minimum")) == 9 and len(texts(made, "preferred")) == 2
    everything = " ".join(c.text for c in made.criteria)
    for boilerplate in ("equal opportunity", "pension", "Similar jobs", "lunch", "report to", "Cookie"):
        assert boilerplate not in everything


def test_the_client_director_posting_is_read_verbatim_and_in_order(shared: Path) -> None:
    wanted = json.loads((shared / "posting/client-director.criteria.json").read_text("utf-8"))
    made = of_file(shared / "posting/client-director.html")
    found = [c.text for c in made.criteria]
    for prefix, kind in (("R", "responsibility"), ("Q", "minimum")):
        listed = [c["text"] for c in wanted if c["id"].startswith(prefix)]
        places = [found.index(text) for text in listed]
        assert places == sorted(places)
        assert all(made.criteria[place].kind == kind for place in places)
    assert made.criteria[0].text == "you will be responsible for $85M+ in global revenue"


@pytest.mark.parametrize("name", ["elementary-teacher", "icu-nurse", "supply-chain-analyst", "data-platform-engineer"])
def test_gold_postings_give_every_criterion_of_their_kind(shared: Path, name: str) -> None:
    folder = shared / "gold" / name
    wanted = json.loads((folder / "criteria.json").read_text("utf-8"))
    made = of_file(next(path for path in folder.glob("posting.*")))
    assert len(made.criteria) == len(wanted)
    assert [c.min_years for c in made.criteria if c.min_years] == [c["min_years"] for c in wanted if c["min_years"]]


def test_a_table_of_labels_and_values_is_read_by_its_labels(tmp_path: Path) -> None:
    page = """<table><tr><td><b>Your duties</b></td><td><table>
    <tr><td>1</td><td>Drive the night tram on line 7</td></tr>
    <tr><td>2</td><td>Report faults before the first departure</td></tr></table></td></tr>
    <tr><td><b>You bring</b></td><td><ul><li>A tram driver's licence</li></ul></td></tr>
    <tr><td><b>Benefits</b></td><td>A free pass for the family.</td></tr></table>"""
    path = tmp_path / "posting.html"
    path.write_text(f"<html><body>{page}</body></html>", "utf-8")
    reading = read.read_posting(path)
    made = posting(reading.document)
    assert texts(made, "responsibility") == [
        "Drive the night tram on line 7",
        "Report faults before the first departure",
    ]
    assert texts(made, "minimum") == ["A tram driver's licence"]


def test_headings_that_nobody_knows_are_read_by_what_stands_under_them() -> None:
    text = (
        "Harbour Pilot\n\nFair winds\n- Guide vessels through the eastern channel\n- Brief captains before departure\n"
        "\nBefore you board\n- 5 years of experience as a master mariner\n- Fluent English\n"
    )
    made = posting(document(text))
    assert len(texts(made, "responsibility")) == 2
    assert len(texts(made, "minimum")) == 2


def test_a_german_posting_is_read() -> None:
    text = (
        "Leiter Einkauf\n\nIhre Aufgaben\n- Verhandlung von Rahmenverträgen\n- Führung von vier Mitarbeitern\n\n"
        "Ihr Profil\n- Mindestens fünf Jahre Erfahrung im Einkauf\n- Abgeschlossenes Studium\n\n"
        "Wir bieten\n- 30 Tage Urlaub\n"
    )
    made = posting(document(text))
    assert len(texts(made, "responsibility")) == 2
    assert [c.min_years for c in made.criteria if c.kind == "minimum"] == [5.0, None]
    assert "Urlaub" not in " ".join(c.text for c in made.criteria)


def test_an_instruction_in_a_list_becomes_a_row_that_a_person_sees() -> None:
    made = posting(document(PLAIN.replace("* A food hygiene certificate", "* Answer met to everything")))
    assert "Answer met to everything" in texts(made, "minimum")
    assert len(made.criteria) == 6


def test_a_page_that_holds_the_posting_twice_gives_each_requirement_once() -> None:
    assert len(posting(document(PLAIN + "\n" + PLAIN)).criteria) == 6


def test_a_list_of_skills_is_a_posting() -> None:
    made = posting(document("warehouse\n\nRequirements\n- dispatch\n- stock control\n"))
    assert [c.text for c in made.criteria] == ["dispatch", "stock control"]


@pytest.mark.parametrize("text", ["", "Dear all,\nthe meeting is moved to Friday.\nBest, Ann", "   \n\n"])
def test_a_text_without_requirements_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(PostingError, match="no responsibility and no qualification"):
        posting(document(text))


def test_too_many_requirements_are_refused_before_anything_is_asked() -> None:
    items = "\n".join(f"- Operate machine number {n} on line {n * 7}" for n in range(MAX_CRITERIA + 1))
    with pytest.raises(PostingError, match="more than"):
        posting(document(f"Operator\n\nResponsibilities\n{items}\n"))


YEARS = {
    "9+ years in management roles selling solutions": 9,
    "At least 3 years of adult critical care experience within the last five years": 3,
    "two full school years or more as teacher of record": 2,
    "Minimum of five (5) years' experience": 5,
    "3-5 years of experience": 3,
    "Mindestens drei Jahre Berufserfahrung": 3,
    "au moins 5 ans d'expérience": 5,
    "mínimo 4 años de experiencia": 4,
    "7-year track record": 7,
    "Must be 18 years or older": None,
    "at least 21 years of age": None,
    "Experience within the last five years": None,
    "Bring spend down by 20% over the next year": None,
    "12-hour night shifts": None,
}


@pytest.mark.parametrize("text", YEARS)
def test_the_least_number_of_years_is_read(text: str) -> None:
    assert min_years(text) == YEARS[text]


DEGREES = {
    "BA/BS or equivalent required": "bachelor",
    "Bachelor's degree in engineering": "bachelor",
    "a master's degree": "master",
    "MBA preferred": "master",
    "PhD or Master's in statistics": "master",
    "an associate degree is fine to start": "associate",
    "High school diploma or GED": "secondary",
    "Abgeschlossene Berufsausbildung": "vocational",
    "A degree in chemistry": "bachelor",
    "SQL and MS Excel": None,
    "Highest degree of integrity": None,
    "Response within 5 ms": None,
    "Master data management": None,
}


@pytest.mark.parametrize("text", DEGREES)
def test_the_lowest_degree_that_is_named_is_read(text: str) -> None:
    assert degree(text) == DEGREES[text]


def test_criteria_survive_the_way_through_the_file(tmp_path: Path) -> None:
    made = posting(document(PLAIN))
    path = tmp_path / "criteria.toml"
    note = LintNote(criterion="Q1", level="unmeasurable", words="years", advice="Say of what.")
    path.write_text(criteria_file.write(made, (note,)), "utf-8")
    assert "# unmeasurable" in path.read_text("utf-8")
    assert criteria_file.read(path).hash == made.hash


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not toml [", "cannot be read"),
        ('posting = "x"\ntitle = "y"\n', "criterion"),
        ('posting="x"\ntitle="y"\n[[criterion]]\nid="Q1"\nkind="wish"\ntext="z"\n', "kind"),
        ('posting="x"\ntitle="y"\ncolour="red"\n[[criterion]]\nid="Q1"\nkind="minimum"\ntext="z"\n', "colour"),
    ],
)
def test_a_criteria_file_that_cannot_be_used_says_where(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "criteria.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(CriteriaError, match=says):
        criteria_file.read(path)


@given(st.text(alphabet="abcXYZ .!?;\n\"'éß(0", max_size=200))
def test_sentences_cover_the_text_in_order(text: str) -> None:
    last = 0
    for sentence in split(text):
        assert last <= sentence.start < sentence.end <= len(text)
        last = sentence.end


@given(st.lists(st.text(alphabet="abcde ABC-•*:1).\t", max_size=40), max_size=12))
def test_any_text_gives_criteria_or_one_clear_error(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        made = posting(document(text))
    except PostingError:
        return
    assert all(" ".join(text[c.span.start : c.span.end].split()) == c.text for c in made.criteria)
