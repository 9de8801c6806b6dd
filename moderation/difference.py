"""What changed between two versions, paragraph by paragraph and in each, character by character."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal

from core import text

from .models import Revision

Kind = Literal["same", "added", "removed", "changed", "skipped"]
SPAN_LIMIT = 1_000  # longer paragraphs are shown whole, before and after
NEAR = 1  # unchanged paragraphs kept on each side of a change


@dataclass(frozen=True)
class Span:
    """A piece of a changed paragraph."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Change:
    """A paragraph and what became of it; `skipped` stands for `count` unchanged ones."""

    kind: Kind
    text: str = ""
    spans: list[Span] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class Difference:
    """How one version came from another."""

    before: Revision
    after: Revision
    title: Change | None
    changes: list[Change]
    files: list[Change] = field(default_factory=list)  # names, of those added and removed

    @property
    def is_only_format(self) -> bool:
        """Whether every word stayed."""
        same = all(change.kind in ("same", "skipped") for change in self.changes)
        return same and self.title is None and not self.files


def difference(before: Revision, after: Revision) -> Difference:
    title = None
    if before.title != after.title:
        title = _pair(before.title or "", after.title or "")
    old, new = text.plain(before.body_html).split("\n"), text.plain(after.body_html).split("\n")
    changes = list(_folded(_paragraphs(old, new)))
    return Difference(before, after, title, changes, _files(before, after))


def _files(before: Revision, after: Revision) -> list[Change]:
    old, new = set(before.attached), set(after.attached)
    gone = [Change("removed", note.name) for note in before.attached if note not in new]
    return gone + [Change("added", note.name) for note in after.attached if note not in old]


def _paragraphs(old: list[str], new: list[str]) -> list[Change]:
    changes: list[Change] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            changes += [Change("same", line) for line in old[a:b]]
            continue
        both = min(b - a, d - c)
        changes += [_pair(old[a + i], new[c + i]) for i in range(both)]
        changes += [Change("removed", line) for line in old[a + both : b]]
        changes += [Change("added", line) for line in new[c + both : d]]
    return changes


def _pair(old: str, new: str) -> Change:
    if max(len(old), len(new)) > SPAN_LIMIT:
        spans = [Span("removed", old), Span("added", new)]
    else:
        spans = []
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag == "equal":
                spans.append(Span("same", old[a:b]))
                continue
            if a < b:
                spans.append(Span("removed", old[a:b]))
            if c < d:
                spans.append(Span("added", new[c:d]))
    return Change("changed", new, spans)


def _folded(changes: list[Change]) -> list[Change]:
    """Long unchanged stretches become one line that counts them."""
    touched = [place for place, change in enumerate(changes) if change.kind != "same"]
    near = {place + step for place in touched for step in range(-NEAR, NEAR + 1)}
    folded: list[Change] = []
    for place, change in enumerate(changes):
        if change.kind != "same" or place in near:
            folded.append(change)
        elif folded and folded[-1].kind == "skipped":
            folded[-1] = Change("skipped", count=folded[-1].count + 1)
        else:
            folded.append(Change("skipped", count=1))
    return folded
