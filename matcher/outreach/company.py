"""company.toml → Company: all that a draft may say about sender and employer.

A field that the requested drafts need and the file lacks is a CompanyError whose one sentence says what to fill in.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from matcher.errors import CompanyError
from matcher.models import Record
from matcher.outreach.records import Channel


class Employer(Record):
    """Who hires: name and postal address."""

    name: str = ""
    address: str = ""


class Sender(Record):
    """Who writes; ``organisation`` only where an agency writes for the employer."""

    name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    organisation: str = ""


class Privacy(Record):
    """What people must be told about their data (GDPR Article 14); texts stand in the notice as they are here."""

    contact: str = ""
    source: str = ""
    retention: str = ""
    url: str = ""
    authority: str = ""
    transfers: str = ""
    representative: str = ""


class Rules(Record):
    """House rules: where to opt out, which links may stand in a draft, where the suppression file lies."""

    opt_out: str = ""
    links: tuple[str, ...] = ()
    suppression: str = ""
    """Path of the suppression file, from the folder of company.toml (default ``suppression.txt``)."""


class Company(Record):
    """All of company.toml; ``folder`` is where it lies, for the paths in it."""

    employer: Employer = Employer()
    sender: Sender = Sender()
    privacy: Privacy = Privacy()
    outreach: Rules = Rules()
    folder: Path = Path()

    @property
    def allowed(self) -> frozenset[str]:
        """Every link, e-mail address and telephone number that may stand in a draft, in lower case."""
        values = (
            *self.outreach.links, self.outreach.opt_out, self.privacy.contact, self.privacy.url,
            self.sender.email, self.sender.phone,
        )  # fmt: skip
        return frozenset(value.strip().casefold() for value in values if value.strip())

    @property
    def organisation(self) -> str:
        """For whom the sender works: the agency, or else the employer."""
        return self.sender.organisation or self.employer.name

    @property
    def suppression(self) -> Path:
        """Path of the suppression file."""
        return self.folder / (self.outreach.suppression or "suppression.txt")

    @property
    def names_suppression(self) -> bool:
        """Whether company.toml names the file, so that its absence is an error and not an empty list."""
        return bool(self.outreach.suppression)


_EXAMPLES = {
    "employer.name": 'name = "Example Ltd" under [employer]',
    "employer.address": 'address = "1 Example Street, 12345 Town, Country" under [employer]',
    "sender.name": 'name = "Alex Example" under [sender]',
    "sender.title": 'title = "Recruiter" under [sender]',
    "sender.email": 'email = "alex@example.com" under [sender]',
    "outreach.opt_out": 'opt_out = "no-contact@example.com" (an e-mail address or link) under [outreach]',
    "privacy.contact": 'contact = "privacy@example.com" under [privacy]',
    "privacy.source": 'source = "the résumé that you published on Example Jobs" under [privacy]',
    "privacy.retention": 'retention = "six months after our last contact" under [privacy]',
    "privacy.url": 'url = "https://example.com/privacy" (your privacy notice) under [privacy]',
}
_NEEDED: dict[Channel, tuple[str, ...]] = {
    "inmail": ("employer.name", "sender.name", "sender.title"),
    "connection": ("employer.name", "sender.name"),
    "email": ("employer.name", "employer.address", "sender.name", "sender.title", "sender.email", "outreach.opt_out"),
}
_NOTICE = ("employer.address", "privacy.contact", "privacy.source", "privacy.retention", "privacy.url")


def load_company(path: Path) -> Company:
    """Read company.toml. Raises CompanyError for a file that is absent, not TOML, or holds an unknown field."""
    try:
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        hint = "write one with [employer], [sender], [outreach] and [privacy], or name it with --company"
        raise CompanyError(f"There is no {path}: {hint}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise CompanyError(f"The file {path} cannot be read as TOML: {error}.") from error
    try:
        return Company.model_validate({**values, "folder": path.parent})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise CompanyError(f"The field {field} in {path} cannot be used: {first['msg']}.") from error


def require(company: Company, channel: Channel, *, notice: bool) -> None:
    """Check that every field is there (and plain) which this channel, and the notice if needed, will print.

    Raises:
        CompanyError: naming the first field that is missing or unusable and what to fill in.
    """
    needed = _NEEDED[channel] + (_NOTICE if notice else ())
    for field in needed:
        group, name = field.split(".")
        value = str(getattr(getattr(company, group), name))
        if not value.strip():
            raise CompanyError(f"Drafts by {channel} need {field} in company.toml: fill in {_EXAMPLES[field]}.")
        if re.search(r"[{}\[\]<>]|\bTODO\b|\bXXX\b", value) or not value.isprintable():
            raise CompanyError(f"The field {field} in company.toml holds a placeholder: fill in {_EXAMPLES[field]}.")
    _check_shapes(company, channel, notice)


def _check_shapes(company: Company, channel: Channel, notice: bool) -> None:
    address = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+")
    if channel == "email" and not address.fullmatch(company.sender.email):
        raise CompanyError(f"sender.email in company.toml is no e-mail address: fill in {_EXAMPLES['sender.email']}.")
    if channel == "email" and not (
        address.fullmatch(company.outreach.opt_out) or company.outreach.opt_out.startswith("https://")
    ):
        example = _EXAMPLES["outreach.opt_out"]
        raise CompanyError(f"outreach.opt_out in company.toml is neither an address nor a link: fill in {example}.")
    if notice and not company.privacy.url.startswith("https://"):
        raise CompanyError(f"privacy.url in company.toml is no https link: fill in {_EXAMPLES['privacy.url']}.")
