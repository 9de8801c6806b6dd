"""From what a form says to a tree: `${age} >= 18 and selected(${reads}, 'paper')`.

The tree is a list, `[name, argument, …]`: `["lit", value]`, `["ref", key]`, `["own"]` for the
answer itself, an operator or a function with its arguments, and `["regex", text, program]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from core.i18n import _

from .evaluating import FUNCTIONS
from .patterns import PatternFault, compiled

Tree = list[Any]

LONGEST = 4_000  # characters
DEEPEST = 40  # parentheses and calls within each other
LONGEST_CHAIN = 200  # of one operator after the other
# What each operator binds, the weakest first; all from left to right.
LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
# Functions of XLSForm that a form without repeated groups, or one that is answered on two
# machines alike, cannot have.
UNSUPPORTED = frozenset(
    {
        "position",
        "indexed-repeat",
        "once",
        "random",
        "instance",
        "pulldata",
        "uuid",
        "count-non-empty",
    }
)
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<ref>\$\{\s*[A-Za-z_][\w.-]*\s*\})
    | (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<text>"[^"]*"|'[^']*'|“[^”]*”|‘[^’]*’)
    | (?P<name>[A-Za-z_](?:[\w-]|:[A-Za-z_])*)
    | (?P<sign><=|>=|!=|[-+*=<>(),.])
    )""",
    re.VERBOSE | re.ASCII,
)


class ExpressionFault(ValueError):
    """An expression that cannot be read: a sentence, and the place in it, from 1."""

    def __init__(self, at: int, sentence: str) -> None:
        super().__init__(sentence)
        self.at, self.sentence = at, sentence


def parse(source: str) -> Tree:
    """The tree of an expression. Raises ExpressionFault."""
    if len(source) > LONGEST:
        raise ExpressionFault(LONGEST, _("太长了：最多 %(limit)d 个字符。", limit=LONGEST))
    reader = _Reader(list(_tokens(source)), len(source) + 1)
    tree = reader.level(0, 0)
    if reader.kind != "end":
        raise reader.fault(_("这里多了“%(what)s”。", what=reader.word))
    return tree


def names_in(tree: Any) -> set[str]:
    """The keys of the questions that a tree refers to."""
    if not isinstance(tree, list) or not tree:
        return set()
    if tree[0] == "ref":
        return {tree[1]}
    if tree[0] in ("lit", "own"):
        return set()
    found: set[str] = set()
    for one in tree[1:2] if tree[0] == "regex" else tree[1:]:
        found |= names_in(one)
    return found


def _tokens(source: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while source[at:].strip():
        found = _TOKEN.match(source, at)
        if found is None:
            at += len(source[at:]) - len(source[at:].lstrip())
            raise ExpressionFault(at + 1, _("看不懂“%(what)s”。", what=source[at : at + 10]))
        kind = str(found.lastgroup)
        yield kind, found[kind], found.start(kind) + 1
        at = found.end()


class _Reader:
    def __init__(self, tokens: list[tuple[str, str, int]], end: int) -> None:
        self.tokens = [*tokens, ("end", "", end)]
        self.index = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.index][0]

    @property
    def word(self) -> str:
        return self.tokens[self.index][1]

    def fault(self, sentence: str) -> ExpressionFault:
        return ExpressionFault(self.tokens[self.index][2], sentence)

    def take(self) -> str:
        self.index += 1
        return self.tokens[self.index - 1][1]

    def expect(self, sign: str) -> None:
        if self.word != sign or self.kind != "sign":
            raise self.fault(_("这里应有“%(sign)s”。", sign=sign))
        self.take()

    def level(self, number: int, depth: int) -> Tree:
        """An expression of operators that bind at least so strongly."""
        if depth > DEEPEST:
            raise self.fault(_("套得太深了，请拆成几步来算。"))
        if number == len(LEVELS):
            return self.signed(depth)
        left = self.level(number + 1, depth)
        for _link in range(LONGEST_CHAIN):
            if self.kind not in ("sign", "name") or self.word not in LEVELS[number]:
                return left
            left = [self.take(), left, self.level(number + 1, depth)]
        raise self.fault(_("连得太长了，请拆成几步来算。"))

    def signed(self, depth: int) -> Tree:
        if self.kind == "sign" and self.word == "-":
            self.take()
            return ["negative", self.signed(depth + 1)]
        return self.one(depth)

    def one(self, depth: int) -> Tree:
        kind, word = self.kind, self.word
        if kind == "ref":
            return ["ref", self.take()[2:-1].strip()]
        if kind == "number":
            return ["lit", float(self.take())]
        if kind == "text":
            return ["lit", self.take()[1:-1]]
        if word == ".":
            self.take()
            return ["own"]
        if word == "(":
            self.take()
            inner = self.level(0, depth + 1)
            self.expect(")")
            return inner
        if kind == "name":
            return self.call(depth)
        if kind == "end":
            raise self.fault(_("话没有说完。"))
        raise self.fault(_("这里不该有“%(what)s”。", what=word))

    def call(self, depth: int) -> Tree:
        if self.tokens[self.index + 1][1] != "(":
            raise self.fault(_("“%(what)s”要写成文字（加引号）或者题目（${…}）。", what=self.word))
        if self.word in UNSUPPORTED:
            raise self.fault(_("这里不能用函数 %(name)s。", name=self.word))
        if self.word not in FUNCTIONS or FUNCTIONS[self.word].is_operator:
            raise self.fault(_("没有函数 %(name)s。", name=self.word))
        begun = self.index
        name = self.take()
        self.expect("(")
        found: list[Tree] = []
        while self.word != ")" or self.kind != "sign":
            if found:
                self.expect(",")
            found.append(self.level(0, depth + 1))
        self.expect(")")
        return self.checked(name, found, begun)

    def checked(self, name: str, found: list[Tree], begun: int) -> Tree:
        function = FUNCTIONS[name]
        if not function.least <= len(found) <= function.most:
            self.index = begun
            raise self.fault(
                _("函数 %(name)s 要 %(least)d 个参数。", name=name, least=function.least)
                if function.least == function.most
                else _("函数 %(name)s 的参数个数不对。", name=name)
            )
        if name != "regex":
            return [name, *found]
        self_at = self.tokens[begun][2]
        if found[1][0] != "lit" or not isinstance(found[1][1], str):
            raise ExpressionFault(self_at, _("regex 的第二个参数要直接写出来，加引号。"))
        try:
            return ["regex", found[0], compiled(found[1][1])]
        except PatternFault as fault:
            sentence = _("regex 的写法在第 %(at)d 个字符处不能用。", at=fault.at + 1)
            raise ExpressionFault(self_at, sentence) from fault
