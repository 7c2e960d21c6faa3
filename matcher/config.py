"""Settings: defaults < ``matcher.toml`` < environment < options.

The file is ``matcher.toml`` in the current folder (or the one named by ``MATCHER_CONFIG``); environment variables are
``MATCHER_<FIELD>`` in capitals. Keys and endpoint are read by the openai client itself (``OPENAI_API_KEY``,
``OPENAI_BASE_URL``) and never stored.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError

from matcher.errors import ConfigError
from matcher.models import Record


class Settings(Record):
    """All settings that a command may need, already merged."""

    workspace: Path = Path(".matcher")
    embedder: str = "minilm"
    """``minilm`` (bundled weights), ``st:NAME-OR-FOLDER``, ``openai:MODEL`` or ``hash`` (tests)."""
    precision: str = "fp32"
    llm: str = "none"
    """``none``, or the name of a model at the OpenAI-compatible endpoint."""
    top: int = Field(default=50, ge=1)
    """How many candidates the model reads."""
    passes: int = Field(default=1, ge=1, le=9)
    verify: bool = False
    concurrency: int = Field(default=8, ge=1, le=64)
    deadline: float = Field(default=120.0, gt=0)
    """Seconds for one model call, retries included."""
    budget_tokens: int | None = Field(default=None, gt=0)
    price_prompt: float | None = Field(default=None, ge=0)
    """Price of a million prompt tokens, for estimates."""
    price_answer: float | None = Field(default=None, ge=0)
    """Price of a million answer tokens, for estimates."""
    workers: int = Field(default=2, ge=1, le=64)
    as_of: date | None = None
    mask_schools: bool = False
    mask_affinity: bool = False
    company: Path = Path("company.toml")
    quiet: bool = False


def load_settings(options: Mapping[str, object], environ: Mapping[str, str] | None = None) -> Settings:
    """Merge file, environment and options (None means: not given).

    Raises:
        ConfigError: a file that is not TOML, an unknown key, a value that does not fit; the message names the field.
    """
    env = os.environ if environ is None else environ
    values: dict[str, object] = _from_file(Path(env.get("MATCHER_CONFIG", "matcher.toml")), "MATCHER_CONFIG" in env)
    for name in Settings.model_fields:
        given = env.get(f"MATCHER_{name.upper()}")
        if given is not None and given != "":
            values[name] = given
    values.update({name: value for name, value in options.items() if value is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"The setting {field} cannot be used: {first['msg']}.") from error


def _from_file(path: Path, required: bool) -> dict[str, object]:
    try:
        return dict(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        if required:
            raise ConfigError(f"There is no settings file {path}: correct MATCHER_CONFIG.") from error
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"The settings file {path} cannot be read: {error}.") from error
