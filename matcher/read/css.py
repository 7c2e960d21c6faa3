"""What a style does to the visibility of text: a small reader for declarations, colours and lengths.

It knows the tricks by which text is hidden and nothing else of CSS; what it does not understand counts as visible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from matcher.models import HiddenReason

Colour = tuple[int, int, int]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NUMBER = re.compile(r"^(-?\d*\.?\d+)(px|pt|em|rem|%|ex|ch|vw|vh|cm|mm|in)?$")
_NAMED: Mapping[str, Colour] = {
    "white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255), "floralwhite": (255, 250, 240),
    "azure": (240, 255, 255), "mintcream": (245, 255, 250), "seashell": (255, 245, 238), "red": (255, 0, 0),
    "blue": (0, 0, 255), "green": (0, 128, 0), "navy": (0, 0, 128), "gray": (128, 128, 128),
    "grey": (128, 128, 128), "silver": (192, 192, 192), "yellow": (255, 255, 0),
}  # fmt: skip
_PIXELS = {"px": 1.0, "pt": 4 / 3, "": 1.0, "cm": 37.8, "mm": 3.78, "in": 96.0, "vw": 12.8, "vh": 7.2}
_COMMA = re.compile(r",(?![^()]*\))")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*))?\)")
_VARIABLE_DEPTH = 5
_OPACITY = re.compile(r"opacity\(\s*(\d*\.?\d+)")
_MAX_RULES = 2000
LEAST_CONTRAST = 1.2
"""Contrast ratio (WCAG 2) below which text cannot be told from its background."""
_LEAST_PIXELS = 2.7


@dataclass(frozen=True)
class Look:
    """How text looks at one place: what it inherits, and why it is hidden, if it is."""

    colour: Colour | None = (0, 0, 0)
    background: Colour | None = (255, 255, 255)
    size: float = 16.0
    hidden: HiddenReason | None = None
    invisible: bool = False

    @property
    def reason(self) -> HiddenReason | None:
        """Why a person cannot see text here, or None."""
        if self.hidden is not None:
            return self.hidden
        if self.invisible:
            return "hidden_style"
        if self.size < _LEAST_PIXELS:
            return "tiny"
        if self.colour and self.background and contrast(self.colour, self.background) < LEAST_CONTRAST:
            return "white" if self.colour == (255, 255, 255) else "near_background"
        return None


def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style in lower case; important ones stand once more as ``!name``."""
    found: dict[str, str] = {}
    for part in style.split(";"):
        name, colon, value = part.partition(":")
        if not colon:
            continue
        name, value = name.strip().lower(), value.strip().lower()
        plain = value.replace("!important", "").strip()
        found[name] = plain
        if plain != value:
            found[f"!{name}"] = plain
    return found


def settled(style: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return a merged style with important declarations on top and custom properties replaced by their values."""
    found = {name: value for name, value in style.items() if not name.startswith(("!", "--"))}
    found.update({name[1:]: value for name, value in style.items() if name.startswith("!")})
    return {name: _replaced(value, variables) if "var(" in value else value for name, value in found.items()}


def _replaced(value: str, variables: Mapping[str, str]) -> str:
    for _ in range(_VARIABLE_DEPTH):
        value, changed = _VARIABLE.subn(lambda m: variables.get(m.group(1), m.group(2) or ""), value)
        if not changed:
            break
    return value.strip()


def rules(sheet: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield selectors (one at a time) and declarations of the rules of a style sheet that apply on a screen."""
    plain = _COMMENT.sub(" ", sheet).replace("<!--", " ").replace("-->", " ")
    for number, match in enumerate(_RULE.finditer(_screen_only(plain))):
        if number >= _MAX_RULES:
            return
        declared = declarations(match.group(2))
        for part in _COMMA.split(match.group(1).rsplit(";", 1)[-1]):
            selector = part.strip()
            if selector and not selector.startswith("@") and "::" not in selector and ":before" not in selector:
                yield selector, declared


def specificity(selector: str) -> tuple[int, int, int]:
    """Return how strongly a selector binds: ids, classes with attributes and states, elements."""
    ids = len(re.findall(r"#[\w-]+", selector))
    classes = len(re.findall(r"\.[\w-]+|\[[^\]]*\]|:(?!not|is|where|:)[\w-]+", selector))
    return ids, classes, len(re.findall(r"(?:^|[\s>+~(])[a-zA-Z][\w-]*", selector))


def _screen_only(sheet: str) -> str:
    """Blocks of @media print go, the frame of other conditional blocks goes, their rules stay."""
    out: list[str] = []
    rest = sheet
    while (start := rest.find("@media")) >= 0:
        brace = rest.find("{", start)
        end = _block_end(rest, brace) if brace >= 0 else -1
        if end < 0:
            break
        query = rest[start:brace].lower()
        out.append(rest[:start])
        if "print" not in query or "screen" in query:
            out.append(rest[brace + 1 : end])
        rest = rest[end + 1 :]
    return "".join([*out, rest])


def _block_end(text: str, brace: int) -> int:
    depth = 0
    for index in range(brace, len(text)):
        depth += (text[index] == "{") - (text[index] == "}")
        if depth == 0:
            return index
    return -1


def restyle(look: Look, style: Mapping[str, str]) -> Look:
    """Return how text looks inside an element with these declarations."""
    if not style:
        return look
    if "-webkit-text-fill-color" in style:
        style = {**style, "color": style["-webkit-text-fill-color"]}
    hidden = look.hidden or _hides(style)
    background = look.background
    for name in ("background", "background-color", "background-image"):
        if name in style:
            background = _background(style[name], background)
    colour = parse_colour(style["color"]) if "color" in style else look.colour
    if style.get("color") == "transparent" or _alpha(style.get("color", "")) < 0.06:
        hidden = hidden or "transparent"
    invisible = look.invisible
    if "visibility" in style:
        invisible = style["visibility"] in ("hidden", "collapse")
    return replace(look, colour=colour, background=background, size=_size(style, look.size), hidden=hidden,
                   invisible=invisible)  # fmt: skip


def _hides(style: Mapping[str, str]) -> HiddenReason | None:
    get = style.get
    if get("display") == "none" or get("mso-hide") == "all" or get("content-visibility") == "hidden":
        return "hidden_style"
    filtered = _OPACITY.search(get("filter", ""))
    if _number(get("opacity", "1")) < 0.06 or (filtered and float(filtered.group(1)) < 0.06):
        return "transparent"
    if _clipped(style):
        return "clipped"
    if _away(style):
        return "off_page"
    return None


def _clipped(style: Mapping[str, str]) -> bool:
    get = style.get
    if _no_area(get("clip", "")) or _no_area(get("clip-path", "")):
        return True
    if re.search(r"scale\(0(?:\.0+)?[,)]", get("transform", "").replace(" ", "")):
        return True
    cut = any(get(name, "").split(" ")[0] in ("hidden", "clip") for name in ("overflow", "overflow-x", "overflow-y"))
    return cut and any(
        name in style and -1 <= pixels(style[name], 16.0) <= 1.5
        for name in ("height", "width", "max-height", "max-width")
    )


def _no_area(value: str) -> bool:
    numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", value)][:4]
    if value.startswith("rect"):
        return len(numbers) == 4 and numbers[2] - numbers[0] <= 1 and numbers[1] - numbers[3] <= 1
    if value.startswith("inset"):
        return bool(numbers) and numbers[0] >= 50 and "%" in value
    return value.startswith("circle(0") or value.startswith("polygon(0 0, 0 0")


def _away(style: Mapping[str, str]) -> bool:
    for name in ("text-indent", "left", "top", "right", "bottom", "margin-left", "margin-top", "margin-right"):
        if name in style and pixels(style[name], 16.0) <= -500:
            return True
    if style.get("position") in ("absolute", "fixed"):
        return any(pixels(style.get(name, "0"), 16.0) >= 5000 for name in ("left", "top"))
    shift = re.search(r"translate[xy3d]*\((-?\d+)", style.get("transform", ""))
    return shift is not None and abs(int(shift.group(1)[:6])) >= 1000


def _size(style: Mapping[str, str], inherited: float) -> float:
    size = style.get("font-size")
    if size is None and "font" in style:
        part = re.search(r"(?:^|\s)(-?\d*\.?\d+(?:px|pt|em|rem|%)?)(?=/|\s)", style["font"])
        size = part.group(1) if (part and not part.group(1).isdigit()) or (part and part.group(1) == "0") else None
    return inherited if size is None else pixels(size, inherited, default=inherited)


def pixels(value: str, inherited: float, default: float = 0.0) -> float:
    """Return a CSS length in pixels; ``em`` and ``%`` count from ``inherited``."""
    match = _NUMBER.match(value.strip().split(" ")[0]) if value.strip() else None
    if match is None:
        return default
    number, unit = float(match.group(1)), match.group(2) or ""
    if unit in ("em", "ex", "ch"):
        return number * inherited
    if unit == "%":
        return number * inherited / 100
    if unit == "rem":
        return number * 16
    return number * _PIXELS[unit]


def _number(value: str) -> float:
    match = _NUMBER.match(value)
    if match is None:
        return 1.0
    return float(match.group(1)) / (100 if match.group(2) == "%" else 1)


def _background(value: str, inherited: Colour | None) -> Colour | None:
    if "url(" in value or "gradient" in value:
        return None
    if value in ("transparent", "none", "inherit", "initial", "unset") or _alpha(value) < 0.5:
        return inherited
    return parse_colour(value)


def parse_colour(value: str) -> Colour | None:
    """Return red, green, blue of a CSS colour, or None where it is not understood."""
    word = value.strip().lower()
    numbers = re.findall(r"\d*\.?\d+%?", word) if word.startswith("rgb") else []
    if len(numbers) >= 3:
        return _rgb([float(n[:-1]) * 2.55 if n.endswith("%") else float(n) for n in numbers[:3]])
    if word.startswith("hsl"):
        return _lightness(word)
    digits = re.search(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b", word)
    if digits:
        code = digits.group(1)
        code = "".join(c * 2 for c in code) if len(code) < 6 else code
        return int(code[:2], 16), int(code[2:4], 16), int(code[4:6], 16)
    return next((_NAMED[w] for w in word.split() if w in _NAMED), None)


def _rgb(values: list[float]) -> Colour:
    red, green, blue = (max(0, min(255, round(v))) for v in values)
    return red, green, blue


def _lightness(word: str) -> Colour | None:
    numbers = re.findall(r"\d*\.?\d+", word)
    if len(numbers) < 3 or 4 < float(numbers[2]) < 96:
        return None
    return _rgb([float(numbers[2]) * 2.55] * 3)


def _alpha(value: str) -> float:
    if value.startswith(("rgba", "hsla", "rgb(", "hsl(")):
        numbers = re.findall(r"\d*\.?\d+%?", value)
        if len(numbers) >= 4:
            return float(numbers[3].rstrip("%")) / (100 if numbers[3].endswith("%") else 1)
    code = re.search(r"#(?:[0-9a-f]{6}([0-9a-f]{2})|[0-9a-f]{3}([0-9a-f]))$", value)
    if code:
        digits = code.group(1) or code.group(2) * 2
        return int(digits, 16) / 255
    return 1.0


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
