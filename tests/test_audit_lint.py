"""Criteria lint: wordings that measure who somebody is are flagged, ordinary requirements are not."""

import pytest

from matcher.audit.lint import lint, lint_text
from matcher.models import Criteria, Criterion, Span

_FLAGGED = {
    "protected": """
Young and dynamic team member wanted
Maximum age 35
Candidates aged 25 to 35
Must be under 40.
Nicht älter als 35
Alter zwischen 25 und 35 Jahren
Âge maximum : 30 ans
Edad máxima 35 años
Età massima 30 anni
Female candidates preferred
Experienced salesman
He will manage the depot
Sólo mujeres
Putzfrau in Teilzeit
Unmarried, no family commitments
Sin hijos
Committed Christian with parish experience
Katholische Konfession
US citizens only
Deutsche Staatsangehörigkeit
Swiss nationality required
Able-bodied and in good health
Must be physically fit
En bonne santé
No union members
""",
    "proxy": """
Native English speaker
Native or bilingual speaker of German
English mother tongue
Deutsch als Muttersprache
Langue maternelle française
Inglés nativo
Madrelingua italiana
No accent
Recent graduate
Recent college graduates
Class of 2024
Digital native
Jeune diplômé
Recién titulado
Neolaureati
Pas afgestudeerd
Overqualified applicants need not apply
3-5 years of experience in controlling
No more than 5 years of experience
Höchstens 5 Jahre Berufserfahrung
Must live in ZIP code 10001
Local candidates only
Wohnhaft in München
Code postal 75 requis
Degree from a top university
Ivy League degree
Grande école
Member of a country club or fraternity
No career gaps
Lückenloser Lebenslauf
Currently employed
Clean criminal record
Well-groomed appearance
Buena presencia
Culture fit
Passt ins Team
Able to lift 50 lbs
Own car
Good credit history
""",
    "unmeasurable": """
Team player
Self-starter with a can-do attitude
Passionate about retail
Excellent communication skills
Rock star developer
Teamfähigkeit
Esprit d’équipe
Persona proactiva y dinámica
Stressbestendig
Thinks outside the box
""",
}
FLAGGED = {level: texts.strip().splitlines() for level, texts in _FLAGGED.items()}

HARMLESS = """
5+ years of experience in cloud-native platforms
React Native and native iOS apps
Work with young people in care
Register female patients in the women's health clinic
Assisted living for elderly residents of the home
Plan postal code data for routing
Manage a collection of over 20,000 objects
Promote good health in schools
Precept new graduates and new hires
Licensed Practical Nurse
Master's degree in statistics
Fluent in German (C1)
Negotiate with the trade union
Loyalty programmes in Salesforce
High-energy physics detectors
Manage contracts of up to 3 years
You live in the United States and are authorized to work here
Single sign-on with SAML
Design marketing campaigns for families
Two-year warranty process for pressure vessels
Lead a team of 12 engineers
Clean room experience
Mindestens 5 Jahre Berufserfahrung im Einkauf
Au moins 5 ans d’expérience en audit
Más de 5 años de experiencia
Standing orders for medication
""".strip().splitlines()


def _criteria(*texts: str, **fields: object) -> Criteria:
    criteria = tuple(
        Criterion.model_validate(
            {"id": f"C{n}", "kind": "minimum", "text": text, "span": Span(start=0, end=1), **fields}
        )
        for n, text in enumerate(texts, 1)
    )
    return Criteria(posting="doc:1", title="T", criteria=criteria)


@pytest.mark.parametrize(("level", "text"), [(level, text) for level, texts in FLAGGED.items() for text in texts])
def test_the_lint_flags(level: str, text: str) -> None:
    assert level in [found for found, _, _ in lint_text(text)]


@pytest.mark.parametrize("text", HARMLESS)
def test_the_lint_lets_pass(text: str) -> None:
    assert list(lint_text(text)) == []


def test_a_note_names_criterion_words_and_what_to_do() -> None:
    (note,) = lint(_criteria("Five years in nursing", "A native speaker of German"))
    assert (note.criterion, note.level, note.words) == ("C2", "proxy", "native speaker")
    assert "level" in note.advice


def test_a_preferred_must_have_is_a_conflict() -> None:
    (note,) = lint(_criteria("Knows SAP", kind="preferred", must_have=True))
    assert (note.level, note.words) == ("conflict", "must_have")


def test_a_must_have_that_no_resume_can_show_is_a_conflict() -> None:
    assert [note.level for note in lint(_criteria("Team player", must_have=True))] == ["unmeasurable", "conflict"]


def test_years_in_the_text_and_in_the_field_must_agree() -> None:
    assert [note.level for note in lint(_criteria("At least 5 years in audit", min_years=7))] == ["conflict"]
    assert lint(_criteria("At least 5 years in audit", min_years=5)) == ()


def test_the_same_requirement_twice_is_a_conflict() -> None:
    assert [(n.criterion, n.level) for n in lint(_criteria("Knows SAP.", "Other", "knows  sap"))] == [
        ("C3", "conflict")
    ]


def test_no_advice_says_what_the_law_requires() -> None:
    texts = [text for group in FLAGGED.values() for text in group]
    advice = " ".join(note.advice for note in lint(_criteria(*texts))).casefold()
    for words in ("compliant", "illegal", "unlawful", "the law requires", "bias-free"):
        assert words not in advice
