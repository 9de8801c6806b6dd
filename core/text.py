"""The one door between what people type and what browsers run.

Nothing else in the project uses bleach, nh3 or Markup. Lines and plain texts are swept of what
nobody sees; rich texts are cooked when they are written, never when they are read: read into a
small document (which caps length and depth), then cleaned by nh3, bleach and nh3 with one
allow-list until a whole round changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from html import escape, unescape
from typing import Any, Literal

import nh3
from bleach.sanitizer import Cleaner as BleachCleaner
from markupsafe import Markup

from . import footnotes
from .characters import LoneSurrogate, sweep
from .document import OUR_PAGES, Block, TooIntricate, read_html, read_plain, write
from .i18n import _

CLEANER = 2
"""Version of what `cook` does; records keep it, and are cooked again when it has risen."""

PLAIN_LIMIT = 100_000  # characters of plain text
HTML_LIMIT = 400_000  # characters of pasted HTML: some 20 pages out of a word processor
COOKED_LIMIT = 200_000  # characters of cooked HTML
MARKS_LIMIT = 6_000  # tags and entities of cooked HTML: bleach takes 30 microseconds for each
ROUNDS = 3

# The one allow-list. No style, no id, no name, nothing that loads or runs.
_BLOCK = {"class", "dir"}
ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(("p", "h2", "h3", "h4", "blockquote", "ul", "li", "table"), _BLOCK),
    "ol": _BLOCK | {"start"},
    "td": _BLOCK | {"colspan", "rowspan"},
    "th": _BLOCK | {"colspan", "rowspan"},
    **{tag: set() for tag in ("thead", "tbody", "tr", "pre", "hr", "br")},
    **{tag: set() for tag in ("strong", "em", "u", "s", "sub", "code")},
    "sup": {"class"},
    "a": {"href"},
}
# In a text that carries pictures, and in no other, files of ours may be shown.
WITH_PICTURES = {**ALLOWED, "img": {"src", "alt", "width", "height"}}
CLASSES = frozenset({"align-center", "align-end"} | {f"indent-{step}" for step in range(1, 5)})
# Footnotes: a reference in the text, and the list at its end (core/footnotes.py).
NAMED = {"sup": "footnote", "ol": "footnotes"}
SCHEMES = {"http", "https", "mailto"}
REL = "noopener nofollow ugc"
_VALUES = {
    "dir": re.compile("rtl"),
    "start": re.compile("[1-9][0-9]{0,3}"),
    "colspan": re.compile("[1-9][0-9]?|100"),
    "rowspan": re.compile("[1-9][0-9]?|100"),
    "href": re.compile(rf"(?:https?://|mailto:)[^\s\\]+|{OUR_PAGES}", re.IGNORECASE),
    "src": re.compile("/files/[1-9][0-9]{0,9}"),
    "alt": re.compile("[^\n]{0,200}"),
    "width": re.compile("[1-9][0-9]{0,3}"),
    "height": re.compile("[1-9][0-9]{0,3}"),
}


class TextFault(ValueError):
    """A text that cannot be taken; the message says why, in the reader's language."""


# --- Lines and plain text -----------------------------------------------------------------


def clean_line(value: str, limit: int) -> str:
    """One line, at most `limit` characters, white space folded. Raises TextFault."""
    return _within(" ".join(_swept(value).split()), limit)


def clean_plain(value: str, limit: int) -> str:
    """Several lines, at most `limit` characters; at most two empty ones meet. Raises TextFault."""
    lines = [line.rstrip() for line in _swept(value).split("\n")]
    text = re.sub("\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n")
    return _within(text, limit)


def _swept(value: str) -> str:
    try:
        return sweep(value)
    except LoneSurrogate as fault:
        raise TextFault(_("文字里有残缺的字符（例如半个表情符号），请删去后再试。")) from fault


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise TextFault(
            _("最多 %(limit)d 个字，现在是 %(count)d 个字。", limit=limit, count=len(text))
        )
    return text


# --- Rich text ----------------------------------------------------------------------------


def cook(source: str, body_format: Literal["plain", "html"], pictures: Collection[int] = ()) -> str:
    """The cleaned HTML of what was typed. Cooking it again changes nothing. Raises TextFault.

    Of pictures those stay that are files of ours with these ids (core/attachments.py).
    """
    limit = HTML_LIMIT if body_format == "html" else PLAIN_LIMIT
    if len(source) > limit:
        raise TextFault(
            _(
                "内容太长：最多 %(limit)d 个字符（含格式），现在是 %(count)d 个。"
                "请分成几篇，或者粘贴为纯文本。",
                limit=limit,
                count=len(source),
            )
        )
    source = _without_surrogates(source)
    try:
        if body_format == "html":
            document = read_html(source, _is_sound, pictures)
        else:
            document = read_plain(source, _is_sound)
    except TooIntricate as fault:
        raise _too_intricate() from fault
    html = write(document)
    if len(html) > COOKED_LIMIT or html.count("<") + html.count("&") > MARKS_LIMIT:
        raise _too_intricate()
    return _clean(html, bool(pictures))


def _without_surrogates(source: str) -> str:
    try:
        source.encode()
    except UnicodeEncodeError:
        _swept(source)
    return source


def _too_intricate() -> TextFault:
    return TextFault(_("格式太复杂，无法处理。请粘贴为纯文本，或者把表格和列表分成几篇。"))


def _clean(html: str, has_pictures: bool = False) -> str:
    """nh3, bleach, nh3, until a whole round changes nothing."""
    for _round in range(ROUNDS):
        first = _nh3(html, has_pictures)
        last = _nh3(_bleach(first, has_pictures), has_pictures)
        if first == last:
            return last
        html = last
    raise _too_intricate()


def _permitted(tag: str, name: str, value: str) -> bool:
    """Whether the allow-list lets an attribute through, value and all."""
    if name not in WITH_PICTURES.get(tag, ()):
        return False
    if name == "class":
        if NAMED.get(tag) == value:
            return True
        return bool(value) and tag != "sup" and set(value.split(" ")) <= CLASSES
    return _VALUES[name].fullmatch(value) is not None


def _nh3_attribute(tag: str, name: str, value: str) -> str | None:
    # nh3 filters what it adds itself, too.
    if (tag, name, value) == ("a", "rel", REL) or _permitted(tag, name, value):
        return value
    return None


def _cleaner(allowed: dict[str, set[str]]) -> Any:
    return nh3.Cleaner(
        tags=set(allowed),
        clean_content_tags={
            *("script", "style", "iframe", "noembed", "noframes", "title", "template"),
        },
        attributes=allowed,
        attribute_filter=_nh3_attribute,
        url_schemes=SCHEMES,
        url_relative="pass_through",  # _VALUES says which: those of our own pages and files
        link_rel=REL,
    )


_NH3 = _cleaner(ALLOWED)
_NH3_WITH_PICTURES = _cleaner(WITH_PICTURES)


def _nh3(html: str, has_pictures: bool = False) -> str:
    cleaned: str = (_NH3_WITH_PICTURES if has_pictures else _NH3).clean(html)
    return cleaned


def _is_sound(address: str) -> bool:
    """Whether nh3 takes an address for one, so that no link is made only to be unmade."""
    return " href=" in _nh3(f'<a href="{escape(address)}">x</a>')


def _bleach_attribute(tag: str, name: str, value: str) -> bool:
    return (tag, name, value) == ("a", "rel", REL) or _permitted(tag, name, value)


def _bleach(html: str, has_pictures: bool = False) -> str:
    # A cleaner of bleach keeps state while it works: one for each call.
    cleaner = BleachCleaner(
        tags=set(WITH_PICTURES if has_pictures else ALLOWED),
        attributes=_bleach_attribute,
        protocols=SCHEMES,
        strip=True,
        strip_comments=True,
    )
    return cleaner.clean(html)


def document_of(html: str) -> Block:
    """Cooked HTML as the document that it was written from."""
    return read_html(html, lambda _address: True, set(pictures(html)))


def rich(html: str | None, key: object = "") -> Markup:
    """Template filter for HTML that `cook` made and the database kept; for nothing else. Parts of
    pages that are kept (core/parts.py) give a key that no other text of the page has."""
    return Markup(footnotes.joined(html or "", key))


Picture = tuple[str, str, int, int]
"""Where a picture may be fetched, what its file is called, and its sides in pixels."""


def pictured(html: str, pictures: Mapping[int, Picture]) -> Markup:
    """Cooked HTML in which each picture of ours is fetched where `pictures` says, with its true
    sides so that nothing jumps, when it comes into view; it leads to itself in full."""
    written: list[str] = []
    is_linked = False
    for part in _PART.finditer(html):
        if part[2] == "a":
            is_linked = not part[1]
        found = _OURS.search(part[3]) if part[2] == "img" else None
        picture = pictures.get(int(found[1])) if found else None
        written.append(part[0] if picture is None else _picture(part[3], picture, is_linked))
    return Markup("".join(written))


def _picture(attributes: str, picture: Picture, is_linked: bool) -> str:
    source, name, width, height = picture
    said = found[1] if (found := _ALT.search(attributes)) else ""
    alt = said or escape(_("图片：%(name)s", name=name))
    drawn = (
        f'<img src="{escape(source)}" alt="{alt}" width="{width}" height="{height}"'
        ' loading="lazy" decoding="async">'
    )
    return drawn if is_linked else f'<a class="picture" href="{escape(source)}">{drawn}</a>'


def pictures(html: str) -> list[int]:
    """The files of ours that stand as pictures in cooked HTML, in order."""
    return [int(one) for one in _OURS.findall(html)]


# --- Text out of cooked HTML --------------------------------------------------------------

_PART = re.compile(r"<(/?)([a-z0-9]+)((?:\"[^\"]*\"|[^\">])*)>|&[a-zA-Z0-9#]+;|[^<&]+|[<&]")
_HREF = re.compile(r' href="([^"]*)"')
_OURS = re.compile(r' src="/files/([1-9][0-9]{0,9})"')
_ALT = re.compile(r' alt="([^"]*)"')
_ENDS_LINE = ALLOWED.keys() & {"p", "h2", "h3", "h4", "li", "tr", "pre", "ul", "ol", "table"}


def words(html: str) -> str:
    """What cooked HTML says, character by character, with "\\n" for each edge of a paragraph, item
    or row and "\\t" for that of a cell. `marked` counts as this does."""
    return "".join(_said(part) for part in _PART.finditer(html))


def _said(part: re.Match[str]) -> str:
    """What one part of cooked HTML, a tag or a piece of text, adds to `words`."""
    name = part[2]
    if name is None:
        return unescape(part[0])
    if name == "img":  # what it shows, to who does not see it
        return unescape(found[1]) if (found := _ALT.search(part[3])) else ""
    if name in ("br", "hr") or name in _ENDS_LINE:
        return "\n"
    return "\t" if name in ("td", "th") else ""


def plain(html: str) -> str:
    """The words of cooked HTML, a line for each paragraph, item or row: for search and mail."""
    lines = (line.strip(" ") for line in words(html).replace("\t", " ").split("\n"))
    return "\n".join(re.sub(" +", " ", line) for line in lines if line)


def addresses(html: str) -> list[str]:
    """Where the links of cooked HTML lead."""
    tags = (part[3] for part in _PART.finditer(html) if part[2] == "a" and not part[1])
    return [unescape(found[1]) for tag in tags if (found := _HREF.search(tag))]


def excerpt(html: str, length: int) -> str:
    """The first words of cooked HTML in one line of at most `length` characters and "…".

    What is quoted from others and footnotes are left out, unless there is nothing else.
    """
    own = re.sub(r"<blockquote[ >](?s:.*?)</blockquote>", "", footnotes.parted(html)[0])
    text = " ".join((plain(own) or plain(html)).split("\n"))
    if len(text) <= length:
        return text
    end = length
    while end and (_continues(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[: end or length].rstrip() + "…"


def _continues(character: str) -> bool:
    """Whether a character belongs to the one before it."""
    return (
        unicodedata.category(character) in ("Mn", "Me", "Cf")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


SAMPLE = 400  # characters from which the language of words is told
_TAGS = re.compile("<[^>]*(?:>|$)")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile("[A-Za-z]")

Span = tuple[int, int]
"""Start and end of a stretch of text, in characters."""


def marked(html: str, spans: Iterable[Span]) -> Markup:
    """Cooked HTML with every span of its `words` in <mark>: inside the tags, never across one."""
    waiting = _apart(spans)
    written: list[str] = []
    place = 0
    for part in _PART.finditer(html):
        said = _said(part)
        if part[2] is not None:
            written.append(part[0])
        elif said == part[0]:
            written += _within_marks(said, place, waiting, str)
        else:  # an entity, which is one character
            written += _within_marks(said, place, waiting, {said: part[0]}.__getitem__)
        place += len(said)
    return Markup(footnotes.joined("".join(written)))


def marked_plain(text: str, spans: Iterable[Span]) -> Markup:
    """Plain text, escaped, with every span in <mark>."""
    return Markup("".join(_within_marks(text, 0, _apart(spans), escape)))


def quoted(text: str, span: Span, around: int) -> Markup:
    """A span of plain text in <mark> with at most `around` characters on either side, on one line."""
    start, end = span
    first, last = max(0, start - around), min(len(text), end + around)
    before, after = text[first:start].rpartition("\n")[2], text[end:last].partition("\n")[0]
    cut_before = "…" if first and len(before) == start - first else ""
    cut_after = "…" if last < len(text) and len(after) == last - end else ""
    inner = " ".join(text[start:end].split())
    return Markup(
        f"{cut_before}{escape(before.lstrip())}<mark>{escape(inner)}</mark>"
        f"{escape(after.rstrip())}{cut_after}"
    )


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those joined that touch."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif start < end:
            apart.append((start, end))
    return apart


def _within_marks(
    text: str, place: int, spans: list[Span], write: Callable[[str], str]
) -> Iterator[str]:
    """A piece of text that begins at `place`, written, with what lies in spans marked.

    Spans that end before its end are taken off the list.
    """
    done, end = place, place + len(text)
    while spans and spans[0][0] < end:
        first, last = max(spans[0][0], done), min(spans[0][1], end)
        if first < last:
            if first > done:
                yield write(text[done - place : first - place])
            yield f"<mark>{write(text[first - place : last - place])}</mark>"
            done = last
        if spans[0][1] > end:
            break
        spans.pop(0)
    if done < end:
        yield write(text[done - place :])


def tongue(words: object) -> Markup:
    """The attribute that says so where words are mostly Chinese, for pages in another language."""
    said = _TAGS.sub("", str(words)[:SAMPLE])
    han = len(_HAN.findall(said))
    return Markup(' lang="zh"' if han and 2 * han >= len(_LATIN.findall(said)) else "")


def highlight(text: str, terms: Iterable[str]) -> Markup:
    """Plain text, escaped, with every place where a term stands in <mark>.

    Compared as search compares: width, case and compatibility forms make no difference.
    """
    whole, origin = _placed(text)
    wanted = sorted({folded(term) for term in terms} - {""}, key=lambda term: (-len(term), term))
    if not wanted:
        return Markup(escape(text))
    pattern = re.compile("|".join(map(re.escape, wanted[:50])))
    written: list[str] = []
    done = 0
    for found in pattern.finditer(whole):
        start, end = origin[found.start()], origin[found.end() - 1] + 1
        if start < done:
            continue
        written += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return Markup("".join([*written, escape(text[done:])]))


class _Forms(dict[int, str]):
    """What search takes each character for, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        form = self[code] = unicodedata.normalize("NFKC", chr(code)).lower()
        return form


_FORMS = _Forms()


def folded(text: str) -> str:
    """A text as search compares it, character by character: width, case and form are gone."""
    return text.translate(_FORMS)


def _placed(text: str) -> tuple[str, Sequence[int]]:
    """A text as search compares it, and for each of its characters where that stood before."""
    whole = folded(text)
    if len(whole) == len(text):  # nearly always; no character became several
        return whole, range(len(text))
    return whole, [place for place, one in enumerate(text) for _form in _FORMS[ord(one)]]
