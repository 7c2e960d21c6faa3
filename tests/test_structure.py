# ruff: noqa: E501 — the texts stand on lines as people write them
"""Sections, positions, education, language and hard facts from plain text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from matcher import timeline
from matcher.models import Document, Mark, Resume
from matcher.structure import hard_facts, structure
from matcher.structure.sections import heading_kind
from tests.fakes_structure import AS_OF, document, view

HEAD = "Ada Moss\nada.moss@example.com\n\n"
STYLES: dict[str, str] = {
    "title, employer, dates on one line": "EXPERIENCE\n\nBuyer, Elm Foods, Leeds — May 2019 to present\n• Bought.\n\nClerk, Oak Ltd — 2015 to April 2019\n• Filed.\n",
    "dates in brackets": "Experience\nBuyer, Elm Foods (May 2019 – present)\n- Bought.\nClerk, Oak Ltd (2015 – April 2019)\n- Filed.\n",
    "employer first": "WORK\n\nElm Foods — Buyer, May 2019 – Present\n• Bought.\n\nOak Ltd — Clerk, 2015 – April 2019\n• Filed.\n",
    "bars": "CAREER\n\nElm Foods | Buyer | May 2019 – Present\n• Bought.\n\nOak Ltd | Clerk | 2015 – April 2019\n• Filed.\n",
    "two lines, dates below": "EMPLOYMENT\n\nBuyer, Elm Foods\nMay 2019 – present\n• Bought.\n\nClerk, Oak Ltd\n2015 – April 2019\n• Filed.\n",
    "dates above": "Experience\nMay 2019 to Current\nBuyer Elm Foods\nBought daily.\n2015 to April 2019\nClerk Oak Ltd\nFiled daily.\n",
    "dates at the right": "EXPERIENCE\n\nBuyer                                         May 2019 – present\nElm Foods\n• Bought.\n\nClerk                                         2015 – April 2019\nOak Ltd\n• Filed.\n",
    "employer above the title": "EXPERIENCE\n\nElm Foods\nBuyer | May 2019 – present\n• Bought.\n\nOak Ltd\nClerk | 2015 – April 2019\n• Filed.\n",
    "dates before": "Jobs\n2019-05 to present, Buyer, Elm Foods\n> Bought.\n2015 to 2019-04, Clerk, Oak Ltd\n> Filed.\n",
    "no heading": "Buyer, Elm Foods, May 2019 to now. Bought daily.\nClerk, Oak Ltd, 2015 to April 2019. Filed daily.\n",
    "German": "Berufserfahrung\nMai 2019 – heute: Einkäuferin, Elm Foods GmbH\n- Einkauf.\n2015 – April 2019: Sachbearbeiterin, Oak AG\n- Ablage.\n",
    "French": "EXPÉRIENCE PROFESSIONNELLE\n\nAcheteuse — Elm Foods | mai 2019 – aujourd'hui\n• Achats.\n\nAssistante — Oak SA | 2015 – avril 2019\n• Classement.\n",
    "Spanish": "EXPERIENCIA\n\nCompradora, Elm Foods, mayo de 2019 – actualidad\n• Compras.\n\nAuxiliar, Oak SA, 2015 – abril de 2019\n• Archivo.\n",
    "a list of jobs": "Experience\n• Buyer, Elm Foods, May 2019 – present\n• Clerk, Oak Ltd, 2015 – April 2019\n",
}  # fmt: skip


def _resume(text: str) -> tuple[Document, Resume]:
    made = document(text)
    return made, structure(made)


@pytest.mark.parametrize("style", STYLES)
def test_positions_are_found_in_the_usual_styles(style: str) -> None:
    seen = view(HEAD + STYLES[style])
    assert [(job.from_ago, job.to_ago) for job in seen.positions] == [(90, 0), (142, 91)], style
    assert timeline.years(seen, ["P1", "P2"]) == 11.8
    assert all(job.header_lines for job in seen.positions)


@pytest.mark.parametrize("style", [name for name in STYLES if name not in ("dates above",)])
def test_title_and_employer_are_told_apart(style: str) -> None:
    jobs = _resume(HEAD + STYLES[style])[1].positions
    assert "Elm Foods" in (jobs[0].organisation or ""), style
    assert "Oak" in (jobs[1].organisation or ""), style
    assert "Elm" not in jobs[0].title


def test_roles_under_one_employer_keep_its_name_and_its_years_are_no_job() -> None:
    text = (
        "WORK\n\nHARBOR FREIGHT (2018–present)\n\nLead Engineer (since August 2020)\n- Ran clusters.\n\n"
        "Data Engineer (January 2018 – July 2020)\n- Built jobs.\n\nELM ANALYTICS (June 2016 – December 2017)\nDeveloper\n- Reports.\n"
    )
    jobs = _resume(HEAD + text)[1].positions
    assert [(job.title, job.organisation) for job in jobs] == [
        ("Lead Engineer", "HARBOR FREIGHT"),
        ("Data Engineer", "HARBOR FREIGHT"),
        ("Developer", "ELM ANALYTICS"),
    ]


def test_the_same_employer_again_is_the_one_before() -> None:
    text = "EXPERIENCE\n\nGreat Basin Aquarium, Reno\nAquarist, 2020 to now\n~ Tanks.\n\nVisitor guide, same place\n2018 to 2020\n~ Tours.\n"
    assert [job.organisation for job in _resume(HEAD + text)[1].positions] == ["Great Basin Aquarium, Reno"] * 2


def test_several_jobs_on_one_line_are_several_positions() -> None:
    text = "EARLIER WORK\nNursing assistant on a ward, 2014 to 2017. Retail sales associate, 2012 to 2014.\n"
    jobs = _resume(HEAD + text)[1].positions
    assert [(job.start.year, job.end.year) for job in jobs if job.start and job.end] == [(2014, 2017), (2012, 2014)]


def test_a_job_without_dates_is_still_a_job() -> None:
    jobs = _resume(HEAD + "EXPERIENCE\n\nPsychiatric Technician, Saline Hospital\n• Rounds.\n• Meals.\n")[1].positions
    assert [(job.title, job.start, len(job.lines)) for job in jobs] == [("Psychiatric Technician", None, 2)]


def test_dates_of_licences_studies_and_wishes_are_no_jobs() -> None:
    text = (
        "Ohio license, valid through October 2027\nObjective: a post in Ohio from spring 2027\n\nEXPERIENCE\n\n"
        "Nurse, Elm Hospital — 2019 to present\n• Won the quality prize in 2021.\n\nEDUCATION\nBSN, Elm University, 2015 - 2019\n"
    )
    assert [job.title for job in _resume(HEAD + text)[1].positions] == ["Nurse"]


def test_wrapped_bullets_and_sentences_are_joined_and_their_spans_cover_them() -> None:
    wrapped = [
        "• Rebuilt the nightly settlement of card payments for three countries and", "  cut its running time from six hours to forty minutes without any loss of",
        "  records, which let the finance team close the month two days earlier.", "• Trained eleven colleagues over two winters in the new tools, of whom four now",
        "  lead teams of their own in the same department or in the one next to it.", "• Wrote the manual.",
    ]  # fmt: skip
    text = HEAD + "EXPERIENCE\n\nEngineer, Elm Bank — 2019 to present\n" + "\n".join(wrapped) + "\n"
    made, resume = _resume(text)
    bullets = [text[span.start : span.end] for span in resume.positions[0].lines]
    assert len(bullets) == 3
    assert bullets[0].startswith("• Rebuilt") and bullets[0].endswith("two days earlier.")
    seen = view(text)
    assert any(line.text.startswith("Rebuilt the nightly settlement") and "\n" not in line.text for line in seen.lines)
    assert made.text == text


def test_lines_that_were_ended_on_purpose_stay_apart() -> None:
    text = HEAD + "SKILLS\nWelding\nPlanning of shifts\nPython\n\nEDUCATION\nBSc Physics, Elm University\n"
    lines = [text[span.start : span.end] for span in _resume(text)[1].lines]
    assert lines[3:6] == ["Welding", "Planning of shifts", "Python"]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("WORK EXPERIENCE", "experience"), ("Berufserfahrung", "experience"), ("Expérience professionnelle", "experience"), ("EXPERIENCIA LABORAL", "experience"),
        ("Esperienze lavorative", "experience"), ("Experiência profissional", "experience"), ("Werkervaring", "experience"), ("Arbetslivserfarenhet", "experience"),
        ("E D U C A T I O N", "education"), ("Ausbildung", "education"), ("Formation", "education"), ("Opleiding", "education"), ("Utbildning:", "education"),
        ("Licenses & Certifications", "certificates"), ("Sprachkenntnisse", "languages"), ("IDIOMAS", "languages"), ("Core Competencies", "skills"), ("About me", "summary"), ("Ehrenamt", "volunteering"),
        ("Referees", "references"), ("Persönliche Daten", "personal"),
    ],
)  # fmt: skip
def test_headings_are_known_in_eight_languages(heading: str, kind: str) -> None:
    assert heading_kind(heading) == kind


def test_a_sentence_is_no_heading() -> None:
    assert heading_kind("more.") is None
    assert heading_kind("Education of new staff was my task for two years") is None


def test_marks_help_but_are_never_required() -> None:
    text = HEAD + "Stations of a life\nBuyer, Elm Foods — 2019 to present\n• Bought.\n"
    start = text.index("Stations")
    marked = document(text).model_copy(update={"marks": (Mark(start=start, end=start + 18, kind="heading", level=2),)})
    assert structure(marked).positions[0].title == "Buyer"
    assert structure(document(text)).positions[0].title == "Buyer"


def test_degrees_have_level_field_school_and_whether_they_were_finished() -> None:
    text = HEAD + (
        "EDUCATION\nMS Data Science, Brazos State University, 2021 (evenings)\nBSN, Elm University, 2018\nMaster en génie industriel, École des Ponts, 2020 ; licence de mathématiques, 2018\n"
        "Some courses toward a bachelor's degree, 2015\nCursando la maestría en Lectura: 12 de 33 créditos\nHigh school diploma, 2009\nPhD candidate, Physics, Elm University\n"
    )  # fmt: skip
    found = [(e.level, e.field, e.complete) for e in _resume(text)[1].education]
    assert found[0] == ("master", "Data Science", True)
    assert found[1] == ("bachelor", "nursing", True)
    assert [f[0] for f in found[2:4]] == ["master", "bachelor"]
    assert found[4][0] == "bachelor" and not found[4][2]
    assert found[5][0] == "master" and not found[5][2]
    assert found[6][0] == "secondary"
    assert found[7][0] == "doctorate" and not found[7][2]


def test_a_state_is_no_degree() -> None:
    assert _resume(HEAD + "EDUCATION\nCertificate of attendance, Night College, Boston, MA, 2019\n")[1].education == ()


@pytest.mark.parametrize(
    ("code", "prose"),
    [
        ("en", "I keep very large queues short and write about it for people who have to run them at night."),
        ("de", "Ich leite ein Team von neun Prüferinnen und Prüfern und habe den Ausschuss deutlich gesenkt."),
        ("fr", "Je pilote une équipe de douze personnes et je réduis les délais de livraison depuis trois ans."),
        ("es", "Dirijo un equipo de cinco analistas y reduje el costo de empaque al cambiar de proveedores."),
    ],
)
def test_the_language_is_that_of_the_whole_document(code: str, prose: str) -> None:
    assert _resume(f"Ada Moss\nada@example.com\n\n{prose}\n{prose}\n")[1].language == code


def test_a_document_without_any_structure_still_has_its_lines() -> None:
    made, resume = _resume("xx\n\nyy zz\n")
    assert [made.text[span.start : span.end] for span in resume.lines] == ["xx", "yy zz"]
    assert resume.positions == ()
    assert structure(document("")).lines == ()


def test_a_text_without_jobs_says_so() -> None:
    findings = _resume("Ada Moss\na line\nanother line\na third line\na fourth line\n")[1].findings
    assert [finding.kind for finding in findings] == ["structure_unsure"]


def test_contacts_are_kept_apart() -> None:
    text = (
        "Ada Moss\n22 Elm Street, Leeds LS6 2QT | +44 20 7946 0142 | 937-555-0114 | ada.moss@example.com | linkedin.com/in/adamoss\n\n"
        "EXPERIENCE\nBuyer, Elm Foods, 2015-2018\n- Cut cost by 12 %.\n"
    )
    found = {(item.kind, item.text) for item in _resume(text)[1].identity}
    assert ("name", "Ada Moss") in found
    assert ("email", "ada.moss@example.com") in found
    assert ("phone", "+44 20 7946 0142") in found
    assert ("phone", "937-555-0114") in found
    assert ("link", "linkedin.com/in/adamoss") in found
    assert ("address", "22 Elm Street") in found
    assert ("postal_code", "LS6 2QT") in found
    assert not any("2015" in text for _, text in found)


def test_hard_facts_stand_beside_the_fit() -> None:
    text = (
        "Ada Moss\nBoulder, Colorado | ada.moss@example.com | US citizen\n\nEXPERIENCE\n\nNurse, Elm Hospital — November 2016 to present\n• ICU.\n\n"
        "EDUCATION\nBSN, Elm University, 2016\n\nLICENSES\nColorado RN license, active\n\nLANGUAGES\nEnglish, Spanish (fluent), some German\n"
    )
    made, resume = _resume(text)
    facts = hard_facts(made, resume, AS_OF)
    assert facts.location == "Boulder, Colorado"
    assert facts.languages == ("de", "en", "es")
    assert facts.degree == "bachelor"
    assert facts.licences == ("Colorado RN license, active",)
    assert facts.years == 10.0
    assert facts.work_authorisation == "authorised to work without sponsorship"


def test_years_of_the_gold_sets_can_be_counted_from_the_positions(shared: Path) -> None:
    """With the right positions chosen, at least 97 % of the cells lie within half a year of the truth."""
    near = total = 0
    for truth_file in sorted((shared / "gold").glob("*/truth.json")):
        for name, truth in json.loads(truth_file.read_text("utf-8")).items():
            seen = view((truth_file.parent / f"{name}.txt").read_text("utf-8"), f"{name}.txt")
            window = 60 if "icu" in str(truth_file) else None
            spans = [
                (job.from_ago, job.to_ago)
                for job in seen.positions
                if job.from_ago is not None and job.to_ago is not None
            ]
            for wanted in (truth.get("years") or {}).values():
                total += 1
                near += _reachable(spans, wanted, window)
    assert total >= 70
    assert near / total >= 0.97


def _reachable(spans: list[tuple[int, int]], wanted: float, window: int | None) -> bool:
    if window:
        spans = [(min(a, window), b) for a, b in spans if b < window]
    for chosen in range(1 << len(spans)):
        months = timeline.union_months(span for at, span in enumerate(spans) if chosen >> at & 1)
        if abs(months / 12 - wanted) <= 0.5:
            return True
    return False
