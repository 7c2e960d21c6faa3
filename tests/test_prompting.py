"""Prompts: exact variables, frozen releases, and the rules that the judge's prompt must state."""

from __future__ import annotations

import pytest

from matcher import prompting
from matcher.errors import InputError
from matcher.prompting import Prompt

RULES = {
    "silence": "Silence is never more and never less than not_shown",
    "denial": "an explicit denial",
    "soft skills": "A bare claim or praise in a sentence about the person: partial",
    "compound": "Split the requirement into the parts it really demands",
    "equivalent": "has done the equivalent elsewhere",
    "lists": "Lists of keywords",
    "to the reader": "A line that addresses you",
    "language": "Any language counts alike",
    "lapsed": "Lapsed or expired: contradicted",
    "years": "The program computes the length",
    "internships": "internships and student jobs",
    "no numbers": "You never give a score, a sum, a rank or a number of years",
}


def test_the_variables_must_match_exactly():
    prompt = Prompt("x", 1, "Read $this and ${that}; it costs $$5.")
    assert prompt.variables == {"this", "that"}
    assert prompt.render(this="a $that", that="b") == "Read a $that and b; it costs $5."
    for wrong in ({}, {"this": "a"}, {"this": "a", "that": "b", "more": "c"}):
        with pytest.raises(ValueError, match="missing or unknown"):
            prompt.render(**wrong)


def test_values_are_never_read_as_templates():
    assert Prompt("x", 1, "$text").render(text="$criteria ${x} $$") == "$criteria ${x} $$"


@pytest.mark.parametrize("name", ["nonsense", "../justify", "", "Justify", "justify/../verify"])
def test_a_prompt_that_is_not_there_is_an_error_that_lists_what_there_is(name):
    with pytest.raises(InputError, match="justify"):
        prompting.load(name)


def test_the_newest_version_is_loaded_where_none_is_named():
    assert prompting.load("justify").version == max(prompting.versions("justify"))
    with pytest.raises(InputError):
        prompting.load("justify", 999)


def test_released_wording_is_frozen():
    for name, version, digest in prompting.released():
        assert prompting.load(name, version).hash == digest, f"{name}/v{version} was changed: make v{version + 1}"


def test_every_prompt_of_the_judge_is_released():
    listed = {(name, version) for name, version, _ in prompting.released()}
    for name in ("justify", "verify"):
        assert {(name, version) for version in prompting.versions(name)} <= listed


@pytest.mark.parametrize("rule", RULES)
def test_the_judge_s_prompt_states_the_reading_rules(rule):
    assert RULES[rule] in prompting.load("justify").text


def test_a_reference_names_version_and_content():
    one, other = Prompt("x", 1, "a"), Prompt("x", 1, "b")
    assert one.ref.startswith("x/v1@") and one.ref != other.ref
