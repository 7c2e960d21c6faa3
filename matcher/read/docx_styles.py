"""How a run of a Word file looks: defaults, paragraph style, character style and direct formatting, in this order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from matcher.models import HiddenReason
from matcher.read.css import Look, parse_colour
from matcher.read.xml import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = ("0", "false", "off", "none")
_THEME = {"background1": "#ffffff", "bg1": "#ffffff", "light1": "#ffffff", "lt1": "#ffffff", "text1": "#000000",
          "tx1": "#000000", "dark1": "#000000", "dk1": "#000000"}  # fmt: skip
_CHAIN = 12
_LEAST_WIDTH = 20.0


@dataclass(frozen=True)
class Format:
    """Formatting of characters; None means: not said here."""

    hidden: bool | None = None
    colour: str | None = None
    fill: str | None = None
    size: float | None = None
    bold: bool | None = None
    width: float | None = None
    """Width of the letters in per cent of the usual."""

    def over(self, other: Format) -> Format:
        """Return this formatting on top of ``other``."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        return replace(other, **said)


@dataclass(frozen=True)
class Style:
    """A named style: formatting, the style it is based on, and its heading level (0: none)."""

    name: str
    based_on: str | None
    format: Format
    level: int = 0
    listed: bool = False


@dataclass
class Styles:
    """All named styles of a file."""

    default: Format = Format()
    named: dict[str, Style] = field(default_factory=dict)
    default_paragraph: str | None = None

    def chain(self, style_id: str | None) -> list[Style]:
        """Return a style and those it is based on, nearest first."""
        found: list[Style] = []
        while style_id in self.named and len(found) < _CHAIN:
            style = self.named[style_id]
            found.append(style)
            style_id = style.based_on
        return found

    def format(self, style_id: str | None, below: Format) -> Format:
        """Return the formatting of a named style on top of ``below``."""
        result = below
        for style in reversed(self.chain(style_id)):
            result = style.format.over(result)
        return result

    def level(self, style_id: str | None) -> int:
        """Return the heading level of a paragraph style, 0 where it is none."""
        return next((s.level for s in self.chain(style_id) if s.level), 0)

    def listed(self, style_id: str | None) -> bool:
        """Return whether a paragraph style is that of a list."""
        return any(s.listed for s in self.chain(style_id))


def read_styles(root: Element | None) -> Styles:
    """Return the styles of ``word/styles.xml``."""
    styles = Styles()
    if root is None:
        return styles
    styles.default = read_format(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
    for element in root.findall(f"{W}style"):
        style_id = element.get(f"{W}styleId", "")
        based = element.find(f"{W}basedOn")
        name = element.find(f"{W}name")
        label = (name.get(f"{W}val", "") if name is not None else style_id).lower()
        styles.named[style_id] = Style(
            name=label, based_on=None if based is None else based.get(f"{W}val"),
            format=read_format(element.find(f"{W}rPr")), level=_level(element, label),
            listed=element.find(f"{W}pPr/{W}numPr") is not None,
        )  # fmt: skip
        if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in ("1", "true"):
            styles.default_paragraph = style_id
    return styles


def _level(element: Element, label: str) -> int:
    if label.startswith("heading ") and label[8:9].isdigit():
        return int(label[8])
    if label == "title":
        return 1
    outline = element.find(f"{W}pPr/{W}outlineLvl")
    value = outline.get(f"{W}val", "") if outline is not None else ""
    return int(value) + 1 if value.isdigit() and int(value) < 9 else 0


def read_format(properties: Element | None) -> Format:
    """Return the formatting that a ``w:rPr`` element states."""
    if properties is None:
        return Format()
    hidden = [_switch(properties, name) for name in ("vanish", "webHidden", "specVanish")]
    return Format(
        hidden=True if True in hidden else False if False in hidden else None,
        colour=_colour(properties.find(f"{W}color")), fill=_fill(properties), size=_half(_number(properties, "sz")),
        bold=_switch(properties, "b"), width=_number(properties, "w"),
    )  # fmt: skip


def _switch(properties: Element, name: str) -> bool | None:
    element = properties.find(W + name)
    return None if element is None else element.get(f"{W}val", "1") not in _OFF


def _colour(element: Element | None) -> str | None:
    if element is None:
        return None
    theme = element.get(f"{W}themeColor")
    if theme in _THEME and not (element.get(f"{W}themeShade") or element.get(f"{W}themeTint")):
        return _THEME[theme]
    value = element.get(f"{W}val", "auto")
    return "auto" if value == "auto" else f"#{value}"


def _fill(properties: Element) -> str | None:
    highlight = properties.find(f"{W}highlight")
    if highlight is not None:
        value = highlight.get(f"{W}val", "none").lower()
        return None if value == "none" else value
    return read_fill(properties.find(f"{W}shd"))


def read_fill(shading: Element | None) -> str | None:
    """Return the fill of a ``w:shd`` element as a CSS colour, or None where it has none."""
    if shading is None:
        return None
    if shading.get(f"{W}val") == "solid":
        return _colour_of(shading.get(f"{W}color", "auto")) or "black"
    return _THEME.get(shading.get(f"{W}themeFill", ""), _colour_of(shading.get(f"{W}fill", "auto")))


def _colour_of(value: str) -> str | None:
    return None if value in ("auto", "") else f"#{value}"


def _half(value: float | None) -> float | None:
    return None if value is None else value / 2


def _number(properties: Element, name: str) -> float | None:
    element = properties.find(W + name)
    try:
        return float(element.get(f"{W}val", "").rstrip("%")) if element is not None else None
    except ValueError:
        return None


def hidden_reason(shown: Format, background: str | None) -> HiddenReason | None:
    """Return why a run is not seen on this background ("" where the background is not known), or None."""
    if shown.hidden:
        return "vanish"
    if shown.width is not None and 0 < shown.width < _LEAST_WIDTH:
        return "tiny"
    behind = shown.fill or background
    ground = None if behind == "" else parse_colour(behind or "#ffffff")
    if shown.colour in (None, "auto"):
        return Look(size=(shown.size or 11.0) * 4 / 3, colour=None).reason
    return Look(colour=parse_colour(shown.colour or ""), background=ground, size=(shown.size or 11.0) * 4 / 3).reason
