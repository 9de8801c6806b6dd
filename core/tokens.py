"""Search tokens: the same strings for SQLite's FTS5 and PostgreSQL's tsvector.

Scripts written without spaces (Han, kana, Yi, Hangul) become pairs of neighbours and the run's
last character, so that every part of two or more characters is found; other scripts become
words, parted between letters and digits. Characters that the two engines might part or fold
differently are written as their numbers: index and query hold nothing to disagree about.

Long texts are indexed in pieces of at most 4,000 characters (core/search.py): PostgreSQL keeps
256 positions of a lexeme.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Collection, Iterable
from typing import NamedTuple

QUERY_LIMIT = 200  # characters
TERM_LIMIT = 16  # words or phrases in one query
WORD_LIMIT = 60  # characters; longer words are cut, in index and query alike

DENSE = (
    "\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48c\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_INVISIBLE = re.compile(
    "[\xad\u180b-\u180f\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+"
)
# Letters that every version of either engine takes for letters and leaves as they are.
_SAFE = "a-z0-9 \u0430-\u044f\u0620-\u063a\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u3041-\u3096\u30a1-\u30fa\u3400-\u4db5\u4e00-\u9fcb\uac00-\ud7a2"
# Stands on both sides of a number: a syllable nobody writes, and a number itself when somebody does.
_FENCE = "\ud7a3"
_TITLE = "t"  # begins the mark of a word in a title
_UNSAFE = re.compile(f"[^{_SAFE}]")


def _marks() -> str:
    """A character class of the combining marks, which belong to the word they stand in."""
    ranges: list[list[int]] = []
    for code in range(0x300, min(0x1_2000, sys.maxunicode)):
        if unicodedata.category(chr(code)) in ("Mn", "Mc"):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_RUN = re.compile(f"([{DENSE}]+)|(\\d+)|((?:(?![{DENSE}])[^\\W\\d_]|[{_marks()}])+)")


class Phrase(NamedTuple):
    """Tokens that must follow each other; the last one may be only a beginning."""

    tokens: tuple[str, ...]
    is_prefix: bool


def tokens(text: str) -> str:
    """The tokens of a text in order, parted by spaces: what the index takes."""
    found: list[str] = []
    for dense, digits, word in _runs(text):
        if dense:
            found += map(str.__add__, dense, dense[1:])
            found.append(dense[-1])
        else:
            found += _cut(_ascii_digits(digits) if digits else word)
    return _encoded(" ".join(found))


def pairs(text: str) -> list[str]:
    """The pairs of neighbours, numbers and words of a text, each once, in order: what two texts
    may share. Not encoded; a single character between others is none."""
    found: dict[str, None] = {}
    for dense, digits, word in _runs(text[:QUERY_LIMIT]):
        if dense:
            found |= dict.fromkeys(map(str.__add__, dense, dense[1:]))
        else:
            found |= dict.fromkeys(_cut(_ascii_digits(digits) if digits else word))
    return list(found)


def query(text: str) -> list[Phrase]:
    """The phrases that a text must all have to match what was asked; [] if nothing was."""
    phrases = map(_phrase, text[:QUERY_LIMIT].split())
    return [phrase for phrase in phrases if phrase is not None][:TERM_LIMIT]


def _phrase(term: str) -> Phrase | None:
    """One term: parts of a run that the text may go on with stay open at the end."""
    found: list[str] = []
    is_prefix = False
    runs = _runs(term)
    for number, (dense, digits, word) in enumerate(runs, start=1):
        is_last = number == len(runs)
        if dense:
            found += map(str.__add__, dense, dense[1:])
            if not is_last or len(dense) == 1:
                found.append(dense[-1])
            is_prefix = is_last and len(dense) == 1
        else:
            found += _cut(_ascii_digits(digits) if digits else word)
            is_prefix = is_last
    return Phrase(tuple(_encoded(" ".join(found)).split(" ")), is_prefix) if found else None


def marks(found: Iterable[str]) -> str:
    """Marks ("b12": a letter, then letters and digits) as tokens that no typed word becomes: a
    written number has a fence on either side, a mark has one in front alone."""
    return " ".join(_FENCE + one for one in found)


def titled(title: str) -> str:
    """The tokens of a title, marked as a title's: found when titles alone are searched."""
    return marks(_TITLE + one for one in tokens(title).split())


def remarked(said: str, add: Collection[str], remove: Collection[str]) -> str:
    """Tokens with some marks more and others less."""
    changed = {_FENCE + one for one in (*add, *remove)}
    kept = [one for one in said.split(" ") if one not in changed]
    return " ".join([*kept, *(_FENCE + one for one in add)])


def fts5_match(
    text: str,
    marked: Iterable[Collection[str]] = (),
    barred: Collection[str] = (),
    in_title: bool = False,
) -> str | None:
    """What was asked as an FTS5 MATCH expression; None when there is nothing to look for.

    Of each group in `marked` one mark must be there, of `barred` none; `in_title`, every word
    stands in the title.
    """
    parts = [
        f'"{" ".join(phrase.tokens)}"' + (" *" if phrase.is_prefix else "")
        for phrase in _asked(text, in_title)
    ]
    parts += [f"({' OR '.join(_fenced(group, chr(34)))})" for group in marked]
    if parts and barred:
        return f"({' AND '.join(parts)}) NOT ({' OR '.join(_fenced(barred, chr(34)))})"
    return " AND ".join(parts) or None


def pg_query(
    text: str,
    marked: Iterable[Collection[str]] = (),
    barred: Collection[str] = (),
    in_title: bool = False,
) -> str | None:
    """What was asked for PostgreSQL's to_tsquery('simple', …); as `fts5_match`."""
    parts = [
        "(" + " <-> ".join(phrase.tokens) + (":*" if phrase.is_prefix else "") + ")"
        for phrase in _asked(text, in_title)
    ]
    parts += [f"({' | '.join(_fenced(group))})" for group in marked]
    if parts and barred:
        parts.append(f"!({' | '.join(_fenced(barred))})")
    return " & ".join(parts) or None


def _asked(text: str, in_title: bool) -> list[Phrase]:
    found = query(text)
    if not in_title:
        return found
    return [
        Phrase(tuple(_FENCE + _TITLE + one for one in phrase.tokens), phrase.is_prefix)
        for phrase in found
    ]


def _fenced(group: Iterable[str], quote: str = "") -> list[str]:
    return [f"{quote}{_FENCE}{one}{quote}" for one in sorted(group)]


def _runs(text: str) -> list[tuple[str, str, str]]:
    """Runs of (characters without spaces between words, digits, a word), one of each filled."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower()
    return _RUN.findall(folded)


def _ascii_digits(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(d)) for d in digits)


def _cut(word: str) -> list[str]:
    if len(word) <= WORD_LIMIT:
        return [word]
    return [word[start : start + WORD_LIMIT] for start in range(0, len(word), WORD_LIMIT)]


def _encoded(found: str) -> str:
    return _UNSAFE.sub(lambda character: f"{_FENCE}{ord(character[0]):x}{_FENCE}", found)
