"""Rules as SurveyJS and LimeSurvey write them, said in ours (docs/expressions.md).

Both compare named answers with values by infix operators; what a name is, the dialect knows. What
has no like here raises Untranslatable, and the rule is reported as lost, never half kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

DEEPEST = 40
LONGEST = 4_000  # characters


class Untranslatable(ValueError):
    """A rule, or a part of it, that has no like here."""


@dataclass(frozen=True)
class Term:
    """A piece of a rule in our words. `kind`: ref an answer, several answers of which several may
    be chosen, part one option of such a question, text or truth a literal, list, other.

    `values` are our options by the values of the other program, where it is a choice.
    """

    text: str
    kind: str = "other"
    values: dict[str, str] = field(default_factory=dict)
    items: tuple[Term, ...] = ()
    literal: str = ""


Resolve = Callable[[str], Term]
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<code>\d+X\d+X\d+\w*(?:\.\w+)?)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |\{(?P<braced>[^{}]*)\}
    |(?P<sign>&&|\|\||==|!=|<>|<=|>=|[-+*/%=<>!(),\[\]])
    |(?P<word>[^\W\d][\w.:]*)
    )""",
    re.VERBOSE,
)
_WORDS = {
    **{"and": "and", "&&": "and", "or": "or", "||": "or", "not": "not", "!": "not"},
    **{"=": "=", "==": "=", "eq": "=", "equal": "=", "!=": "!=", "<>": "!=", "ne": "!="},
    **{"notequal": "!=", "<": "<", "lt": "<", "less": "<", "<=": "<=", "le": "<="},
    **{"lessorequal": "<=", ">": ">", "gt": ">", "greater": ">", ">=": ">=", "ge": ">="},
    **{"greaterorequal": ">=", "contains": "contains", "contain": "contains"},
    **{"notcontains": "notcontains", "notcontain": "notcontains", "anyof": "anyof"},
    **{"allof": "allof", "noneof": "noneof", "empty": "empty", "notempty": "notempty"},
}
_COMPARING = frozenset({"=", "!=", "<", "<=", ">", ">=", "contains", "notcontains"}) | {
    *("anyof", "allof", "noneof", "empty", "notempty")
}
_FUNCTIONS = {
    **{"iif": "if", "if": "if", "today": "today", "now": "now", "sum": "sum", "min": "min"},
    **{"max": "max", "count": "count", "round": "round", "int": "int", "intval": "int"},
    **{"strlen": "string-length", "concat": "concat", "implode": "join", "trim": "normalize-space"},
}


def translated(rule: str, resolve: Resolve) -> str:
    """The rule in our words. Raises Untranslatable."""
    if len(rule) > LONGEST:
        raise Untranslatable(rule[:40])
    reader = _Reader(_tokens(rule), resolve)
    found = reader.either()
    if reader.at < len(reader.tokens):
        raise Untranslatable(reader.tokens[reader.at][1])
    return _truth(found)


def _tokens(rule: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(rule.rstrip()):
        token = _TOKEN.match(rule, at)
        if token is None or token.lastgroup is None:
            raise Untranslatable(rule[at : at + 20])
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


def _quoted(value: str) -> str:
    if "'" in value and '"' in value:
        raise Untranslatable(value[:40])
    return f'"{value}"' if "'" in value else f"'{value}'"


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], resolve: Resolve) -> None:
        self.tokens, self.resolve = tokens, resolve
        self.at = self.depth = 0

    def next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def operator(self, *wanted: str) -> str:
        """The operator that comes, if it is one of these; it is then behind us."""
        kind, said = self.next()
        found = _WORDS.get(said.lower(), "") if kind in ("sign", "word") else ""
        if found not in wanted:
            return ""
        self.at += 1
        return found

    def sign(self, *wanted: str) -> str:
        kind, said = self.next()
        if kind != "sign" or said not in wanted:
            return ""
        self.at += 1
        return said

    def expect(self, sign: str) -> None:
        if not self.sign(sign):
            raise Untranslatable(self.next()[1] or sign)

    def either(self) -> Term:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Untranslatable("(")
        found = self.both()
        while self.operator("or"):
            found = Term(f"{_truth(found)} or {_truth(self.both())}", "or")
        self.depth -= 1
        return found

    def both(self) -> Term:
        found = self.compared()
        while self.operator("and"):
            found = Term(f"{_held(found)} and {_held(self.compared())}")
        return found

    def compared(self) -> Term:
        left = self.added()
        while how := self.operator(*_COMPARING):
            if how in ("empty", "notempty"):
                left = _comparison(left, "=" if how == "empty" else "!=", _literal(""))
            else:
                left = _comparison(left, how, self.added())
        return left

    def added(self) -> Term:
        found = self.multiplied()
        while sign := self.sign("+", "-"):
            found = Term(f"({found.text} {sign} {self.multiplied().text})")
        return found

    def multiplied(self) -> Term:
        found = self.single()
        while sign := self.sign("*", "/", "%"):
            ours = {"*": "*", "/": "div", "%": "mod"}[sign]
            found = Term(f"({found.text} {ours} {self.single().text})")
        return found

    def single(self) -> Term:
        if self.operator("not"):
            self.depth += 1
            if self.depth > DEEPEST:
                raise Untranslatable("!")
            found = Term(f"not({_truth(self.single())})")
            self.depth -= 1
            return found
        if self.sign("-"):
            return Term(f"-{self.single().text}")
        if self.sign("("):
            inner = self.either()
            self.expect(")")
            return Term(f"({_truth(inner)})") if inner.kind in ("or", "part") else inner
        if self.sign("["):
            return self.list()
        kind, said = self.next()
        self.at += 1
        if kind == "number":
            return Term(said, "number", literal=said)
        if kind == "text":
            return _literal(re.sub(r"\\(.)", r"\1", said[1:-1]))
        if kind in ("braced", "code"):
            return self.resolve(said.strip())
        if kind == "word":
            return self.word(said)
        raise Untranslatable(said)

    def list(self) -> Term:
        items = []
        while not self.sign("]"):
            items.append(self.single())
            if not self.sign(",") and self.next() != ("sign", "]"):
                raise Untranslatable(self.next()[1])
        return Term("", "list", items=tuple(items))

    def word(self, said: str) -> Term:
        if said.lower() in ("true", "false"):
            return Term(f"{said.lower()}()", "truth", literal=said.lower())
        if not self.sign("("):
            return self.resolve(said)
        given: list[Term] = []
        while not self.sign(")"):
            given.append(self.either())
            if not self.sign(",") and self.next() != ("sign", ")"):
                raise Untranslatable(self.next()[1])
        return _called(said, given)


def _literal(value: str) -> Term:
    return Term(_quoted(value), "text", literal=value)


def _held(term: Term) -> str:
    said = _truth(term)
    return f"({said})" if term.kind == "or" else said


def _truth(term: Term) -> str:
    if term.kind == "list":
        raise Untranslatable("[")
    return term.text


def _comparison(left: Term, how: str, right: Term) -> Term:
    if left.kind in ("text", "truth", "number") and right.kind not in ("text", "truth", "number"):
        turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
        if how not in ("=", "!=", *turned):
            raise Untranslatable(how)
        left, right, how = right, left, turned.get(how, how)
    if how in ("anyof", "allof", "noneof"):
        return _any_of(left, how, right)
    if left.kind == "part":
        return _part(left, how, right)
    value = left.values.get(right.literal, right.literal)
    if how in ("contains", "notcontains"):
        name = "selected" if left.kind == "several" else "contains"
        said = f"{name}({left.text}, {_one_of(left, right)})"
        return Term(said if how == "contains" else f"not({said})")
    if left.kind == "several" and value:
        raise Untranslatable(how)
    if right.kind in ("text", "truth") or (right.kind == "number" and left.values):
        return Term(f"{left.text} {how} {_quoted(value)}")
    return Term(f"{left.text} {how} {_truth(right)}")


def _any_of(left: Term, how: str, right: Term) -> Term:
    if right.kind != "list" or not right.items:
        raise Untranslatable(how)
    between = " and " if how == "allof" else " or "
    said = between.join(f"selected({left.text}, {_one_of(left, one)})" for one in right.items)
    return Term(f"not({said})" if how == "noneof" else f"({said})")


def _one_of(left: Term, right: Term) -> str:
    if right.kind not in ("text", "number", "truth"):
        raise Untranslatable(right.text)
    return _quoted(left.values.get(right.literal, right.literal))


def _part(left: Term, how: str, right: Term) -> Term:
    """One option of several, which is "Y" or nothing for LimeSurvey."""
    if how not in ("=", "!=") or right.literal not in ("Y", ""):
        raise Untranslatable(how)
    is_chosen = (right.literal == "Y") == (how == "=")
    return Term(left.text if is_chosen else f"not({left.text})")


def _called(name: str, given: list[Term]) -> Term:
    plain = name.lower()
    if plain == "is_empty" and len(given) == 1:
        return _comparison(given[0], "=", _literal(""))
    if plain == "regexmatch" and len(given) == 2:
        found = re.fullmatch(r"/(.*)/u?", given[0].literal)
        if found:
            return Term(f"regex({given[1].text}, {_quoted(found[1])})")
    ours = _FUNCTIONS.get(plain)
    if ours is None or any(one.kind in ("list", "part") for one in given):
        raise Untranslatable(name)
    return Term(f"{ours}({', '.join(one.text for one in given)})")
