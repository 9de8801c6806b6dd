"""Footnotes: what other programs make of them, read into one list in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .block import BREAK, LEAVES, Block, Run
from .lists import gather_lists
from .runs import paragraphs

# What Word and WPS (_ftn1, _edn1), LibreOffice (sdfootnote1sym) and mammoth (footnote-1) call a
# note, and the way back from it to the text.
_NOTE = re.compile(r"_?((?:ftn|edn)\d+)|sd((?:foot|end)note\d+)(?:sym)?|((?:foot|end)note-\d+)")
_BACK = re.compile(r"_?(?:ftn|edn)ref\d+|sd(?:foot|end)note\d+anc|(?:foot|end)note-ref-\d+")


def note_that_begins(
    name: str, given: dict[str, str], style: dict[str, str], classes: list[str], is_list: bool
) -> str:
    """The note that a block holds: its name, "next" of a list of ours, "all" of them, or ""."""
    if (name == "ol" and classes == ["footnotes"]) or style.get("mso-element", "").endswith(
        "note-list"
    ):
        return "all"
    if found := _NOTE.fullmatch(given.get("id", "")):
        return _name(found)
    return "next" if is_list and name == "li" else ""


def note_of(name: str, given: dict[str, str], classes: list[str], is_note: bool) -> str | None:
    """What a mark in the line has to do with a note: "here" its words stand, "next" of a list of
    ours is meant, "back" leads out of one, or its name."""
    if classes == ["footnote"] and name in ("span", "sup"):
        return None if is_note else "here" if name == "span" else "next"
    if name != "a" or not (href := given.get("href", "")).startswith("#"):
        return None
    if _BACK.fullmatch(href[1:]) or "footnotes__back" in classes:
        return "back"
    found = _NOTE.fullmatch(href[1:])
    return _name(found) if found and not is_note else None


def _name(found: re.Match[str]) -> str:
    return str(found[1] or found[2] or found[3])


class Notes:
    """The notes of a document while it is read."""

    def __init__(self) -> None:
        self.bodies: dict[str, Block] = {}
        self.labels: dict[str, Block] = {}
        self.counts = {"here": 0, "next": 0, "begun": 0}

    def referred(self, note: str) -> str:
        """The key of what is referred to. The third of "next" means the third note of the list."""
        if note not in ("here", "next"):
            return note
        self.counts[note] += 1
        return f"{note} {self.counts[note]}"

    def body(self, key: str) -> Block:
        """Where the words of a note go."""
        if key == "next":
            self.counts["begun"] += 1
            key = f"next {self.counts['begun']}"
        return self.bodies.setdefault(key, Block("note"))

    def label(self, key: str) -> Block:
        """Where the number of a reference goes."""
        return self.labels.setdefault(key, Block("note"))

    def settle(self, root: Block) -> None:
        """Number the notes as the text refers to them. A reference to nothing is its
        number; a note that nothing refers to becomes a paragraph, so that no word is lost."""
        notes = {key: _in_one(body) for key, body in self.bodies.items()}
        for leaf in list(_leaves(root)):
            kept: list[Run] = []
            is_whole = True
            for text, marks in leaf.runs:
                if marks and marks[0][0] == "note":
                    if not (runs := notes.pop(marks[0][1], [])):
                        kept += _in_one(self.labels.pop(marks[0][1], Block("note")))
                        is_whole = False
                        continue
                    root.notes.append(runs)
                    marks = (("note", str(len(root.notes))),)
                kept.append((text, marks))
            leaf.runs = kept if is_whole else _folded(kept)
        root.children += [Block("p", root, runs=runs) for runs in notes.values() if runs]


def _leaves(block: Block) -> Iterator[Block]:
    for child in block.children:
        if child.tag in LEAVES:
            yield child
        else:
            yield from _leaves(child)


def _in_one(body: Block) -> list[Run]:
    """The words of a note as one paragraph, its lines parted by breaks."""
    gather_lists(body)
    runs: list[Run] = []
    for leaf in _leaves(body):
        own = [run for run in leaf.runs if not (run[1] and run[1][0][0] == "note")]
        runs += [(BREAK, ()), *own] if runs and own else own
    return _folded(runs)


def _folded(runs: list[Run]) -> list[Run]:
    """The runs again without the white space around what is gone."""
    folded: list[Run] = []
    for line in paragraphs("p", runs):
        folded += [(BREAK, ()), *line] if folded else line
    return folded
