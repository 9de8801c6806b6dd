"""What a form is made of: questions with their options and rows, in sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kinds import Kind

Texts = str | dict[str, str]


@dataclass(frozen=True)
class Option:
    key: str
    label: Texts
    is_other: bool = False
    is_exclusive: bool = False
    image: str = ""  # a data: address
    alt: Texts = ""


@dataclass(frozen=True)
class Row:
    key: str
    label: Texts


@dataclass(frozen=True)
class Question:
    """One question. `minimum` and `maximum` are as its kind has them; None: no bound.

    `relevant`, `constraint` and `calculation` are trees of surveys/logic, `pattern` is one of its
    programs; None: no such rule. Shuffled options come in another order for another seed.
    """

    key: str
    kind: Kind
    label: Texts
    hint: Texts = ""
    is_required: bool = False
    options: tuple[Option, ...] = ()
    rows: tuple[Row, ...] = ()
    min_choices: int | None = None
    max_choices: int | None = None
    is_shuffled: bool = False
    max_length: int = 0
    pattern: Any = None
    pattern_message: Texts = ""
    accept: str = ""
    low_label: Texts = ""
    high_label: Texts = ""
    decimals: int = 0
    minimum: Any = None
    maximum: Any = None
    relevant: Any = None
    constraint: Any = None
    constraint_message: Texts = ""
    calculation: Any = None

    @property
    def type(self) -> str:
        return self.kind.name

    @property
    def is_answered(self) -> bool:
        """Whether people answer it at all."""
        return self.kind.is_answered

    @property
    def takes_words(self) -> bool:
        """Whether people answer it, or a part of it, in words of their own."""
        return self.kind.is_written or any(one.is_other for one in self.options)

    @property
    def scale(self) -> range:
        """The values of a rating, both ends included."""
        return range(int(self.minimum), int(self.maximum) + 1)


@dataclass(frozen=True)
class Section:
    title: Texts
    intro: Texts
    questions: tuple[Question, ...]
    relevant: Any = None
    is_shuffled: bool = False
