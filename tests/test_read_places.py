"""Places: every character of the text maps to a page and a box, a quote is found again, and can be shown."""

import io
import string

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from matcher import read
from matcher.errors import InputError
from matcher.models import Document
from matcher.read.clean import clean
from matcher.read.document import read_document
from matcher.read.draft import Draft
from matcher.read.find import squash
from matcher.read.limits import Limits, Unreadable
from tests import fakes_read as fakes

LIMITS = Limits(cpu_seconds=600)
WORD = st.text(string.ascii_letters + string.digits + "åäöéüßñ&%+#", min_size=1, max_size=12)
LINE = st.lists(WORD, min_size=1, max_size=7).map(" ".join)


def parse(data: bytes, name: str = "cv.pdf") -> Document:
    return read_document(data, name, LIMITS)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINE, min_size=1, max_size=12))
def test_text_drawn_on_a_page_comes_back_with_true_places(drawn: list[str]) -> None:
    data = fakes.pdf(fakes.lines(*drawn))
    document = parse(data)
    assert [line for line in document.text.split("\n") if line] == [" ".join(line.split()) for line in drawn]
    with pypdfium2.PdfDocument(data) as pdf:
        text_page = pdf[0].get_textpage()
        for run in document.runs:
            assert run.box is not None
            x0, y0, x1, y1 = run.box
            inside = text_page.get_text_bounded(x0 - 0.2, 842 - y1 - 0.2, x1 + 0.2, 842 - y0 + 0.2)
            assert "".join(document.text[run.start : run.end].split()) in "".join(inside.split())
    covered = "".join(document.text[run.start : run.end] for run in document.runs)
    assert covered == "".join(document.text.split())


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_cleaning_is_final_and_its_offsets_stand_in_the_text(text: str) -> None:
    visible, removed = clean(text)
    again, more = clean(visible)
    assert (again, more) == (visible, [])
    assert all(0 <= offset <= len(visible) and chars for offset, chars, _ in removed)
    visible.encode("utf-8")
    assert not any(c in visible for c in "\x00\x1b\u202e\u2066\ufeff\U000e0041\u200b")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=12), st.sampled_from(["word", "line", "block", "tab", "page", "hide"])), max_size=30
    )
)
def test_a_draft_is_a_valid_document_whatever_is_added(pieces: list[tuple[str, str]]) -> None:
    draft = Draft(LIMITS)
    added: list[str] = []
    for number, (text, then) in enumerate(pieces):
        if then == "hide":
            draft.hide(text, "white")
        else:
            with draft.marked("bold"):
                draft.add(text, (0.0, float(number), 1.0, float(number + 1)))
            added.append(clean(text)[0])
            {
                "word": draft.gap,
                "line": draft.line,
                "block": draft.block,
                "tab": lambda: draft.gap("\t"),
                "page": draft.page,
            }[then]()
    try:
        document = draft.build(b"x", "x", "text/plain")
    except Unreadable:
        assert not any(c.isalnum() for text in added for c in text)
        return
    assert "".join(document.text.split()) == "".join("".join(added).split())
    assert not document.text[:1].isspace() and not document.text[-1:].isspace() and "\n\n\n" not in document.text
    assert all(document.text[r.start : r.end].strip() == document.text[r.start : r.end] for r in document.runs)
    assert all(0 <= m.start < m.end <= len(document.text) for m in document.marks)
    assert [p.start for p in document.pages] == sorted(p.start for p in document.pages)


def test_white_space_at_the_border_of_pieces_parts_words_and_nothing_else_does() -> None:
    draft = Draft(LIMITS)
    for piece in ("care", " and", " ", " cure ", "able", "\tnow"):
        draft.add(piece)
    assert draft.build(b"x", "x", "text/plain").text == "care and cure able\tnow"


LONG = "Led the introduction of a daily checklist that reduced infections by forty per cent within two years of work"


def wrapped() -> bytes:
    words, lines = LONG.split(), []
    while words:
        lines.append(" ".join(words[:6]))
        words = words[6:]
    return fakes.pdf(fakes.lines("Robin Example", *lines), fakes.lines("Second page", "Planned the rota"))


def test_a_quote_is_found_across_line_ends_with_one_box_per_line() -> None:
    document = parse(wrapped())
    span = read.find_quote(document, LONG)
    assert span is not None
    places = read.boxes(document, span.start, span.end)
    assert [page for page, _ in places] == [1, 1, 1, 1]
    tops = [box[1] for _, box in places]
    assert tops == sorted(tops) and len(set(tops)) == 4


def test_a_quote_on_the_second_page_has_its_page() -> None:
    document = parse(wrapped())
    span = read.find_quote(document, "planned THE rota")
    assert span is not None and document.page_at(span.start) == 2
    assert read.boxes(document, span.start, span.end)[0][0] == 2


def test_a_part_of_a_word_has_a_part_of_its_box() -> None:
    document = parse(fakes.pdf(fakes.lines("Administration")))
    (_, whole), (_, part) = read.boxes(document, 0, 14)[0], read.boxes(document, 0, 7)[0]
    assert part[0] == whole[0] and abs((part[2] - part[0]) * 2 - (whole[2] - whole[0])) < 0.01


@pytest.mark.parametrize("quote", ["", "  ", "...", "flew to the moon"])
def test_what_does_not_stand_in_the_text_is_not_found(quote: str) -> None:
    assert read.find_quote(parse(wrapped()), quote) is None


def test_a_quote_is_found_in_other_letters_of_the_same_look() -> None:
    document = read_document("Zürich, ofﬁce work, cafe\u0301 owner".encode(), "cv.txt", LIMITS)
    for quote in ("Zu\u0308rich", "office work", "CAFÉ OWNER", "ｏｆｆｉｃｅ"):
        assert read.find_quote(document, quote) is not None


@given(st.text(max_size=20))
def test_squashing_a_character_never_fails(text: str) -> None:
    assert all(part.isalnum() for char in text for part in squash(char))


def test_a_quote_is_shown_on_its_page_and_marked() -> None:
    data = wrapped()
    document = parse(data)
    span = read.find_quote(document, LONG)
    assert span is not None
    with read.Sandbox(LIMITS) as box:
        marked = Image.open(io.BytesIO(read.render_quote(data, document, span.start, span.end, sandbox=box))).convert(
            "RGB"
        )
    assert marked.width == 1190 and 80 < marked.height < 400
    scale = marked.width / document.pages[0].width
    places = [place for _, place in read.boxes(document, span.start, span.end)]
    top = min(place[1] for place in places) - 36
    for x0, y0, x1, y1 in places:
        strip = marked.crop(tuple(int(v) for v in (x0 * scale, (y0 - top) * scale, x1 * scale, (y1 - top) * scale)))
        colours = {c for _, c in strip.getcolors(100_000) or []}
        assert (255, 232, 110) in colours and (255, 255, 255) not in colours
        assert min(sum(c) for c in colours) < 200, "the letters themselves are in the picture"
    assert marked.getpixel((2, 2)) == (255, 255, 255)


def test_a_format_without_pages_says_so() -> None:
    document = read_document(fakes.VISIBLE.encode(), "cv.txt", LIMITS)
    with pytest.raises(InputError, match="no pages"):
        read.render_quote(fakes.VISIBLE.encode(), document, 0, 6)


def test_a_page_that_cannot_be_drawn_any_more_says_so() -> None:
    document = parse(wrapped())
    with pytest.raises(InputError, match="cannot be drawn"):
        read.render_quote(b"%PDF-1.4 gone", document, 0, 6)


def test_a_word_broken_by_a_soft_hyphen_is_joined_and_found_on_both_lines() -> None:
    document = parse(fakes.pdf(fakes.lines("Responsible for the admin-", "istration of the ward")))
    assert "administration" in document.text
    span = read.find_quote(document, "administration")
    assert span is not None and len(read.boxes(document, span.start, span.end)) == 2


def test_so_many_words_that_boxes_go_by_line_still_map_every_line() -> None:
    data = fakes.pdf(fakes.lines(*[f"word{n} and another one" for n in range(40)]))
    document = read_document(data, "cv.pdf", Limits(cpu_seconds=600, runs=60))
    assert len(document.runs) == 40
    assert any(f.kind == "limit_reached" for f in document.findings)
    assert read.boxes(document, *_span(document, "word39 and another one"))


def _span(document: Document, quote: str) -> tuple[int, int]:
    found = read.find_quote(document, quote)
    assert found is not None
    return found.start, found.end
