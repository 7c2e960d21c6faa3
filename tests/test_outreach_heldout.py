"""Drafts that were written before they were measured: false ones are blocked, clean ones pass."""

import pytest
from fakes_outreach import COMPANY, PEOPLE, Person, case, material, order, replace_sentence
from fakes_outreach_heldout import clean, false, problems

from matcher.outreach import Draft, compose, lint
from matcher.outreach.figures import figured
from matcher.outreach.segments import segments
from matcher.outreach.tokens import tokens

ROUNDS = ("tuned", "frozen", "second", "third", "fourth")


@pytest.mark.parametrize("round_", [*ROUNDS, "probes"])
def test_every_false_or_forbidden_sentence_is_blocked(round_):
    made = list(false(round_))
    assert len(made) >= 35
    assert [label for label, one, draft in made if not problems(one, draft, length=False)] == []


def test_clean_drafts_pass_as_often_as_documented():
    made = [item for round_ in ROUNDS for item in clean(round_)]
    passed = [label for label, one, draft in made if not problems(one, draft)]
    assert len(made) == 242
    assert len(passed) / len(made) >= 0.93


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_clean_draft_with_one_false_sentence_is_blocked_whatever_else_it_says(round_):
    wrong = ("You were at bosch before.", "You led ninety people.", "The job is as good as yours.")
    for number, (_, one, draft) in enumerate(clean(round_)):
        at = next(n for n, sentence in enumerate(draft.sentences) if sentence.part == "detail")
        text = f"{draft.sentences[at].text} {wrong[number % 3]}"
        if draft.language == "en":
            assert problems(one, replace_sentence(draft, at, text), length=False), text


@pytest.mark.parametrize(("text", "keys"), [
    ("twelve nurses", ["12"]), ("a hundred and ten covers", ["110"]), ("8 percent", ["8%"]), ("two decades", ["20"]),
    ("from 58 to 81 percent", ["58%", "81%"]), ("EUR 11 million to EUR 19 million", ["11million", "19million"]),
    ("twenty-five", ["25"]), ("a year and a half", ["18"]), ("two of seven", ["2", "7"]),
])  # fmt: skip
def test_a_figure_has_one_form_in_words_and_in_digits(text, keys):
    assert [token.key for token in figured(tokens(text), "en") if token.number] == keys


@pytest.mark.parametrize(("text", "kinds"), [
    ("I read that you ran the ward.", ["free", "person"]),
    ("Would a short call suit you?", ["free"]),
    ("You were head chef there, weren't you?", ["person", "plain"]),
    ("If you are happy where you are, no hard feelings.", ["free", "person", "free"]),
    ("There is a gym.", ["plain"]),
    ("Could you tell me how the hospital you ran fared?", ["free", "person"]),
])  # fmt: skip
def test_a_clause_is_told_apart_by_whom_it_speaks_about(text, kinds):
    assert [segment.kind for segment in segments(text, "en")] == kinds


LINES = ("Cut overtime from 41 to 29 percent of hours without a single complaint", "Led nine planners in two depots")
NINE = Person("Ada Stone", "Shift Planner", ("Plan shifts",), LINES)


@pytest.mark.parametrize(("text", "wanted"), [
    ("You cut overtime from forty-one to twenty-nine percent of hours.", True),
    ("You brought overtime down from 41 percent to 29 percent.", True),
    ("You cut overtime from 29 to 41 percent of hours.", False),
    ("You cut overtime by 29 percent.", False),
    ("You got a single complaint.", False),
    ("You led 9 planners in two depots.", True),
    ("You led two depots.", False),
    ("You managed two depots.", False),
    ("You led nine managers.", False),
])  # fmt: skip
def test_a_fact_may_be_told_anew_and_not_bent(text, wanted):
    one = case(NINE)
    draft = compose(order(one), material(one))
    assert isinstance(draft, Draft)
    at = next(n for n, sentence in enumerate(draft.sentences) if sentence.part == "detail")
    every = tuple(fact.id for fact in one.facts if fact.kind == "person")
    sentence = draft.sentences[at].model_copy(update={"text": text, "facts": every})
    sentences = (*draft.sentences[:at], sentence, *draft.sentences[at + 1 :])
    changed = draft.model_copy(update={"sentences": sentences, "facts": one.facts})
    found = [problem for problem in lint(changed, one.facts, COMPANY) if problem.rule not in ("length", "not specific")]
    assert (found == []) is wanted, found


def test_the_first_people_of_the_tests_are_not_those_of_the_held_out_drafts():
    from fakes_outreach_heldout import people

    assert not {person.name for person in PEOPLE} & {one.person.name for one in people().values()}
