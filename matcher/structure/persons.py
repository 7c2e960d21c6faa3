"""Finds the person's name: labels first, then the first lines, with e-mail, links and file name as witnesses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from matcher.models import Mark
from matcher.structure.contacts import EMAIL, LINK
from matcher.structure.lines import ContentLine
from matcher.structure.names import folded, ordinary_words, spellings
from matcher.structure.names_stated import stated_names
from matcher.structure.sections import heading_kind
from matcher.structure.titles import looks_like_title
from matcher.structure.words import alternatives, pattern, table
from matcher.timeline import find_ranges

HEADER_LINES = 12
MOST_WORDS = 6
LONGEST_WORD = 40
_SPLIT = re.compile(
    r"\s*[|•·★/◆■▪]\s*|\s+[-–—→]\s+|\t+|\s{2,}|,\s+|(?<=\w\w\w)\.\s+(?=[A-ZÀ-Þ\d])|;\s*|\s*[:：]\s+|\s+\(|\)\s*"
)
_NOT_IN_A_NAME = re.compile(r"[\d@:/#$%&=<>\[\]{}!?+*_]")
_ABSTRACT = re.compile(r"^\w{2,}(?:ment|tion|sion|ness|ity|ship|ics|ical|ology|ional|cate|gist|soft|ware)$")
_CONTACT = re.compile(r"@|(?<!\d)\d{3}[-. )/]{1,2}\d{3,4}|\+\d")
TOP = 1500
"""Characters in which contacts show that a résumé names its owner."""
_ALL_SPACED = re.compile(r"(?:[^\W\d_] (?:- )?){2,}[^\W\d_](?:\s{2,}(?:[^\W\d_] (?:- )?)+[^\W\d_])*")
Found = tuple[int, str]
"""Offset and text of a fragment."""


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name, hyphens split, without titles, letters after it, suffixes and punctuation."""
    words = table("identity")
    if _ALL_SPACED.fullmatch(text.strip()):
        text = " ".join(part.replace(" ", "") for part in re.split(r"\s{2,}", text.strip()))
    skip = {*words["titles"], *words["letters"], *words["suffixes"]}
    bare = re.sub(r"[\"“”„‘’'(]([^\"“”„‘’()]{2,})[\"“”’')]", r" \1 ", text)
    found = (word.strip(".,;:()\"'“”’‘") for word in re.split(r"[\s,]+", bare))
    return tuple(word for word in found if word and word.casefold() not in skip and f"{word}.".casefold() not in skip)


def _split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a name, hyphens split, as those that stand for the person and the particles between them.

    What is a particle in one name is a name in another ("Ben Carter", "Priya Das"): at the ends of a name it counts as
    a word, where a name can begin or end with it.
    """
    particles, ends = set(table("identity")["particles"]), table("owned")["end_particles"]
    parts = [part for word in name_words(text) for part in re.split(r"[-‐–]", word) if part]
    small = [part.casefold() in particles for part in parts]
    if len(parts) == 1:
        small = [False]
    elif parts:
        small[0] = small[0] and (small[1] or parts[0].casefold() not in ends["first"])
        small[-1] = small[-1] and (small[-2] or parts[-1].casefold() not in ends["last"])
    names = tuple(part for part, is_small in zip(parts, small, strict=True) if len(part) > 1 and not is_small)
    return names, tuple(part for part, is_small in zip(parts, small, strict=True) if is_small)


def name_parts(text: str) -> tuple[str, ...]:
    """The single words that stand for the person: hyphens split, initials and particles left out."""
    return _split(text)[0]


def name_particles(text: str) -> tuple[str, ...]:
    """The small words inside a name ("van der", "de la", "Al")."""
    return _split(text)[1]


def _foreign(word: str) -> bool:
    """Whether a word is written in another script than Latin."""
    return len(word) >= 2 and all(c.isalpha() and "LATIN" not in unicodedata.name(c, "") for c in word)


def written_like_a_name(text: str, *, vouched: bool = False) -> bool:
    """Whether a fragment is two to six words of letters with capitals (or one word in another script).

    A word that is also a role ("Baker") is allowed only where a witness has ``vouched`` for the fragment.
    """
    words = name_words(text)
    if not words or len(words) > MOST_WORDS or len(text) > 60 or _NOT_IN_A_NAME.search(text):
        return False
    if pattern("identity", "no_name").search(text) or heading_kind(text) is not None:
        return False
    if pattern("names_stated", "no_name").fullmatch(text.strip(" .:")):
        return False
    particles = set(table("identity")["particles"])
    if not all(word.casefold() in particles or not word[0].islower() for word in words):
        return False
    if len(words) == 1:
        return _foreign(words[0])
    return vouched or (not looks_like_title(" ".join(words)) and not pattern("regions", "all").fullmatch(words[-1]))


def hints(text: str, file_name: str) -> str:
    """File name, e-mail and profile names of a document, folded: witnesses for a name."""
    stem = file_name.rsplit("/", 1)[-1].rsplit("!", 1)[-1].rsplit(".", 1)[0]
    mails = [m.group().split("@")[0] for m in EMAIL.finditer(text)]
    links = [m.group() for m in LINK.finditer(text)][:6]
    return folded(" ".join([stem, *mails, *links]))


def _witnessed(fragment: str, witness: str) -> bool:
    known = (p for p in name_parts(fragment) if 2 < len(p) < LONGEST_WORD and any(s in witness for s in spellings(p)))
    return any(not looks_like_title(part) for part in known)


def _trimmed(text: str, witness: str) -> str:
    """A fragment without the words of a role at its end that no witness knows: "Tom Meyer Senior Engineer".

    Words without a role ("Mary Ann Smith"), and a single one that is a family name as well ("Mary Ann Baker"), stay.
    """
    words = text.split(" ")
    count = len(words)
    while count > 2 and folded(words[count - 1]) not in witness:
        if not (looks_like_title(words[count - 1]) or words[count - 1].casefold() in ordinary_words()):
            break
        count -= 1
    tail = words[count:]
    known = sum(folded(word) in witness for word in words[:count] if len(word) > 2)
    trade = len(tail) == 1 and tail[0].casefold() in table("owned")["trades"] and known < 2
    return text if trade or not any(map(looks_like_title, tail)) else " ".join(words[:count])


def _in_one_mail(text: str, mails: Sequence[str]) -> bool:
    """Whether an address holds two words of a fragment side by side, whatever else the words may be."""
    parts = [folded(part) for part in name_parts(text)]
    pairs = [rf"{re.escape(one)}[._-]?{re.escape(two)}" for one, two in pairwise(parts)]
    return len(parts) > 1 and any(re.search(pair, mail) for pair in pairs for mail in mails)


def fragments(line: ContentLine, source: str) -> Iterator[Found]:
    """The parts of a header line between its separators, with their offsets."""
    text, at = source[line.start : line.end], 0
    for match in [*_SPLIT.finditer(text), None]:
        stop = match.start() if match else len(text)
        piece = text[at:stop]
        if piece.strip():
            yield line.start + at + len(piece) - len(piece.lstrip()), piece.strip()
        at = match.end() if match else stop


def _labelled(lines: Sequence[ContentLine], source: str) -> Iterator[Found]:
    """Values of labels such as "Name:", on the same line or alone on the next."""
    labels = alternatives(table("identity")["name_labels"])
    beside = re.compile(rf"(?:^\W*|\s{{2,}}|\t|[|•;]\s*){labels}(?:\s*[:：]\s*|\t+|\s{{3,}})(\S.*)$", re.IGNORECASE)
    alone = re.compile(rf"^\W*{labels}\s*[:：]?$", re.IGNORECASE)
    for at, line in enumerate(lines[: 2 * HEADER_LINES]):
        text = source[line.start : line.end]
        at_label = 0
        while match := beside.search(text, at_label):
            value = re.split(r"\s{3,}|\t|\s*[|•;]\s*", match.group(1))[0].strip()
            if value and not _NOT_IN_A_NAME.search(value) and len(value.split()) <= MOST_WORDS:
                yield line.start + match.start(1), value
            at_label = match.start(1)
        if alone.match(text) and at + 1 < len(lines) and written_like_a_name(lines[at + 1].text):
            yield lines[at + 1].start, source[lines[at + 1].start : lines[at + 1].end]


def _introduced(lines: Sequence[ContentLine], source: str) -> Iterator[Found]:
    """The name after words such as "my name is" or "Resume of"."""
    words = alternatives(table("identity")["introductions"])
    name = r"(?:[A-ZÀ-Þ][\w'’.-]*|[\"“'][A-ZÀ-Þ][\w'’-]+[\"”'])"
    small = alternatives(table("identity")["particles"])
    intro = re.compile(rf"(?<!\w)(?i:{words})\s*[:–—-]?\s+({name}(?:\s+(?:{small}\s+)*{name}){{1,4}})")
    for line in lines[:4]:
        match = intro.search(source[line.start : line.end])
        if match and written_like_a_name(match.group(1)):
            yield line.start + match.start(1), match.group(1)
            return


def _before_the_title(found: Found, witness: str) -> Found | None:
    """The name in a fragment that goes on with a title: "Tom Meyer Senior Engineer"."""
    offset, text = found
    words = text.split(" ")
    for count in range(min(4, len(words) - 1), 1, -1):
        head = " ".join(words[:count])
        usual = any(word.casefold() in ordinary_words() for word in name_parts(head))
        if written_like_a_name(head) and (_witnessed(head, witness) or not usual):
            return offset, head
    return None


def _single_words(lines: Sequence[ContentLine], source: str, witness: str) -> tuple[Found, ...]:
    """A name over two lines of one word each, spaced out letter by letter, or one word that a witness knows."""
    top = [(line.start, source[line.start : line.end].strip()) for line in lines[:3]]
    spaced = [(offset, text) for offset, text in top if _ALL_SPACED.fullmatch(text) and heading_kind(text) is None]
    if spaced:
        return tuple(spaced[:1])
    words = [found for found in top[:2] if re.fullmatch(r"[^\W\d_][^\W\d_'’-]+(?:-[^\W\d_]+)?", found[1])]
    plain = [
        w
        for w in words
        if heading_kind(w[1]) is None and not looks_like_title(w[1]) and not pattern("identity", "no_name").search(w[1])
    ]
    if len(plain) == 2 and not all(w[1].casefold() in ordinary_words() for w in plain):
        return tuple(plain)
    return ()


_STACKED = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:['’ -]+[^\W\d_]+\.?){0,3}")


def _stacked(lines: Sequence[ContentLine], source: str, witness: str) -> tuple[Found, ...]:
    """A name over the first two lines ("Brian", "O'Neill"), where a witness knows a word of the second one."""
    top = [(line.start, source[line.start : line.end].strip()) for line in lines[:2]]
    if len(top) < 2 or not all(_STACKED.fullmatch(text) for _, text in top):
        return ()
    for _, text in top:
        roles = [word for word in name_words(text) if looks_like_title(word)]
        no_role = all(word.casefold() in table("owned")["trades"] for word in roles)
        if heading_kind(text) is not None or pattern("identity", "no_name").search(text) or not no_role:
            return ()
    first, second = (re.sub("['’]", "", folded(text)) for _, text in top)
    known = [word for word in re.findall(r"[^\W\d_]{3,}", second) if word in witness and word not in first]
    return tuple(top) if known else ()


def _openings(lines: Sequence[ContentLine], source: str) -> list[Found]:
    """The first fragments of the first lines, and every fragment of a first line that holds contacts."""
    out: list[Found] = []
    for at, line in enumerate(lines[:4]):
        pieces = list(fragments(line, source))
        contact = _CONTACT.search(source[line.start : line.end])
        if at < 2 or contact:
            out += pieces if contact or (at == 0 and len(pieces) <= 4) else pieces[:1]
    return out


def _all_usual(text: str) -> bool:
    """Whether every word of a fragment is an ordinary one and none a given name: "Family Law"."""
    words = [word.casefold() for word in name_parts(text)]
    return all(word in ordinary_words() and word not in table("owned")["given"] for word in words)


def _rarest(vouched: Sequence[Found], plain: Sequence[Found]) -> Sequence[Found]:
    """The vouched fragments, or those in capitals above them where the first holds ordinary words alone."""
    if not vouched or not _all_usual(vouched[0][1]):
        return vouched
    return [f for f in plain if f[0] < vouched[0][0] and f[1].isupper() and not _all_usual(f[1])] or vouched


def _headline(text: str, source: str) -> bool:
    """Whether a fragment that no witness knows reads like a line of work and not like a name.

    Where the top holds no contacts either (a résumé without its owner), one such word is enough.
    """
    usual = [w.casefold() in ordinary_words() or bool(_ABSTRACT.search(w.casefold())) for w in name_parts(text)]
    if _CONTACT.search(source[:TOP]):
        return all(usual)
    return all(usual) or (any(usual) and text.isupper()) or _heads_a_job(text, source)


def _initials_in(words: Sequence[str], mails: Sequence[str]) -> bool:
    """Whether a part of an address is made of the initials of a fragment: "GRANT BANKS", gb.teach@…."""
    ends = {"".join(word[0] for word in words), words[0][0] + words[-1][0]}
    return any(part in ends for mail in mails for part in re.split(r"[^a-z]+", mail))


def _in_words(first: Sequence[Found], source: str, mails: Sequence[str]) -> tuple[Found, ...]:
    """The first fragment of a document where its words are names as well: "Grant Banks", "Jamal Washington"."""
    lists = table("owned")
    for found in first:
        words = [word.casefold() for word in name_words(found[1])]
        if not 2 <= len(words) <= 4 or not written_like_a_name(found[1], vouched=True):
            continue
        given, last = words[0] in lists["given"], words[-1]
        roles = [word for word in words[given:] if looks_like_title(word) and word not in lists["trades"]]
        named = last in lists["trades"] or last in table("names")["proper"] or pattern("regions", "all").fullmatch(last)
        plain = given or _initials_in(words, mails) or (named and words[0] not in ordinary_words())
        if plain and not roles and not _heads_a_job(found[1], source):
            return (found,)
    return ()


def _heads_a_job(text: str, source: str) -> bool:
    """Whether the words stand again beside the dates of a job: then they are its title."""
    for match in list(re.finditer(re.escape(text), source, re.IGNORECASE))[1:8]:
        around = source[max(0, match.start() - 60) : match.end() + 60]
        if any(found.kind in ("range", "since") for found in find_ranges(around)):
            return True
    return False


def find_name(lines: Sequence[ContentLine], source: str, witness: str, marks: Sequence[Mark] = ()) -> tuple[Found, ...]:
    """Return where the person's name is first stated; several places where it is stated in parts or in other words."""
    first = _first_name(lines, source, witness)
    other = stated_names(lines, source, first)
    apart = [f for f in first if not any(at <= f[0] and f[0] + len(f[1]) <= at + len(name) for at, name in other)]
    if any(at > len(source) // 3 and len(name.split()) > 1 for at, name in other):
        apart = [f for f in apart if _witnessed(f[1], witness)]
    return (*apart, *other, *_after_a_comma(apart, source, witness))


def _after_a_comma(named: Sequence[Found], source: str, witness: str) -> Iterator[Found]:
    """A second given name behind the name and a comma that a witness knows: "Lim Kheng Huat, Bernard"."""
    for offset, name in named:
        end = offset + len(name)
        match = re.match(r",\s([A-ZÀ-Þ][^\W\d_]{2,})(?=\s*(?:$|[/|•·;(]))", source[end : end + 40].split("\n", 1)[0])
        if match and _witnessed(match.group(1), witness) and not looks_like_title(match.group(1)):
            yield end + match.start(1), match.group(1)


def _first_name(lines: Sequence[ContentLine], source: str, witness: str) -> tuple[Found, ...]:
    labelled = tuple(_labelled(lines, source)) or tuple(_introduced(lines, source)) or _stacked(lines, source, witness)
    if labelled:
        return labelled
    head = [f for line in lines[:HEADER_LINES] for f in fragments(line, source)]
    plain = [f for f in head if written_like_a_name(f[1])]
    mails = [folded(match.group().split("@")[0]) for match in EMAIL.finditer(source)]
    known = [
        (offset, _trimmed(text, witness))
        for offset, text in head
        if _witnessed(text, witness) or _in_one_mail(text, mails)
    ]
    vouched = _rarest([f for f in known if written_like_a_name(f[1], vouched=True)], plain)
    if vouched:
        return tuple(vouched[:1]) + tuple(f for f in plain[:3] if f != vouched[0] and _foreign(name_words(f[1])[0]))
    split = _single_words(lines, source, witness) or _in_words(head[:1], source, mails)
    if split:
        return split
    for found in head[:4]:
        cut = _before_the_title(found, witness)
        if cut is not None and not written_like_a_name(found[1]):
            return (cut,)
    first = [f for f in plain if f in _openings(lines, source) and not _headline(f[1], source)]
    if first:
        return tuple(first[:1])
    loose = [
        f for f in head[:6] if _witnessed(f[1], witness) and not _NOT_IN_A_NAME.search(f[1]) and len(f[1].split()) <= 4
    ]
    if loose and not looks_like_title(loose[0][1]):
        return tuple(loose[:1])
    anywhere = [
        f for line in lines for f in fragments(line, source) if written_like_a_name(f[1]) and _witnessed(f[1], witness)
    ]
    return tuple(anywhere[:1])


def extra_words(named: Sequence[str], text: str, file_name: str) -> tuple[str, ...]:
    """Name words that only the e-mail address or the file's name gives: those that are no word of any other kind."""
    stem = file_name.rsplit("/", 1)[-1].rsplit("!", 1)[-1].rsplit(".", 1)[0]
    known = {s for word in named for s in spellings(word)}
    out: list[str] = []
    for source in [stem, *(m.group().split("@")[0] for m in EMAIL.finditer(text))]:
        parts = [part for part in re.split(r"[\W\d_]+", source) if len(part) > 2]
        related = not known or any(
            folded(part)[:3] in {k[:3] for k in known} or folded(part) in known for part in parts
        )
        if related:
            out += [part for part in parts if _only_a_name(part)]
    return tuple(dict.fromkeys(part.capitalize() for part in out if folded(part) not in known))


def _only_a_name(part: str) -> bool:
    plain = part.casefold()
    other = plain in ordinary_words() or plain in table("names")["file_words"] or plain in table("names")["proper"]
    return not other and not looks_like_title(part) and not pattern("jobs", "organisation").search(part)
