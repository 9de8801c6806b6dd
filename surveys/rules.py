"""What is wrong with the rules of a form, and what is merely odd.

Faults stop a form from being brought in. A look (`look`) tries answers and tells what it found:
questions that nobody is ever asked, the longest way through the form and the minutes it takes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from core.i18n import _, pick

from .flow import Circle, Flow, of_row, piped_in
from .logic import names_in
from .logic.evaluating import Value

if TYPE_CHECKING:
    from .definition import Definition, Question

# Questions that a look settles at most, over all sets of answers that it tries: for one question
# and those that it hangs on, and for the whole form.
WORK = 20_000
READ_IN_SECOND = 6  # characters


def faults_of(definition: Definition) -> Iterator[tuple[str, str, str, str]]:
    """Place, sentence, key and name of each rule that cannot be kept."""
    flow = Flow(definition)
    known = {question.key: question for question in definition.questions}
    names = set(known) | {f"{one.key}.{row.key}" for one in known.values() for row in one.rows}
    for key, question in known.items():
        for name, tree in _rules(flow, question):
            for fault in _faults_of_rule(definition, known, names, key, name, tree):
                yield _("%(key)s 的 %(name)s", key=key, name=name), fault, key, name
        for unknown in sorted(piped_in(question) - names):
            yield key, _("题目里的 ${%(name)s}：没有这一题。", name=unknown), key, "label"
    try:
        flow.questions  # noqa: B018  orders them, and raises where they wait for each other
    except Circle as circle:
        way = " → ".join(circle.keys)
        sentence = _("这几题互相等着对方：%(way)s。", way=way)
        yield _("整份问卷"), sentence, circle.keys[0], "relevant"


def _rules(flow: Flow, question: Question) -> Iterator[tuple[str, Any]]:
    for tree in flow.conditions(question.key):
        yield "relevant", tree
    if question.constraint is not None:
        yield "constraint", question.constraint
    if question.calculation is not None:
        yield "calculation", question.calculation


def _faults_of_rule(
    definition: Definition,
    known: dict[str, Question],
    names: set[str],
    key: str,
    rule: str,
    tree: Any,
) -> Iterator[str]:
    for name in sorted(names_in(tree)):
        if name not in names:
            yield _("没有 ${%(name)s} 这一题。", name=name)
        elif known[of_row(name)].type == "note":
            yield _("${%(name)s} 只是一段说明，没有回答。", name=name)
        elif definition.anonymity == "anonymous" and known[of_row(name)].kind.is_written:
            yield _("匿名问卷里不能看 ${%(name)s} 写了什么：写的话和选的项不放在一起。", name=name)
    if rule != "constraint" and _has(tree, "own"):
        yield _("“.” 只能用在 constraint 里。")
    if rule != "constraint" and definition.anonymity != "named" and _has(tree, "today", "now"):
        yield _(
            "不实名的问卷里，today() 和 now() 只能用在 constraint 里：不然答卷会说出是什么时候交的。"
        )
    for name, option in _options_in(tree, key):
        question = known.get(name)
        known_options = {one.key for one in question.options} if question is not None else set()
        if known_options and option and option not in known_options:
            yield _("${%(name)s} 没有选项“%(option)s”。", name=name, option=option)


def _has(tree: Any, *leaves: str) -> bool:
    """Whether an expression has one of the parts that have no parts themselves."""
    if not isinstance(tree, list) or tree[:1] == ["lit"]:
        return False
    return tree in [[leaf] for leaf in leaves] or any(_has(one, *leaves) for one in tree[1:])


def _options_in(tree: Any, own: str) -> Iterator[tuple[str, str]]:
    """The options with which a rule compares the answer to a question: its key, the option."""
    if not isinstance(tree, list) or not tree or tree[0] in ("lit", "ref", "own"):
        return
    if tree[0] in ("=", "!=", "selected"):
        left, right = tree[1:3]
        if right[0] != "lit" and tree[0] != "selected":
            left, right = right, left
        if right[0] == "lit" and isinstance(right[1], str) and left[0] in ("ref", "own"):
            yield (left[1] if left[0] == "ref" else own), right[1]
    for one in tree[1:2] if tree[0] == "regex" else tree[1:]:
        yield from _options_in(one, own)


# --- A look ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """What trying answers found: questions that never came, the most that one person is asked, and
    the minutes that the slowest way takes."""

    never: tuple[Question, ...]
    longest: int
    minutes: int


def look(definition: Definition) -> Look:
    """Try answers: all of them where they are few, else some drawn by a fixed seed."""
    flow = Flow(definition)
    never = [one for one in definition.questions if not _is_ever_asked(flow, one)]
    longest, most = 0.0, 0
    everything = [one.key for one in definition.questions]
    for values in _tries(flow, set(everything), WORK // max(1, len(everything))):
        asked = flow.settle(values).asked
        on_way = [one for one in definition.answered if one.key in asked]
        longest, most = max(longest, sum(map(seconds, on_way))), max(most, len(on_way))
        if not any(flow.conditions(one.key) for one in definition.questions):
            break
    return Look(tuple(never), most, max(1, round(longest / 60)))


def seconds(question: Question) -> float:
    """About how long a question takes: to read it, and to answer."""
    read = len(pick(question.label)) + len(pick(question.hint))
    read += sum(len(pick(option.label)) for option in question.options)
    read += sum(len(pick(row.label)) for row in question.rows)
    return read / READ_IN_SECOND + question.kind.seconds_of(question)


def _is_ever_asked(flow: Flow, question: Question) -> bool:
    if not flow.conditions(question.key):
        return True
    chain = {question.key} | _behind(flow, {question.key})
    tries = _tries(flow, {question.key}, WORK // len(chain))
    return any(question.key in flow.settle(values, chain).asked for values in tries)


def _tries(flow: Flow, keys: set[str], most: int) -> Iterator[dict[str, Value]]:
    """Answers to the questions on which some others depend: all sets of them, or some drawn."""
    behind = _behind(flow, keys)
    wanted = [one for one in flow.definition.answered if one.key in behind]
    said = _literals(flow)
    domains = {name: values for one in wanted for name, values in one.kind.tries(one, said).items()}
    count = 1
    for values in domains.values():
        count *= len(values)
        if count > most:
            break
    if count <= most:
        for drawn in product(*domains.values()):
            yield dict(zip(domains, drawn, strict=True))
        return
    drawing = random.Random(0)
    for _try in range(most):
        yield {name: drawing.choice(values) for name, values in domains.items()}


def _behind(flow: Flow, keys: set[str]) -> set[str]:
    """The keys on which the asking of some questions hangs."""
    known = {one.key: one for one in flow.definition.questions}
    found: set[str] = set()
    todo = list(keys)
    while todo:
        question = known[todo.pop()]
        trees = [*flow.conditions(question.key), question.calculation]
        for name in set().union(*map(names_in, trees)):
            key = of_row(name)
            if key in known and key not in found:
                found.add(key)
                todo.append(key)
    return found


def _literals(flow: Flow) -> list[Value]:
    """The values that the rules of the form name."""
    found: list[Value] = []
    todo = [
        tree
        for one in flow.definition.questions
        for tree in (*flow.conditions(one.key), one.calculation)
    ]
    while todo:
        tree = todo.pop()
        if not isinstance(tree, list) or not tree:
            continue
        if tree[0] == "lit":
            found.append(tree[1])
        else:
            todo += tree[1:2] if tree[0] == "regex" else tree[1:]
    return sorted(set(found), key=str)
