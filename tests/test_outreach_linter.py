"""The linter: mutated drafts are blocked, whatever was mutated; clean ones are not."""

# ruff: noqa: E501 - a wording stands on one line, so that it can be read as it would be sent

import pytest
from fakes_outreach import (
    COMPANY,
    MUTATIONS,
    PEOPLE,
    case,
    hand_written,
    material,
    mutated,
    order,
    replace_sentence,
    template_drafts,
)

from matcher.outreach import Draft, compose, lint
from matcher.outreach.approve import reworded
from matcher.outreach.hygiene import harmless
from matcher.outreach.snippets import calm

ABOUT_LENGTH = ("too long", "subject two lines")


def problems(name, draft, one):
    """What the linter says; length does not count unless the mutation is about it."""
    return [p for p in lint(draft, one.facts, COMPANY) if p.rule != "length" or name in ABOUT_LENGTH]


@pytest.mark.parametrize("held_out", [False, True], ids=["tuned", "held out"])
def test_every_mutated_draft_is_blocked(held_out):
    made = list(mutated(held_out))
    assert len(made) >= 350
    assert len({name for name, _, _ in made}) >= len(MUTATIONS) // 2 - 2
    assert [(name, draft.language) for name, one, draft in made if not problems(name, draft, one)] == []


def test_every_mutated_draft_is_blocked_when_it_comes_back_as_an_edited_file():
    made = list(mutated(False))[::2] + list(mutated(True))[::2]
    passed = []
    for name, one, draft in made:
        back = reworded(draft, draft.subject, draft.text, one.facts, COMPANY)
        if not problems(name, back, one):
            passed.append(name)
    assert passed == []
    assert len(made) >= 300


def test_a_problem_says_where_what_and_how_to_mend_it():
    one = case(PEOPLE[0])
    draft = compose(order(one), material(one))
    assert isinstance(draft, Draft)
    changed = replace_sentence(draft, 2, draft.sentences[2].text + " You were at Siemens.")
    found = lint(changed, one.facts, COMPANY)
    assert [(p.rule, p.words, p.where) for p in found] == [("name", "Siemens", 3)]
    assert found[0].advice


@pytest.mark.parametrize("text", [
    "You hired many people.", "You have worked with our team.", "You recruited new colleagues.", "You have joined several teams.",
])  # fmt: skip
def test_claims_made_of_ordinary_words_are_blocked(text):
    one = case(PEOPLE[0])
    draft = compose(order(one), material(one))
    assert isinstance(draft, Draft)
    assert [
        p.rule
        for p in lint(replace_sentence(draft, 2, f"{draft.sentences[2].text} {text}"), one.facts, COMPANY)
        if p.rule != "length"
    ]


@pytest.mark.parametrize("text", [
    "“Moved every topic and node group into Terraform modules” is a line I noticed.",
    "You moved every topic and node group into Terraform modules.",
    "You run five Kafka clusters on EKS.",
])  # fmt: skip
def test_a_claim_in_the_order_and_words_of_its_fact_passes(text):
    one = case(PEOPLE[1])
    draft = compose(order(one), material(one))
    assert isinstance(draft, Draft)
    facts = tuple(fact.id for fact in one.facts if fact.kind == "person")
    sentence = draft.sentences[2].model_copy(update={"text": text, "facts": facts})
    changed = draft.model_copy(update={
        "sentences": (*draft.sentences[:2], sentence, *draft.sentences[3:]), "facts": one.facts,
    })  # fmt: skip
    assert lint(changed, one.facts, COMPANY) == ()


@pytest.mark.parametrize("text", [
    "You run five Kafka clusters with 40 minutes each.", "You moved every topic from Terraform modules into node groups.",
    "You run 24% more Kafka clusters on EKS.", "You never run Kafka clusters on EKS.", "You run fifty Kafka clusters on EKS.",
])  # fmt: skip
def test_words_of_a_fact_in_another_order_or_beside_other_figures_are_blocked(text):
    one = case(PEOPLE[1])
    draft = compose(order(one), material(one))
    assert isinstance(draft, Draft)
    facts = tuple(fact.id for fact in one.facts if fact.kind == "person")
    sentence = draft.sentences[2].model_copy(update={"text": text, "facts": facts})
    changed = draft.model_copy(update={
        "sentences": (*draft.sentences[:2], sentence, *draft.sentences[3:]), "facts": one.facts,
    })  # fmt: skip
    assert lint(changed, one.facts, COMPANY) != ()


def test_pay_may_be_named_only_in_the_words_of_the_posting():
    from matcher.outreach.facts import role_facts

    one = case(PEOPLE[0])
    paid = role_facts(one.criteria, "Base pay $38.40 - $54.10 per hour, night differential $5.25")
    facts = (*(f for f in one.facts if f.kind != "role"), *paid)
    assert any("$38.40" in fact.text for fact in paid)
    made = compose(order(one), material(one)._replace(facts=facts))
    assert isinstance(made, Draft)
    pay = next(fact for fact in paid if "$38.40" in fact.text)
    role = next(n for n, s in enumerate(made.sentences) if s.part == "role")
    for text, wanted in (
        ("The posting says: “Base pay $38.40 - $54.10 per hour”.", True),
        ("The pay is $58.40 per hour.", False),
    ):
        changed = list(made.sentences)
        changed[role] = changed[role].model_copy(
            update={"text": f"{changed[role].text} {text}", "facts": (*changed[role].facts, pay.id)}
        )
        draft = made.model_copy(update={"sentences": tuple(changed), "facts": facts})
        found = [p for p in lint(draft, facts, COMPANY) if p.rule != "length"]
        assert (found == []) is wanted


def test_names_of_people_and_employers_that_look_like_banned_words_are_names():
    company = COMPANY.model_copy(
        update={"employer": COMPANY.employer.model_copy(update={"name": "Young Health Perfect GmbH"})}
    )
    from matcher.outreach.facts import name_fact, sender_facts

    one = case(PEOPLE[0])
    name = name_fact("Christian Black", one.candidate)
    assert name is not None
    facts = (*(f for f in one.facts if f.kind not in ("sender", "name")), *sender_facts(company), name)
    made = compose(order(one), material(one)._replace(facts=facts, company=company))
    assert isinstance(made, Draft)
    assert "Christian Black" in made.text


def test_quotes_in_capitals_are_quoted_calmly_and_pass():
    one = case(PEOPLE[6])
    facts = [fact for fact in one.facts if fact.kind == "person"]
    assert calm(facts[0].text) != facts[0].text
    assert all(not lint(d, o.facts, COMPANY) for o, d in template_drafts() if o.person is PEOPLE[6])


def test_the_linter_never_raises_on_odd_text():
    one, draft = hand_written(False)[0]
    for text in ("", " ", "“", "”“", "((((", "\ud800", "a" * 5000, "𝒜𝒷", "١٢٣", "?!" * 50, "“”“”", "\x00", "İı"):
        lint(replace_sentence(draft, 2, text), one.facts, COMPANY)


def test_a_fact_that_the_caller_does_not_know_is_refused_as_such():
    one = case(PEOPLE[0])
    draft = compose(order(one), material(one))
    assert isinstance(draft, Draft)
    other = next(fact for fact in case(PEOPLE[1]).facts if fact.kind == "person")
    found = lint(draft.model_copy(update={"facts": (*draft.facts, other)}), one.facts, COMPANY)
    assert [p.rule for p in found] == ["unknown fact"]


@pytest.mark.parametrize(("text", "clean"), [("You cut 29% there.", False), ("You cut 29% of patient days.", True)])
def test_a_figure_keeps_the_word_beside_it(text, clean):
    one = case(PEOPLE[0])
    draft = compose(order(one), material(one))
    assert isinstance(draft, Draft)
    fact = next(f for f in one.facts if "29%" in f.text)
    at = next(n for n, s in enumerate(draft.sentences) if s.part == "detail")
    sentence = draft.sentences[at].model_copy(
        update={"text": f"{draft.sentences[at].text} {text}", "facts": (*draft.sentences[at].facts, fact.id)}
    )
    changed = draft.model_copy(
        update={"sentences": (*draft.sentences[:at], sentence, *draft.sentences[at + 1 :]), "facts": one.facts}
    )
    found = [p.rule for p in lint(changed, one.facts, COMPANY) if p.rule != "length"]
    assert found == ([] if clean else ["number"])


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_words_of_the_posting_are_never_passed_off_as_the_persons(language):
    one = case(PEOPLE[0])
    draft = compose(order(one, "email", language), material(one))
    assert isinstance(draft, Draft)
    task = next(fact for fact in one.facts if fact.criterion == "R3" and fact.kind == "role")
    line = {
        "en": "Your résumé also says “{}”.",
        "de": "In Ihrem Lebenslauf steht „{}“.",
        "fr": "Votre CV dit « {} ».",
        "es": "Su currículum dice «{}».",
    }
    at = next(n for n, s in enumerate(draft.sentences) if s.part == "role")
    text = f"{draft.sentences[at].text} {line[language].format(task.text)}"
    for back in (
        replace_sentence(draft, at, text),
        reworded(draft, draft.subject, draft.text.replace(draft.sentences[at].text, text), one.facts, COMPANY),
    ):
        assert "quotation" in [p.rule for p in lint(back, one.facts, COMPANY)]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Teach one class of 24 in the 2026-2027 school year", True),
        ("Kept attendance above 96% in school district 42 since 2019", True),
        ("One class of 22 to 26 third graders", True),
        ("Class of 2009, and proud of it", False),
        ("Class of '98", False),
        ("Bachelor of Education, 2014", False),
        ("High school, 1998", False),
        ("School of Nursing 2011", False),
    ],
)
def test_a_school_year_is_no_year_of_graduation(text: str, clean: bool):
    assert harmless(text, COMPANY) is clean
