"""Which questions of a form are asked, given what was answered so far.

A question is asked where its own condition and that of its section hold. One that is not asked
has no answer, for whatever looks at it. Rules are settled in the order of what looks at what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from core import clock
from core.i18n import _, pick

from .logic import Scope, as_boolean, as_number, as_text, evaluate, names_in
from .logic.evaluating import Value

if TYPE_CHECKING:
    from .definition import Definition, Question, Section

Given = Mapping[str, Any]  # a row of an answer, see responses.Given
_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][\w.-]*)\s*\}", re.ASCII)


class Circle(ValueError):
    """Questions that wait for each other; `keys` in their order."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(" → ".join(keys))
        self.keys = keys


@dataclass(frozen=True)
class Settled:
    """What follows from some answers: the keys that are asked, and every value."""

    asked: frozenset[str]
    scope: Scope


@dataclass(frozen=True)
class Said:
    """A piece of a sentence: words, or (with `key`) an answer that stands in it."""

    words: str
    key: str = ""


@dataclass
class Flow:
    """The rules of a form. Raises Circle when they go round."""

    definition: Definition
    _conditions: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for section, question in _asked_in(self.definition.sections):
            both = (section.relevant, question.relevant)
            self._conditions[question.key] = [one for one in both if one is not None]

    @property
    def has_rules(self) -> bool:
        """Whether anything on the page follows from an answer."""
        return any(self._conditions.values()) or any(
            question.calculation is not None or piped_in(question) for question in self.questions
        )

    @cached_property
    def questions(self) -> list[Question]:
        """Every question after those that it looks at."""
        known = {question.key: question for question in self.definition.questions}
        before = {
            key: sorted({of_row(name) for name in self._looks_at(question)} & known.keys())
            for key, question in known.items()
        }
        try:
            return [known[key] for key in TopologicalSorter(before).static_order()]
        except CycleError as fault:
            raise Circle(list(fault.args[1])) from fault

    def _looks_at(self, question: Question) -> set[str]:
        trees = [*self._conditions[question.key], question.calculation]
        return set().union(*(names_in(tree) for tree in trees))

    def sources(self, key: str) -> list[str]:
        """The questions on which it depends whether a question is asked."""
        names = set().union(*(names_in(tree) for tree in self._conditions[key]))
        return sorted({of_row(name) for name in names})

    def conditions(self, key: str) -> list[Any]:
        return self._conditions[key]

    def settle(self, values: Mapping[str, Value], keys: Container[str] | None = None) -> Settled:
        """What is asked when these were the answers (keys as `values_of` gives them); of some
        questions alone, where `keys` are given."""
        scope = Scope(dict(values), clock.local(clock.now()).replace(tzinfo=None), self.labels)
        asked = set()
        for question in self.questions:
            if keys is not None and question.key not in keys:
                continue
            if all(as_boolean(evaluate(one, scope)) for one in self._conditions[question.key]):
                asked.add(question.key)
                if question.calculation is not None:
                    scope.values[question.key] = evaluate(question.calculation, scope)
            else:
                for name in (question.key, *(f"{question.key}.{row.key}" for row in question.rows)):
                    scope.values.pop(name, None)
        return Settled(frozenset(asked), scope)

    def values_of(self, given: Iterable[Given]) -> dict[str, Value]:
        """Answers as expressions see them: options by key, several with blanks between, days as
        text."""
        rows: dict[str, list[Given]] = {}
        for one in given:
            rows.setdefault(one["question"], []).append(one)
        found: dict[str, Value] = {}
        for question in self.definition.questions:
            if question.key in rows:
                found |= question.kind.values(question, rows[question.key])
        return found

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """What the options are called in the reader's language, by question and key."""
        return {
            question.key: {option.key: pick(option.label) for option in question.options}
            for question in self.definition.questions
            if question.kind.has_options and not question.rows
        }

    @property
    def document(self) -> str:
        """The same for the browser (static/js/surveys/fill.js), as JSON."""
        now = clock.local(clock.now())
        rules = {
            "steps": [
                {
                    "key": question.key,
                    "type": question.type,
                    "rows": [row.key for row in question.rows],
                    "when": self._conditions[question.key],
                    "calculation": question.calculation,
                }
                for question in self.questions
            ],
            "labels": self.labels,
            "between": _("、"),
            "today": now.strftime("%Y-%m-%d"),
            "now": now.strftime("%Y-%m-%dT%H:%M"),
        }
        return json.dumps(rules, ensure_ascii=False)

    def calculated(self, settled: Settled) -> list[dict[str, Any]]:
        """The rows of what was calculated and is kept: numbers, and truths as 1 and 0."""
        found = []
        for question in self.definition.questions:
            if question.calculation is None or question.key not in settled.asked:
                continue
            value = settled.scope.values[question.key]
            number = round(as_number(value), question.decimals) if value != "" else None
            if not isinstance(value, str) and number is not None and abs(number) <= 1e12:
                found.append({"question": question.key, "number": float(number)})
        return found

    def said(self, text: Any, settled: Settled | None) -> list[Said]:
        """A sentence of the form, with answers where it names questions."""
        parts = _REFERENCE.split(pick(text))
        found = []
        for words, key in zip(parts[::2], [*parts[1::2], ""], strict=True):
            found.append(Said(words))
            if key:
                found.append(Said(self._shown(key, settled), key))
        return [one for one in found if one.words or one.key]

    def _shown(self, key: str, settled: Settled | None) -> str:
        value = as_text(settled.scope.values.get(key, "")) if settled else ""
        labels = self.labels.get(of_row(key), {})
        return _("、").join(labels.get(one, one) for one in value.split()) if labels else value


def of_row(name: str) -> str:
    """The key of the question that a name in an expression means: `grid.x` is a row of `grid`."""
    return name.partition(".")[0]


def piped_in(question: Question) -> set[str]:
    """The names that stand in what a question says."""
    texts = (question.label, question.hint)
    return {
        name
        for text in texts
        for one in ([text] if isinstance(text, str) else text.values())
        for name in _REFERENCE.findall(one)
    }


def _asked_in(sections: Iterable[Section]) -> Iterable[tuple[Section, Question]]:
    for section in sections:
        for question in section.questions:
            yield section, question
