"""What tags, attributes and styles of other programs mean in a document."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from .block import Marks

_ATTRIBUTE = re.compile(
    r"""([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>"'][^\s>]*+)|))?+"""
)


def names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


VOID = names(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source "
    "track wbr"
)
RAW_DROPPED = names("script style title iframe noembed noframes noscript")
RAW_KEPT = names("textarea xmp")
DROPPED = names("xml template applet datalist annotation annotation-xml")
INLINE = {
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "cite": "em",
    "dfn": "em",
    "var": "em",
    "u": "u",
    "s": "s",
    "strike": "s",
    "del": "s",
    "sub": "sub",
    "sup": "sup",
    "code": "code",
    "tt": "code",
    "kbd": "code",
    "samp": "code",
}
HEADINGS = {"h1": "h1", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
BLOCKS = names(
    "address article aside body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html legend li main menu "
    "nav ol optgroup option p pre section summary table tbody td tfoot th thead tr ul "
    "blockquote listing plaintext"
)
LISTS = {"ul": "ul", "ol": "ol", "menu": "ul", "dir": "ul"}


_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]*);")


def attributes_of(source: str) -> dict[str, str]:
    """Attributes by lower-case name; of two with one name the first counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(source):
        value = double or single or bare
        # An entity counts with its semicolon only: "?a=1&copy=2" is an address.
        found.setdefault(name.lower(), _ENTITY.sub(lambda entity: unescape(entity[0]), value))
    return found


@lru_cache(maxsize=512)
def style_of(source: str) -> dict[str, str]:
    """Declarations of a style attribute, lower-case; read, never written again."""
    parts = (part.partition(":") for part in source.lower().split(";"))
    return {name.strip(): value.strip() for name, _, value in parts if value}


def styled(style: dict[str, str]) -> list[str]:
    """Marks that a style stands for."""
    weight, decoration = style.get("font-weight", ""), style.get("text-decoration", "")
    decoration += style.get("text-decoration-line", "")
    shift = style.get("vertical-align", "")
    return [
        tag
        for tag, holds in (
            ("strong", weight in ("bold", "bolder", "600", "700", "800", "900")),
            ("em", style.get("font-style") in ("italic", "oblique")),
            ("u", "underline" in decoration),
            ("s", "line-through" in decoration),
            ("sup", shift == "super"),
            ("sub", shift == "sub"),
        )
        if holds
    ]


def with_mark(marks: Marks, tag: str, value: str = "") -> Marks:
    return marks if any(mark[0] == tag for mark in marks) else (*marks, (tag, value))


def is_noise(name: str, given: dict[str, str], style: dict[str, str], classes: list[str]) -> bool:
    """What a word processor keeps beside the text: deletions, comments, hidden parts."""
    if name in DROPPED:
        return True
    if name == "del" and ("cite" in given or "datetime" in given):
        return True
    if style.get("display") == "none" or style.get("mso-hide") == "all":
        return True
    if style.get("mso-element") in ("comment", "comment-list", "header", "footer"):
        return True
    if style.get("mso-special-character") == "comment":
        return True
    return any(word.startswith(("msocom", "msodel")) for word in classes)


def leaf_tag_of(name: str, given: dict[str, str], style: dict[str, str], classes: list[str]) -> str:
    """The kind of paragraph; titles and headings also by the names word processors use."""
    if name in HEADINGS:
        return HEADINGS[name]
    if name in ("pre", "listing", "plaintext"):
        return "pre"
    if "msotitle" in classes:
        return "h1"
    if (outline := style.get("mso-outline-level", "")) in ("1", "2", "3", "4", "5", "6"):
        return HEADINGS[f"h{outline}"]
    if given.get("role") == "heading":
        return HEADINGS.get(f"h{given.get('aria-level', '2')}", "h4")
    return "p"


def align_of(given: dict[str, str], style: dict[str, str], classes: list[str]) -> str:
    asked = {word[6:] for word in classes if word.startswith("align-")}
    asked |= {style.get("text-align", ""), given.get("align", "").lower()}
    if "center" in asked:
        return "center"
    return "end" if asked & {"right", "end"} else ""


_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(pt|px|em|cm)")
_STEP = {"pt": 21.0, "px": 28.0, "em": 2.0, "cm": 0.74}  # two characters of body text


def indent_of(style: dict[str, str], classes: list[str]) -> int:
    """Steps of two characters, 0 to 4. A list item's own margin is no indent."""
    for word in classes:
        if re.fullmatch("indent-[1-4]", word):
            return int(word[-1])
    length = _LENGTH.fullmatch(style.get("margin-left", ""))
    if length is None or "mso-list" in style:
        return 0
    return min(4, round(float(length[1][:6]) / _STEP[length[2]]))


def list_level(style: dict[str, str]) -> int:
    """The level of an imitated list item (mso-list: l0 level2 lfo1), else 0."""
    level = re.search(r"\blevel([1-9])\b", style.get("mso-list", ""))
    return int(level[1]) if level else 0


def number_in(value: str | None, least: int, most: int) -> int:
    if value is None or not re.fullmatch(r"[0-9]{1,4}", value.strip()):
        return least
    return max(least, min(most, int(value)))
