"""What every kind of question has. A new kind is one class in this folder, and a line in the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..logic.evaluating import Value
from ..reader import LABEL_LIMIT
from .field import QuestionField

if TYPE_CHECKING:
    from ..comparing import Part
    from ..question import Question
    from ..reader import Reader
    from ..tallies import Counts, QuestionResult, Words

# Which keys an object may have; a slip of the pen in a key must not pass unseen.
SAID = frozenset({"key", "type", "label", "relevant", "xlsform", "hint"})
COMMON = SAID | {"required"}
CHECKED = COMMON | {"constraint", "constraint_message"}

Given = Mapping[str, Any]  # a row of an answer, see responses.Given


class Kind:
    """One kind of question: what it may say, how it is filled in, kept, looked at and counted."""

    name: ClassVar[str]
    word: ClassVar[Any]  # what people call it, in the reader's language
    keys: ClassVar[frozenset[str]] = CHECKED
    needs: ClassVar[frozenset[str]] = frozenset()  # of these, beside key, type and label
    option_keys: ClassVar[frozenset[str]] = frozenset()
    bound: ClassVar[dict[str, Any]] = {"type": "number"}  # what min and max are, in JSON Schema
    longest: ClassVar[int] = 0  # characters
    field: ClassVar[type[QuestionField]] = QuestionField
    control: ClassVar[str] = ""  # the macro of templates/surveys/controls.html that shows it
    label_limit: ClassVar[int] = LABEL_LIMIT
    seconds: ClassVar[float] = 0  # that answering takes, reading aside
    is_answered: ClassVar[bool] = True
    is_shown: ClassVar[bool] = True  # on the page
    is_written: ClassVar[bool] = False  # in words, which are kept apart from what is chosen
    is_filed: ClassVar[bool] = False  # with files, which lead to who gave them
    is_counted: ClassVar[bool] = True  # too few answers show nothing
    has_result: ClassVar[bool] = True
    has_options: ClassVar[bool] = False  # that an expression may name

    def read(self, reader: Reader, asked: dict[str, Any], place: str) -> dict[str, Any]:
        """What of a question only this kind has, as arguments of Question."""
        return {}

    def seconds_of(self, question: Question) -> float:
        return self.seconds

    def values(self, question: Question, given: list[Given]) -> dict[str, Value]:
        """An answer (its rows, one at least) as expressions see it, by the names that stand for
        it. static/js/surveys/answers.js reads the same from the page."""
        return {question.key: self.value(given)}

    def value(self, given: list[Given]) -> Value:
        """An answer where its question's key alone stands for it."""
        raise NotImplementedError

    def tries(self, question: Question, said: list[Value]) -> dict[str, list[Value]]:
        """Answers worth trying, by name; `said` are the values that the form's rules name."""
        return {question.key: ["", "x", *(one for one in said if isinstance(one, str))]}

    def held(self, question: Question, counts: Counts) -> set[tuple[str, str]]:
        """The cells (row and option) that are not shown, being few or following from others."""
        return set()

    def is_split(self, question: Question, counts: Counts) -> bool:
        """Whether what is shown of the answers leaves something open, so that how many were asked
        a question that depends on them would tell it."""
        return bool(self.held(question, counts))

    def parts(self, question: Question, counts: Counts, words: Words) -> list[Part]:
        """What groups of people are compared by; none where the kind does not lend itself."""
        return []

    def result(self, question: Question, counts: Counts, words: Words) -> QuestionResult:
        """What the answers came to."""
        raise NotImplementedError
