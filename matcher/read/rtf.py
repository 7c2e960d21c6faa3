"""RTF → lines, read with an interpreter of our own, because hidden, deleted, white and tiny text must be told apart."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from matcher.models import HiddenReason
from matcher.read.css import Colour, Look
from matcher.read.draft import Draft
from matcher.read.limits import Limits, Unreadable

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\$"
)
_SKIPPED = frozenset((
    "stylesheet", "info", "pict", "objdata", "fldinst", "nonshppict", "xe", "tc", "themedata", "datastore",
    "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "pgptbl", "sp", "private", "annotation",
    "filetbl", "atnid", "atnauthor", "bkmkstart", "bkmkend", "objclass", "template", "xmlnstbl", "latentstyles",
))  # fmt: skip
_SIGNS: Mapping[str, str] = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "zwnj": "\u200c",
}  # fmt: skip
_SYMBOLS: Mapping[str, str] = {"~": " ", "_": "-", "-": "", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n"}
_CHARSETS: Mapping[int, str] = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb2312", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_SYMBOL_CHARSET = 2
_DEPTH = 3000


@dataclass(frozen=True)
class _State:
    """Formatting in force; a group inherits it and cannot change it for its parent."""

    skipped: bool = False
    hidden: bool = False
    deleted: bool = False
    bold: bool = False
    size: float = 12.0
    colour: int = 0
    ground: int = 0
    font: int = -1
    fallback: int = 1
    table: str = ""


def read_rtf(data: bytes, draft: Draft, limits: Limits) -> None:
    """Add the visible text of an RTF file.

    Raises:
        Unreadable: ``limit`` where groups nest beyond reason.
    """
    if b"\\objdata" in data:
        draft.find("active_content", "The file holds embedded objects; they were not opened.")
    draft.page()
    _Interpreter(draft).run(data.decode("latin-1"))


@dataclass
class _Interpreter:
    draft: Draft
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    codepage: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    colours: list[Colour | None] = field(default_factory=list)
    mixing: dict[str, int] = field(default_factory=dict)
    pending: bytearray = field(default_factory=bytearray)
    owed: int = 0
    """Characters still to pass over: the fallback of a Unicode character."""

    def run(self, text: str) -> None:
        """Interpret a whole file."""
        at = 0
        while (match := _TOKEN.match(text, at)) is not None:
            at = match.end()
            word, number, code, symbol, brace, plain = match.groups()
            if word == "bin" and number:
                at += max(0, int(number))
            elif code is not None:
                self._byte(int(code, 16))
            else:
                self._flush()
                self._token(word, number, symbol, brace, plain)
        self._flush()
        self.draft.block()

    def _token(
        self, word: str | None, number: str | None, symbol: str | None, brace: str | None, plain: str | None
    ) -> None:
        if word is not None:
            self._word(word, None if number is None else int(number))
        elif symbol is not None:
            self._symbol(symbol)
        elif brace == "{":
            self._push()
        elif brace == "}":
            self._pop()
        elif plain is not None:
            self._plain(plain)

    # --- groups --------------------------------------------------------------------------------------------------

    def _push(self) -> None:
        if len(self.stack) > _DEPTH:
            raise Unreadable("limit", "The RTF file is nested beyond reason.")
        self.stack.append(self.state)
        self.owed = 0

    def _pop(self) -> None:
        self.owed = 0
        if self.stack:
            self.state = self.stack.pop()

    def _set(self, **changed: object) -> None:
        self.state = replace(self.state, **changed)  # type: ignore[arg-type]

    # --- control words -------------------------------------------------------------------------------------------

    def _word(self, word: str, number: int | None) -> None:
        self.owed = 0
        if word in _SKIPPED:
            self._set(skipped=True)
        elif word in ("fonttbl", "colortbl"):
            self._set(table=word)
        elif word == "shptxt":
            self._set(skipped=False)
            self.draft.block()
        elif self.state.table:
            self._in_table(word, number)
        elif word in _FORMATS:
            _FORMATS[word](self, 1 if number is None else number)
        elif not self.state.skipped:
            self._layout(word, number)

    def _in_table(self, word: str, number: int | None) -> None:
        value = number or 0
        if word == "f":
            self._set(font=value)
        elif word == "fcharset":
            name = "symbol" if value == _SYMBOL_CHARSET else _CHARSETS.get(value)
            if name:
                self.fonts[self.state.font] = name
        elif word in ("red", "green", "blue"):
            self.mixing[word] = max(0, min(255, value))

    def _layout(self, word: str, number: int | None) -> None:
        if word in _SIGNS:
            self._show(_SIGNS[word])
        elif word in ("par", "row", "nestrow"):
            self.draft.line()
        elif word in ("sect", "page"):
            self.draft.block()
        elif word in ("cell", "nestcell"):
            self.draft.gap("\t")
        elif word == "u" and number is not None:
            self._show(chr(number % 0x10000) if not 0xD800 <= number % 0x10000 <= 0xDFFF else "")
            self.owed = self.state.fallback

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._set(skipped=True)
        elif symbol in _SYMBOLS:
            self._show(_SYMBOLS[symbol])

    # --- text ----------------------------------------------------------------------------------------------------

    def _byte(self, value: int) -> None:
        if self.owed:
            self.owed -= 1
        elif not self.state.skipped and not self.state.table:
            self.pending.append(value)

    def _flush(self) -> None:
        if not self.pending:
            return
        encoding = self.fonts.get(self.state.font, self.codepage)
        raw = bytes(self.pending)
        self.pending.clear()
        self._show("•" if encoding == "symbol" else raw.decode(encoding, "replace"))

    def _plain(self, text: str) -> None:
        if self.state.table == "colortbl":
            self._end_colours(text)
            return
        skip = min(self.owed, len(text))
        self.owed -= skip
        self._show(text[skip:])

    def _end_colours(self, text: str) -> None:
        for _ in range(text.count(";")):
            mixed = self.mixing
            self.colours.append((mixed.get("red", 0), mixed.get("green", 0), mixed.get("blue", 0)) if mixed else None)
            self.mixing = {}

    def _show(self, text: str) -> None:
        if self.state.skipped or self.state.table or not text:
            return
        reason = self._reason()
        if reason is not None:
            self.draft.hide(text.strip(), reason)
        elif self.state.bold and text.strip():
            with self.draft.marked("bold"):
                self.draft.add(text)
        else:
            self.draft.add(text)

    def _reason(self) -> HiddenReason | None:
        if self.state.hidden:
            return "vanish"
        if self.state.deleted:
            return "deleted"
        ground = self._colour(self.state.ground) or (255, 255, 255)
        return Look(self._colour(self.state.colour), ground, self.state.size * 4 / 3).reason

    def _colour(self, number: int) -> Colour | None:
        return self.colours[number] if 0 <= number < len(self.colours) else None

    def reset(self) -> None:
        """Back to plain characters (``\\plain``)."""
        self._set(hidden=False, deleted=False, bold=False, size=12.0, colour=0, ground=0)

    def use_codepage(self, number: int) -> None:
        """Take the code page of the file (``\\ansicpg``)."""
        try:
            self.codepage = codecs.lookup(f"cp{number}").name
        except LookupError:
            self.codepage = "cp1252"

    def change(self, **changed: object) -> None:
        """Change formatting from here to the end of the group."""
        self._set(**changed)


_FORMATS: Mapping[str, Callable[[_Interpreter, int], None]] = {
    "v": lambda i, n: i.change(hidden=n != 0),
    "deleted": lambda i, n: i.change(deleted=n != 0),
    "b": lambda i, n: i.change(bold=n != 0),
    "fs": lambda i, n: i.change(size=n / 2),
    "cf": lambda i, n: i.change(colour=n),
    "cb": lambda i, n: i.change(ground=n),
    "chcbpat": lambda i, n: i.change(ground=n),
    "highlight": lambda i, n: i.change(ground=n),
    "cbpat": lambda i, n: i.change(ground=n),
    "clcbpat": lambda i, n: i.change(ground=n),
    "f": lambda i, n: i.change(font=n),
    "uc": lambda i, n: i.change(fallback=max(0, min(n, 16))),
    "plain": lambda i, _: i.reset(),
    "ansicpg": lambda i, n: i.use_codepage(n),
    "pard": lambda i, _: i.change(ground=0),
}
