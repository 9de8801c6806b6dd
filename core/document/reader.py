"""Reading HTML: a walk over its tags, open elements on a stack, blocks as they come."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from html import unescape
from typing import Literal, NamedTuple

from ..characters import is_right_to_left, sweep
from .block import BREAK, NESTING_LIMIT, OBJECT, Block, Marks, TooIntricate, link, picture
from .lists import gather_lists
from .meaning import (
    BLOCKS,
    DROPPED,
    INLINE,
    LISTS,
    RAW_DROPPED,
    RAW_KEPT,
    VOID,
    align_of,
    attributes_of,
    indent_of,
    is_noise,
    leaf_tag_of,
    list_level,
    names,
    number_in,
    style_of,
    styled,
    with_mark,
)
from .notes import Notes, note_of, note_that_begins
from .runs import SPACES, paragraphs

DEPTH_LIMIT = 100  # open elements in the source; word processors stay below 30
TAG_LIMIT = 30_000
SPAN_LIMIT = 100  # columns or rows that one cell may cover

# Each alternative takes all it began, to the end of the source if need be: no backtracking,
# no second reading of the same characters.
_ATTRIBUTES = (
    r"(?:[\s/]++|[^\s/>][^\s/>=]*+"
    r"""(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+|(?=>)|\Z))?+)*+"""
)
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(?:[!?]|/(?![a-zA-Z]))[^>]*+(?:>|\Z)"
    rf"|<(?P<slash>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<attributes>{_ATTRIBUTES})(?:>|\Z)",
    re.DOTALL,
)

# A start tag closes an open element of these names, looking no further up than the bounds.
_NEVER_CROSSED = DROPPED | {"del", "table"}
CLOSES = {
    "li": (names("li"), _NEVER_CROSSED | set(LISTS)),
    **dict.fromkeys(("dd", "dt"), (names("dd dt"), _NEVER_CROSSED | {"dl"})),
    **dict.fromkeys(("td", "th"), (names("td th"), _NEVER_CROSSED)),
    **dict.fromkeys(("thead", "tbody", "tfoot"), (names("thead tbody tfoot"), _NEVER_CROSSED)),
    "tr": (names("tr"), _NEVER_CROSSED),
}
PARAGRAPH_CLOSES = (names("p"), (BLOCKS | _NEVER_CROSSED) - {"p"})
# An end tag inside a cell closes nothing outside it, unless it ends a part of the table.
TABLE_PARTS = names("table thead tbody tfoot tr td th")


class Scope(NamedTuple):
    """What holds at a place in the source."""

    container: Block
    leaf_tag: str = "p"
    marks: Marks = ()
    align: str = ""
    indent: int = 0
    is_rtl: bool = False
    level: int = 0
    is_head: bool = False
    is_note: bool = False
    mode: Literal["text", "marker", "dropped"] = "text"


class Reader:
    """Walks the tags of a source and builds the document."""

    def __init__(self, is_sound: Callable[[str], bool], pictures: Collection[int]) -> None:
        self.is_sound = is_sound
        self.pictures = pictures
        self.root = Block("body")
        self.scope = Scope(self.root)
        self.leaf: Block | None = None
        self.frames: list[tuple[str, Scope]] = []
        self.open: Counter[str] = Counter()
        self.notes = Notes()
        self.waiting: list[tuple[int, Block | None]] = []  # paragraphs around notes in the line

    def read(self, source: str) -> Block:
        position = 0
        while (token := _TOKEN.search(source, position)) is not None:
            self.text(unescape(source[position : token.start()]))
            position = token.end()
            if token["name"] is None:
                continue
            name = token["name"].lower()
            if token["slash"]:
                self.end(name)
            elif name in RAW_DROPPED or name in RAW_KEPT:
                position = self._skip_raw(name, source, position)
            else:
                self.begin(name, token["attributes"])
        self.text(unescape(source[position:]))
        while self.frames:
            self._pop()
        self.flush()
        return self.root

    def _skip_raw(self, name: str, source: str, position: int) -> int:
        """Past the end tag of an element whose content is no markup."""
        closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(source, position)
        end = closing.start() if closing else len(source)
        if name in RAW_KEPT:
            self.text(source[position:end])
        return end

    # Tags

    def begin(self, name: str, attributes: str) -> None:
        if name in VOID:
            if name == "br":
                self.text(BREAK)
            elif name == "img" and self.pictures:
                self.picture(attributes_of(attributes))
            elif name == "hr" and self.scope.mode == "text" and not self.scope.is_note:
                self.flush()
                self.place(Block("hr"))
            return
        if attributes.endswith("/") and (":" in name or name in DROPPED):
            return  # <o:p/> of an XML that calls itself HTML
        given = attributes_of(attributes) if attributes else {}
        if name in BLOCKS:
            self._close_open(*PARAGRAPH_CLOSES)
            if name in CLOSES:
                self._close_open(*CLOSES[name])
            self.flush()
        if len(self.frames) >= DEPTH_LIMIT:
            raise TooIntricate
        self.frames.append((name, self.scope))
        self.open[name] += 1
        if self.scope.mode != "dropped":
            self.scope = self._inside(name, given)

    def end(self, name: str) -> None:
        if not self.open[name]:
            return
        for above, _ in reversed(self.frames):
            if above == name:
                break
            if above in ("td", "th") and name not in TABLE_PARTS:
                return
        while self._pop() != name:
            pass

    def _close_open(self, names: frozenset[str], bounds: frozenset[str]) -> None:
        """Close the nearest open element of these names, as its end tag may be left out."""
        if not any(self.open[name] for name in names):
            return
        for name, _ in reversed(self.frames):
            if name in names:
                self.end(name)
                return
            if name in bounds:
                return

    def _pop(self) -> str:
        is_note = bool(self.waiting) and self.waiting[-1][0] == len(self.frames)
        name, outer = self.frames.pop()
        self.open[name] -= 1
        if name in BLOCKS or is_note:
            self.flush()
        if is_note:
            self.leaf = self.waiting.pop()[1]
        self.scope = outer
        return name

    def _inside(self, name: str, given: dict[str, str]) -> Scope:
        """What holds inside an element that begins here."""
        style = style_of(given.get("style", ""))
        classes = given.get("class", "").lower().split()
        if is_noise(name, given, style, classes):
            return self.scope._replace(mode="dropped")
        if name not in BLOCKS:
            return self._inside_inline(name, given, style)
        scope = self.scope._replace(
            align=align_of(given, style, classes) or self.scope.align,
            indent=indent_of(style, classes) or self.scope.indent,
            is_rtl=given.get("dir", "").lower() == "rtl",
        )
        container = scope.container
        is_list = scope.is_note and container.tag != "note"
        if begun := note_that_begins(name, given, style, classes, is_list):
            note = self.notes.body(begun) if begun != "all" else container
            return Scope(note, is_note=True)
        if name in LISTS:
            return self._enter(scope, LISTS[name], start=number_in(given.get("start"), 1, 9999))
        if name == "li" and container.tag in ("ul", "ol"):
            return self._enter(scope, "li")
        if name == "blockquote":
            return self._enter(scope, "blockquote")
        if name in ("table", "thead", "tbody", "tfoot", "tr", "td", "th"):
            return self._inside_table(name, given, scope)
        leaf_tag = leaf_tag_of(name, given, style, classes)
        if leaf_tag == "p" and scope.leaf_tag != "p":
            leaf_tag = scope.leaf_tag
        return scope._replace(leaf_tag=leaf_tag, level=list_level(style))

    def _inside_table(self, name: str, given: dict[str, str], scope: Scope) -> Scope:
        """Tables are rows of cells; parts that stand outside one are ordinary blocks."""
        container = scope.container
        if name == "table":
            return self._enter(scope, "table")
        if name in ("thead", "tbody", "tfoot"):
            return scope._replace(is_head=name == "thead")
        if name == "tr":
            if container.tag != "table":
                return scope
            scope = self._enter(scope, "tr")
            scope.container.is_head = scope.is_head
            return scope
        if container.tag == "table":
            container = _child("tr", container)
            scope = scope._replace(container=container)
        if container.tag != "tr":
            return scope
        align = scope.align
        scope = self._enter(
            scope,
            name,
            colspan=number_in(given.get("colspan"), 1, SPAN_LIMIT),
            rowspan=number_in(given.get("rowspan"), 1, SPAN_LIMIT),
        )
        scope.container.align = align
        return scope

    def _enter(self, scope: Scope, tag: str, **facts: int) -> Scope:
        """Open a container and stand inside it, where nothing outside has a say but marks."""
        if tag in ("li", "tr", "td", "th"):
            block = _child(tag, scope.container)
        else:
            block = Block(tag)
            self.place(block)
        for name, value in facts.items():
            setattr(block, name, value)
        depth, above = 0, block.parent
        while above is not None:
            depth, above = depth + 1, above.parent
        if depth > NESTING_LIMIT:
            raise TooIntricate
        # A centred table does not centre its cells, nor does a cell's own side pass to its parts.
        align = "" if tag in ("table", "td", "th") else scope.align
        is_rtl = scope.is_rtl and tag in ("li", "td", "th")
        return Scope(block, marks=scope.marks, align=align, is_rtl=is_rtl, is_head=scope.is_head)

    def _inside_inline(self, name: str, given: dict[str, str], style: dict[str, str]) -> Scope:
        marks = self.scope.marks
        mode = self.scope.mode
        classes = given.get("class", "").split()
        if (note := note_of(name, given, classes, self.scope.is_note)) is not None:
            return self._inside_note(note)
        if style.get("mso-list", "").startswith("ignore"):
            mode = "marker"
        if name == "a" and (address := link(given.get("href", ""), self.is_sound)):
            marks = with_mark(tuple(m for m in marks if m[0] != "a"), "a", address)
        weight = style.get("font-weight", "")
        if name in INLINE and not (INLINE[name] == "strong" and weight in ("normal", "400")):
            marks = with_mark(marks, INLINE[name])
        for tag in styled(style):
            marks = with_mark(marks, tag)
        return self.scope._replace(marks=marks, mode=mode)

    def _inside_note(self, note: str) -> Scope:
        """Refer to a note; one that stands in the line is read apart from the paragraph, and so is
        the number by which another is referred to."""
        if note == "back" or self.scope.mode == "dropped":
            return self.scope._replace(mode="dropped")
        if self.scope.leaf_tag == "pre":
            return self.scope
        key = self.notes.referred(note)
        self.object(("note", key))
        self.waiting.append((len(self.frames), self.leaf))
        self.leaf = None
        apart = self.notes.body(key) if note == "here" else self.notes.label(key)
        return Scope(apart, is_note=True)

    # Text and blocks

    def object(self, mark: tuple[str, str]) -> None:
        """A picture or a reference stands in its paragraph as a character that no text has."""
        outer = self.scope
        self.scope = outer._replace(marks=(mark,))
        self.text(OBJECT)
        self.scope = outer

    def picture(self, given: dict[str, str]) -> None:
        shown = picture(given, self.pictures)
        if shown and self.scope.mode == "text" and self.scope.leaf_tag != "pre":
            self.object(("img", shown))

    def text(self, text: str) -> None:
        scope = self.scope
        if not text or scope.mode == "dropped":
            return
        if self.leaf is None:
            if scope.leaf_tag != "pre" and not SPACES.sub("", text):
                return
            self.leaf = Block(scope.leaf_tag)
            self.leaf.align, self.leaf.indent = scope.align, scope.indent
            self.leaf.is_rtl, self.leaf.level = scope.is_rtl, scope.level
        if scope.mode == "marker":
            self.leaf.marker += text
        else:
            self.leaf.runs.append((text, scope.marks))

    def flush(self) -> None:
        """End the paragraph that is open, if any, and put it where it belongs."""
        leaf, self.leaf = self.leaf, None
        if leaf is None:
            return
        for runs in paragraphs(leaf.tag, leaf.runs):
            block = Block(leaf.tag)
            block.runs, block.align, block.indent = runs, leaf.align, leaf.indent
            block.is_rtl = leaf.is_rtl or is_right_to_left(block.text())
            block.level, block.marker = leaf.level, SPACES.sub("", sweep(leaf.marker))
            leaf.level, leaf.marker = 0, ""
            self.place(block)

    def place(self, block: Block) -> None:
        """Put a block into the nearest container that may hold it."""
        container = self.scope.container
        while container.tag in ("table", "tr"):
            assert container.parent is not None
            container = container.parent
        if container.tag in ("ul", "ol"):
            # Word Online and old editors put a list beside the item that it belongs to.
            joins = block.tag in ("ul", "ol") and container.children
            container = container.children[-1] if joins else _child("li", container)
        block.parent = container
        container.children.append(block)


def _child(tag: str, container: Block) -> Block:
    block = Block(tag, container)
    container.children.append(block)
    return block


def read_html(
    source: str, is_sound: Callable[[str], bool], pictures: Collection[int] = ()
) -> Block:
    """The document that a piece of HTML stands for. Raises TooIntricate, LoneSurrogate.

    `is_sound` has the last word on addresses that look like http, https or mailto. Pictures are
    the files with these ids.
    """
    if source.count("<") > TAG_LIMIT:
        raise TooIntricate
    reader = Reader(is_sound, pictures)
    root = reader.read(source)
    gather_lists(root)
    reader.notes.settle(root)
    _prune(root)
    _lower_headings(root)
    return root


def _prune(block: Block) -> None:
    """Drop containers that hold nothing; an empty cell keeps the others in their columns."""
    for child in block.children:
        _prune(child)
    block.children = [
        child
        for child in block.children
        if child.children or child.runs or child.tag in ("td", "th", "hr")
    ]


def _lower_headings(root: Block) -> None:
    """The page has its own first heading: with an h1 in the text all move down by one."""
    headings: list[Block] = []
    waiting = [root]
    while waiting:
        block = waiting.pop()
        waiting += block.children
        if block.tag in ("h1", "h2", "h3", "h4"):
            headings.append(block)
    if any(block.tag == "h1" for block in headings):
        for block in headings:
            block.tag = f"h{min(4, int(block.tag[1]) + 1)}"
