"""The columns of a survey's rows, and the codebook that says what each holds.

They grow with the versions of a form: a column that ever was keeps its name, its place and its
codes, whatever later versions rename or drop; what they add comes after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.i18n import _, pick

from ..definition import Definition
from ..question import Option, Question

LONGEST = 64  # characters of a name, as SPSS takes them
RESERVED = frozenset(
    ["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"]
)
ABOUT = ("respondent", "unit", "version", "answered_on")  # what comes before the answers
_ASCII = re.compile(r"[A-Za-z0-9_.+-]+", re.ASCII)
HOLDS = ("code", "flag", "place", "number", "minutes", "day", "words")


@dataclass(frozen=True)
class Wording:
    """What something was called, from a version on, until another."""

    words: str
    first: int
    last: int


@dataclass
class Worded:
    """Something with its wordings, the oldest first."""

    wordings: list[Wording] = field(default_factory=list)

    def say(self, version: int, words: str) -> None:
        last = self.wordings[-1] if self.wordings else None
        if last is not None and last.words == words and last.last in (version, version - 1):
            self.wordings[-1] = Wording(words, last.first, version)
        else:
            self.wordings.append(Wording(words, version, version))

    @property
    def label(self) -> str:
        """The newest wording."""
        return self.wordings[-1].words


@dataclass
class Code(Worded):
    """The number that stands for an option in every version."""

    number: int = 0
    option: str = ""


# Question, row, option, and whether what is written there is meant.
Place = tuple[str, str, str, bool]


@dataclass
class Column(Worded):
    """A column of the rows; `holds` is one of HOLDS. `codes` only where it holds "code"."""

    name: str = ""
    place: Place = ("", "", "", False)
    holds: str = ""
    codes: dict[str, Code] = field(default_factory=dict)

    @property
    def question(self) -> str:
        return self.place[0]


def columns(versions: Sequence[tuple[int, Definition]]) -> list[Column]:
    """Every column that a survey's answers ever had; `versions` are (number, form), the oldest
    first."""
    found: dict[Place, Column] = {}
    taken = {name.casefold() for name in ABOUT}
    for number, definition in versions:
        for question in definition.questions:
            for place, holds, words in _places(question):
                column = found.get(place)
                if column is None:
                    column = found[place] = Column(place=place, holds=holds)
                    column.name = _name(place, len(found), taken)
                    taken.add(column.name.casefold())
                column.say(number, words)
                if holds == "code":
                    for option in question.options:
                        codes = column.codes
                        code = codes.setdefault(
                            option.key, Code(number=len(codes) + 1, option=option.key)
                        )
                        code.say(number, pick(option.label))
    return list(found.values())


def _places(question: Question) -> Iterator[tuple[Place, str, str]]:
    """(place, what it holds, words) of each column that a question has."""
    key, label, kind = question.key, pick(question.label), question.kind.name
    if kind == "note" or question.kind.is_filed:
        return
    if question.rows:
        for row in question.rows:
            yield (key, row.key, "", False), "code", _joined(label, pick(row.label))
    elif kind in ("multiple", "ranking"):
        for option in question.options:
            holds = "flag" if kind == "multiple" else "place"
            yield (key, "", option.key, False), holds, _joined(label, pick(option.label))
    elif question.options:
        yield (key, "", "", False), "code", label
    else:
        holds = {"date": "day", "time": "minutes"}.get(kind, "number")
        is_written = question.kind.is_written
        yield (key, "", "", is_written), "words" if is_written else holds, label
    for option in question.options:
        if option.is_other:
            yield (key, "", option.key, True), "words", _written(label, option)


def _joined(label: str, part: str) -> str:
    return _("%(question)s：%(part)s", question=label, part=part)


def _written(label: str, option: Option) -> str:
    return _("%(question)s：%(part)s（写的话）", question=label, part=pick(option.label))


def _name(place: Place, number: int, taken: set[str]) -> str:
    """An ASCII name that SPSS takes: of the question's key, and of its part's where that is ASCII
    too; else by its number among all columns."""
    key, row, option, is_written = place
    part = row or option
    name = re.sub(r"^_+", "q_", key)
    if part:
        own = re.sub(r"[.+-]", "_", part) if _ASCII.fullmatch(part) else str(number)
        name = f"{name}__{own}"
    if is_written and part:
        name += "_text"
    if len(name) > LONGEST - 6:
        name = f"{name[: LONGEST - 12]}_{number}"
    name = name.rstrip("_") or f"q_{number}"
    if name.upper() in RESERVED:
        name = f"q_{name}"
    return name if name.casefold() not in taken else f"{name}_v{number}"


# --- The codebook --------------------------------------------------------------------------

Lines = list[list[str | int]]


def said_of(holds: str) -> str:
    """What a column's cells are, in words."""
    return {
        "code": _("选项的代码"),
        "flag": _("选了是 1，没选是 0，没答是空"),
        "place": _("排在第几位"),
        "number": _("数字"),
        "minutes": _("从零点起的分钟数"),
        "day": _("某一天"),
        "words": _("写的话"),
    }[holds]


COLUMN_KEYS = ("name", "question", "part", "holds", "first_version", "last_version", "label")
CODE_KEYS = ("name", "code", "option", "first_version", "last_version", "label")


def heading_of_columns() -> list[str]:
    return [_("列名"), _("题目 key"), _("行或选项 key"), _("装什么"), _("从第几版"), _("到第几版"), _("题目")]  # fmt: skip


def column_lines(found: Sequence[Column]) -> Lines:
    """A line for each wording of each column."""
    return [
        [
            column.name,
            column.question,
            column.place[1] or column.place[2],
            said_of(column.holds),
            wording.first,
            wording.last,
            wording.words,
        ]
        for column in found
        for wording in column.wordings
    ]


def heading_of_codes() -> list[str]:
    return [_("列名"), _("代码"), _("选项 key"), _("从第几版"), _("到第几版"), _("选项")]


def code_lines(found: Sequence[Column]) -> Lines:
    """A line for each wording of each code."""
    return [
        [column.name, code.number, code.option, wording.first, wording.last, wording.words]
        for column in found
        for code in column.codes.values()
        for wording in code.wordings
    ]
