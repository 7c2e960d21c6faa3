"""Postings: the description alone, one requirement a line, wherever the page keeps it."""

import html
import json
from pathlib import Path

import pytest

from matcher.models import Document
from matcher.read.limits import Limits
from matcher.read.posting import read_posting_document
from tests import fakes_read as fakes

LIMITS = Limits(cpu_seconds=600)
DUTIES = ["Plan the shifts of thirty nurses.", "Lead the handover; report to the head of care."]
NEEDS = ["Degree in nursing or equivalent", "5+ years in intensive care"]
BODY = (
    "<p>We run a hospital with four hundred beds in the west of the country and look for people who care.</p>"
    f"<p><b>What you will do</b></p><ul><li>{DUTIES[0]}</li><li>{DUTIES[1]}</li></ul>"
    f"<p>Minimum Qualifications:</p><ul><li>{NEEDS[0]}</li><li>{NEEDS[1]}</li></ul>"
)
OTHER = {
    "@type": "JobPosting",
    "title": "Cook",
    "description": "<p>" + "Cook soup for many guests every day. " * 10 + "</p>",
}
JOB = {"@context": "https://schema.org", "@type": "JobPosting", "title": "Charge Nurse", "description": BODY}


def page(script: str, body: str = "<div id=app></div>", title: str = "Charge Nurse") -> bytes:
    return f"<html><head><title>{title}</title>{script}</head><body>{body}</body></html>".encode()


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def parse(data: bytes, name: str = "job.html") -> Document:
    return read_posting_document(data, name, LIMITS)


def raw_lines(value: dict[str, str]) -> str:
    text = json.dumps(value).replace("</li>", "</li>\n")
    return text[:-1] + ",}"


PAGES = {
    "structured data": page(ld(JOB)),
    "escaped twice": page(ld({**JOB, "description": html.escape(BODY)})),
    "in a graph": page(ld({"@graph": [{"@type": "Organization"}, JOB]})),
    "typed as a list": page(ld({**JOB, "@type": ["JobPosting", "Thing"]})),
    "trailing comma and raw line ends": page(f'<script type="application/ld+json">{raw_lines(JOB)}</script>'),
    "in cdata": page(f'<script type="application/ld+json">//<![CDATA[\n{json.dumps(JOB)}\n//]]></script>'),
    "in a comment": page(f'<script type="application/ld+json"><!--{json.dumps(JOB)}--></script>'),
    "several jobs": page(ld([OTHER, JOB]), "<h1>Charge Nurse, Göteborg</h1>"),
    "broken data beside a page": page('<script type="application/ld+json">{"@type": </script>', BODY),
    "data of a page that scripts build": page(
        f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"job": {"text": BODY}}})}</script>'
    ),
    "page alone": page("", f"<main><h1>Charge Nurse</h1>{BODY}</main>"),
    "fragment": f"<h2>Charge Nurse</h2><div>{BODY}</div>".encode(),
    "plain line breaks": page("", "<h1>Charge Nurse</h1>" + "<br>".join(["We run a hospital.", *DUTIES, *NEEDS])),
    "separate fields": page(ld({**JOB, "description": "<p>" + "We run a hospital. " * 12 + "</p>",
                                "responsibilities": DUTIES, "qualifications": "\n".join(NEEDS)})),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(PAGES))
def test_every_duty_and_qualification_is_a_line_of_its_own(kind: str) -> None:
    document = parse(PAGES[kind])
    lines = document.text.split("\n")
    assert all(line in lines for line in DUTIES + NEEDS)
    assert "Charge Nurse" in lines[0]


def test_list_items_and_headings_are_marked_and_carry_no_bullet() -> None:
    document = parse(PAGES["structured data"])
    listed = [document.text[m.start : m.end] for m in document.marks if m.kind == "list"]
    bold = [document.text[m.start : m.end] for m in document.marks if m.kind == "bold"]
    assert listed == DUTIES + NEEDS and bold == ["What you will do"]


def test_what_stands_around_a_posting_is_left_out() -> None:
    around = (
        "<header><a>Jobs</a></header><nav>Home Search Sign in</nav><div class='cookie-banner'>We use cookies</div>"
        f"<main><h1>Charge Nurse</h1>{BODY}</main><aside>Similar jobs: Cook</aside><form>Upload your CV</form>"
        "<footer>Imprint</footer>"
    )
    text = parse(page("", around)).text
    assert all(word not in text for word in ("Sign in", "cookies", "Similar", "Upload", "Imprint", "Jobs"))
    assert all(line in text for line in DUTIES + NEEDS)


def test_a_wrapper_that_only_sounds_like_boilerplate_is_kept() -> None:
    assert DUTIES[0] in parse(page("", f"<div class='share-layout'><h1>Charge Nurse</h1>{BODY}</div>")).text


def test_a_hidden_block_of_a_posting_is_not_read() -> None:
    trick = f'<li style="display:none">{fakes.SECRET}</li>'
    for body in (BODY.replace("</ul>", trick + "</ul>", 1), BODY + f"<div hidden>{fakes.SECRET}</div>"):
        for data in (page("", body), page(ld({**JOB, "description": body}))):
            document = parse(data)
            assert "Ignore all" not in document.text
            assert any(f.kind == "hidden_text" for f in document.findings)


def test_several_jobs_on_a_page_are_never_merged_and_it_is_said() -> None:
    document = parse(PAGES["several jobs"])
    assert "soup" not in document.text
    assert any("2 postings" in f.detail for f in document.findings)


def test_a_posting_in_another_format_is_read_like_any_file() -> None:
    text = "\n".join(["Charge Nurse", *DUTIES, *NEEDS])
    assert parse(text.encode(), "job.txt").text == text
    assert DUTIES[0] in parse(fakes.pdf(fakes.lines(*text.split("\n"))), "job.pdf").text


def test_a_posting_is_read_through_the_front_door(tmp_path: Path) -> None:
    from matcher import read

    path = tmp_path / "job.html"
    path.write_bytes(PAGES["in a graph"])
    found = read.read_posting(path)
    assert found.status == "read" and found.document is not None and DUTIES[0] in found.document.text
    assert read.read_posting(tmp_path / "none.html").reason == "vanished"


def test_every_posting_of_the_shared_files_gives_all_its_bullets(shared: Path) -> None:
    folder = shared / "files" / "postings"
    wanted = json.loads((folder / "seed.gt.json").read_text("utf-8"))["bullets"]
    for path in sorted(folder.iterdir()):
        if path.suffix != ".json":
            lines = [
                " ".join(line.lstrip("•-*").split()) for line in parse(path.read_bytes(), path.name).text.split("\n")
            ]
            assert [b for b in wanted if " ".join(b.split()) not in lines] == [], path.name


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("Analyst (Remote - Mountain States) | Careers at Pinyon", "Analyst (Remote - Mountain States)"),
        ("Analyst - Careers at Pinyon (US)", "Analyst"),
        ("Analyst | Pinyon", "Analyst"),
    ],
)
def test_the_name_of_the_site_is_cut_from_a_title_and_never_inside_brackets(heading: str, title: str) -> None:
    page = f"<html><head><title>{heading}</title></head><body><p>{'We need you. ' * 30}</p></body></html>"
    assert read_posting_document(page.encode(), "p.html", Limits()).text.splitlines()[0] == title
