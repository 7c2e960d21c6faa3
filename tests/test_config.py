"""Settings: defaults < file < environment < options, and one clear sentence when a value does not fit."""

from pathlib import Path

import pytest

from matcher.config import load_settings
from matcher.errors import ConfigError


def test_options_stand_above_environment_above_file_above_defaults(tmp_path: Path) -> None:
    file = tmp_path / "matcher.toml"
    file.write_text('top = 7\nllm = "from-file"\nworkers = 3\n')
    environ = {"MATCHER_CONFIG": str(file), "MATCHER_LLM": "from-environment", "MATCHER_TOP": "9"}
    made = load_settings({"top": 11, "llm": None}, environ)
    assert (made.top, made.llm, made.workers, made.passes) == (11, "from-environment", 3, 1)


@pytest.mark.parametrize(
    ("content", "says"), [("top = 0", "top"), ("colour = 1", "colour"), ("top = [", "cannot be read")]
)
def test_a_setting_that_does_not_fit_is_named(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "matcher.toml"
    file.write_text(content)
    with pytest.raises(ConfigError, match=says):
        load_settings({}, {"MATCHER_CONFIG": str(file)})


def test_a_settings_file_that_was_named_must_exist() -> None:
    with pytest.raises(ConfigError, match="no settings file"):
        load_settings({}, {"MATCHER_CONFIG": "nowhere.toml"})
